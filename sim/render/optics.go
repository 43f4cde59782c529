package render

import (
	"errors"
	"math"
)

// optics is a Sensor worked out for one size of picture. Frames pass through it as lanes: a pixel's red, green and
// blue in 21 bits each of one uint64, so that one multiplication serves all three. Values are brightness times 4.
type optics struct {
	width, height int
	supersample   int
	sensor        Sensor
	active        bool
	widen         float64  // the picture is drawn with the focal length divided by this, so that a bent one is full
	taps          []tap    // where each pixel looks; empty if it looks at itself
	kernel        []uint64 // weights at distance 0, 1, ...; together (one side twice) kernelSum; empty if sharp
	weights       []float64
	develop       *developTable
	noisy         bool
	noise         uint64 // state of the generator

	empty []uint64 // the ideal picture without arm and target
	ideal []uint64 // the ideal picture
	drawn []uint8  // of one row
	bent  []uint64 // the row that is being looked at
	rows  []uint64 // the last rows, blurred along themselves: row y is number y modulo their count
	done  []uint64 // the row that is finished
}

// The format of lanes.
const (
	laneBits  = 21
	fraction  = 2 // bits of a value below one level
	allLanes  = 1 | 1<<laneBits | 1<<(2*laneBits)
	kernelSum = 1 << 11 // 255·4·2^11 fits a lane
)

// tap is where a pixel of the bent picture looks in the ideal one: between four pixels.
type tap struct {
	at     uint32 // of the upper left one
	fx, fy uint8  // 1/64 pixel
	gain   uint16 // 1/256
}

// set works out a sensor. On an error nothing changes. Buffers are allocated by the first sensor that needs them.
func (o *optics) set(s *Sensor) error {
	if err := s.Validate(); err != nil {
		return err
	}
	aspect := float64(o.width) / float64(o.height)
	corner := 1 + float64(aspect*aspect)
	for i := range 65 {
		r2 := corner * float64(i) / 64
		if slope := 1 + float64(float64(3*s.K1)*r2) + float64(float64(5*s.K2)*float64(r2*r2)); slope < 0.05 {
			return errors.New("sensor: the lens distortion folds a picture of this shape at its edge: use numbers nearer to 0")
		}
	}
	o.sensor = *s
	o.widen = max(1, s.bend(corner))
	if s.K2 < 0 { // the polynomial may have its top between
		if top := -s.K1 / (2 * s.K2); top > 0 && top < corner {
			o.widen = max(o.widen, s.bend(top))
		}
	}
	bent := (s.K1 != 0 || s.K2 != 0 || s.Vignette != 0) && min(o.width, o.height) > 1
	o.noisy = s.ReadNoise != 0 || s.ShotNoise != 0
	toned := orOne(s.Exposure) != 1 || orOne(s.White[0]) != 1 || orOne(s.White[1]) != 1 || orOne(s.White[2]) != 1 || orOne(s.Gamma) != 1
	o.active = bent || s.Blur != 0 || toned || o.noisy
	if !o.active {
		return nil
	}
	o.allocate()
	o.taps = o.taps[:0]
	if bent {
		o.setTaps()
	}
	o.setKernel()
	o.develop.set(s)
	return nil
}

// allocate makes the buffers, once.
func (o *optics) allocate() {
	if o.ideal != nil {
		return
	}
	n, radius := o.width*o.height, kernelRadius(float64(maxBlur*float64(o.height))+0.3)
	o.empty, o.ideal = make([]uint64, n), make([]uint64, n)
	o.drawn, o.develop = make([]uint8, 3*o.width), new(developTable)
	o.bent, o.done = make([]uint64, o.width), make([]uint64, o.width)
	o.rows = make([]uint64, (2*radius+1)*o.width)
	o.taps = make([]tap, 0, n)
	o.kernel, o.weights = make([]uint64, 0, radius+1), make([]float64, radius+1)
}

// bend returns how much further out a pixel at squared radius r2 looks.
func (s *Sensor) bend(r2 float64) float64 {
	return 1 + float64(r2*(s.K1+float64(s.K2*r2)))
}

// setTaps works out where each pixel looks.
func (o *optics) setTaps() {
	s, half := &o.sensor, float64(o.height)/2
	midX, midY := float64(o.width)/2, half
	for y := range o.height {
		v := (float64(y) + 0.5 - midY) / half
		for x := range o.width {
			u := (float64(x) + 0.5 - midX) / half
			r2 := float64(u*u) + float64(v*v)
			k := s.bend(r2) * half / o.widen
			// The ideal picture's pixel centres are at whole numbers here.
			sx := min(max(midX-0.5+float64(u*k), 0), float64(o.width-1))
			sy := min(max(midY-0.5+float64(v*k), 0), float64(o.height-1))
			px, py := int(float64(sx*64)+0.5), int(float64(sy*64)+0.5)
			ix, iy := min(px>>6, o.width-2), min(py>>6, o.height-2)
			gain := 1 - float64(s.Vignette*r2)/2 // 2 is the corner of a square
			o.taps = append(o.taps, tap{
				at: uint32(iy*o.width + ix), fx: uint8(px - ix<<6), fy: uint8(py - iy<<6),
				gain: uint16(float64(256*max(gain, 0)) + 0.5),
			})
		}
	}
}

// kernelRadius returns how many pixels a spot of a standard deviation in pixels reaches to a side: further out the curve
// has 3 % of its weight, which the rest takes over.
func kernelRadius(sigma float64) int { return max(1, int(float64(2.2*sigma)+0.5)) }

// setKernel works out the weights of a spot. Its variance is that of the spot and of the light that a pixel gathers over
// its area: 1/12, of which the mean of n x n points leaves out 1/(12·n²). So a small picture without supersampling
// looks like a large one that was scaled down.
//
// The weights are those of the Gauss curve's discrete counterpart, which has that variance also where it is less than a
// pixel: the modified Bessel functions I_k(variance) (Lindeberg, Scale-space theory, 1994, section 3.4). They come from
// I_(k-1) = I_(k+1) + 2k/variance·I_k downwards from where they are next to nothing (Miller's algorithm).
func (o *optics) setKernel() {
	o.kernel = o.kernel[:0]
	if o.sensor.Blur == 0 {
		return
	}
	spot := float64(o.sensor.Blur * float64(o.height))
	variance := float64(spot*spot) + 1/float64(12*o.supersample*o.supersample)
	n := kernelRadius(math.Sqrt(variance))
	weights := o.weights[:n+1]
	above, here, total := 0.0, 1.0, 0.0
	for k := n + 20; k > 0; k-- {
		above, here = here, above+float64(float64(2*k)/variance*here)
		if k <= n+1 {
			weights[k-1] = here
			total += here
			if k > 1 {
				total += here
			}
		}
	}
	middle := o.roundKernel(weights, total, 0)
	if exact := float64(weights[0] / total * kernelSum); math.Abs(middle-exact) > float64(exact/32) {
		o.roundKernel(weights, total, 1)
	}
}

// roundKernel sets the kernel to whole weights whose sum is kernelSum, and returns the middle one, which takes what is left.
// With carry 0 each of the others is rounded by itself. In large pictures, with dozens of small weights, too much would
// be left to the middle: with carry 1 each takes over the rounding error of the next one outwards.
func (o *optics) roundKernel(weights []float64, total, carry float64) (middle float64) {
	o.kernel = o.kernel[:len(weights)]
	rest, over := kernelSum, 0.0
	for k := len(weights) - 1; k > 0; k-- {
		exact := float64(weights[k]/total*kernelSum) + over
		whole := int(exact + 0.5)
		over = float64(carry * (exact - float64(whole)))
		o.kernel[k] = uint64(whole)
		rest -= 2 * whole
	}
	o.kernel[0] = uint64(rest)
	return float64(rest)
}

// apply turns the ideal picture into pixels, row by row: a row is looked at through the lens and blurred along itself,
// and as soon as those below it are so too, it is blurred across and developed.
func (o *optics) apply(pixels []uint8) {
	w, n := o.width, len(o.kernel)-1
	for y := range o.height + max(n, 0) {
		if y < o.height {
			o.look(y)
			if n >= 0 {
				o.blurRow(y)
			}
		}
		at, row := y, o.bent
		if n >= 0 {
			if at = y - n; at < 0 {
				continue
			}
			o.blurAcross(at)
			row = o.done
		}
		if line := pixels[3*w*at:][:3*w]; o.noisy {
			o.noise = o.develop.noisy(line, row, o.noise)
		} else {
			o.develop.clean(line, row)
		}
	}
}

// expand turns bytes into lanes of whole levels.
func expand(out []uint64, bytes []uint8) {
	for i := range out {
		p := bytes[:3]
		out[i] = uint64(p[0]) | uint64(p[1])<<laneBits | uint64(p[2])<<(2*laneBits)
		bytes = bytes[3:]
	}
}

// look sets o.bent to row y as the lens shows it: each pixel is mixed from the four around its tap.
func (o *optics) look(y int) {
	const shift = 12 - fraction // a product of two fractions has 12 bits
	w := o.width
	out := o.bent[:w]
	if len(o.taps) == 0 {
		for i, v := range o.ideal[w*y:][:w] {
			out[i] = v << fraction
		}
		return
	}
	upper, lower := o.ideal, o.ideal[w:]
	for i, t := range o.taps[w*y:][:w] {
		u, l := upper[t.at:][:2], lower[t.at:][:2]
		// A difference of lanes may borrow from the lane above; the sum gives it back.
		top := u[0]<<6 + (u[1]-u[0])*uint64(t.fx)
		bottom := l[0]<<6 + (l[1]-l[0])*uint64(t.fx)
		mixed := top<<6 + (bottom-top)*uint64(t.fy) + 1<<(shift-1)*allLanes
		out[i] = ((mixed>>shift&valueMask)*uint64(t.gain) + 128*allLanes) >> 8 & valueMask
	}
}
