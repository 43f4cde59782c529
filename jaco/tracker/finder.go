package tracker

import (
	"fmt"
	"math"
)

// The pictures.
const (
	Side      = 64 // pixels
	FrameSize = Side * Side * 3
)

// Blob is what a Finder has found: the reddest thing of some size.
type Blob struct {
	X, Y   float64 // its middle in pixels; the middle of the first pixel is at 0.5, 0.5
	Area   float64 // pixels
	Purity float64 // how red it is, 0..1: paper has 0.8 and more
	Cut    bool    // it touches an edge of the picture

	XX, XY, YY float64 // its second moments about its middle, pixels²
}

// Finder looks for the target in pictures. It belongs to one goroutine.
type Finder struct {
	light    [256]float64 // of an sRGB byte, 0..1
	red      [Side * Side]float64
	other    [Side * Side]float64
	purity   [Side * Side]float64
	cover    [Side * Side]float64
	seen     [Side * Side]bool
	frontier []int
}

// NewFinder returns a Finder.
func NewFinder() *Finder {
	f := &Finder{frontier: make([]int, 0, Side*Side)}
	for i := range f.light {
		f.light[i] = math.Pow(float64(i)/255, 2.2)
	}
	return f
}

const (
	darkness  = 0.02 // light below which nothing is called red
	leastPure = 0.55 // of the reddest pixel
	corePart  = 0.85 // of its purity: pixels that are target and nothing else
	edgeCover = 0.15 // least part of a pixel at the edge
	leastArea = 3.0  // pixels
)

// Find looks for the target in a picture of FrameSize bytes. ok is false if there is none. Nothing
// is allocated.
func (f *Finder) Find(frame []uint8) (b Blob, ok bool, err error) {
	if len(frame) != FrameSize {
		return b, false, fmt.Errorf("tracker: a picture of %d bytes, want %d", len(frame), FrameSize)
	}
	best := f.look(frame)
	if f.purity[best] < leastPure {
		return b, false, nil
	}
	f.covers(f.purity[best])
	b = f.grow(best)
	b.Purity = f.purity[best]
	return b, b.Area >= leastArea, nil
}

// look works out the purity of all pixels and returns the best one: that whose surroundings are
// reddest.
func (f *Finder) look(frame []uint8) (best int) {
	for i := range f.red {
		r, g, b := f.light[frame[3*i]], f.light[frame[3*i+1]], f.light[frame[3*i+2]]
		f.red[i], f.other[i] = r, max(g, b)
		f.purity[i] = max(0, r-f.other[i]) / (r + darkness)
	}
	most := 0.0
	for y := 1; y < Side-1; y++ {
		for x := 1; x < Side-1; x++ {
			i := y*Side + x
			if f.purity[i] < leastPure {
				continue
			}
			sum := 2*f.purity[i] + f.purity[i-1] + f.purity[i+1] + f.purity[i-Side] + f.purity[i+Side]
			if sum > most {
				most, best = sum, i
			}
		}
	}
	return best
}

// covers works out how much of each pixel is target. A pixel that is target to the part a has red -
// other = a·(T.red - T.other) + (1-a)·(B.red - B.other), of target and background in the same
// light, and red likewise; their ratio is the purity, whatever the light.
func (f *Finder) covers(purest float64) {
	var target, ground, n, m float64
	var targetRed, groundRed float64
	for i, p := range f.purity {
		if p >= corePart*purest {
			target += f.red[i] - f.other[i]
			targetRed += f.red[i]
			n++
		} else if p < 0.5*purest {
			ground += f.red[i] - f.other[i]
			groundRed += f.red[i]
			m++
		}
	}
	target, targetRed = target/n, targetRed/n
	if m > 0 {
		ground, groundRed = ground/m, groundRed/m
	}
	for i, p := range f.purity {
		up := p*(groundRed+darkness) - ground
		down := target - p*(targetRed+darkness) + up
		a := 0.0
		if up > 0 {
			a = 1
			if down > up {
				a = up / down
			}
		}
		f.cover[i] = a
	}
}

// grow collects what is connected with the pixel at start.
func (f *Finder) grow(start int) (b Blob) {
	clear(f.seen[:])
	f.frontier = append(f.frontier[:0], start)
	f.seen[start] = true
	for len(f.frontier) > 0 {
		i := f.frontier[len(f.frontier)-1]
		f.frontier = f.frontier[:len(f.frontier)-1]
		x, y, a := i%Side, i/Side, f.cover[i]
		u, v := float64(x)+0.5, float64(y)+0.5
		b.X += a * u
		b.Y += a * v
		b.XX += a * u * u
		b.XY += a * u * v
		b.YY += a * v * v
		b.Area += a
		b.Cut = b.Cut || x == 0 || y == 0 || x == Side-1 || y == Side-1
		if a < 0.5 {
			continue // an edge: what is beyond belongs to something else
		}
		for dy := max(0, y-1); dy <= min(Side-1, y+1); dy++ {
			for dx := max(0, x-1); dx <= min(Side-1, x+1); dx++ {
				if j := dy*Side + dx; !f.seen[j] && f.cover[j] >= edgeCover {
					f.seen[j] = true
					f.frontier = append(f.frontier, j)
				}
			}
		}
	}
	b.X /= b.Area
	b.Y /= b.Area
	b.XX = b.XX/b.Area - b.X*b.X
	b.XY = b.XY/b.Area - b.X*b.Y
	b.YY = b.YY/b.Area - b.Y*b.Y
	return b
}
