package tracker

import (
	"errors"
	"fmt"
	"math"
)

// TargetRadius is that of the target, m.
const TargetRadius = 0.05

// Sight is what a picture tells about the target.
type Sight struct {
	X, Y       float64 // on the table, m
	Confidence float64 // 0: nothing was seen; 1: a whole target, as large and as red as it should be there
	Long       float64 // larger and smaller radius, m, of the ellipse on the table that spreads as what was seen does
	Short      float64
	Part       float64 // its area, as a part of what the whole target would cover there
	Hole       float64 // 0..1: how much of some pixel near its middle is not target
	Blob       Blob
}

// Sure is the confidence from which a place can be trusted to the accuracy that the package's page
// gives.
const Sure = 0.7

// Expected returns how many pixels the whole target covers at a place on the table.
func (p *Plane) Expected(x, y float64) float64 {
	_, det := p.scale(x, y)
	return math.Abs(det) * math.Pi * TargetRadius * TargetRadius
}

// scale returns how a pixel moves with a place on the table, pixels for each m: du/dx, du/dy,
// dv/dx, dv/dy, and the determinant.
func (p *Plane) scale(x, y float64) (j [4]float64, det float64) {
	const d = 0.01
	at := func(x, y float64) [2]float64 { return p.Pixel([2]float64{x, y}) }
	e, w, n, s := at(x+d, y), at(x-d, y), at(x, y+d), at(x, y-d)
	j = [4]float64{(e[0] - w[0]) / (2 * d), (n[0] - s[0]) / (2 * d), (e[1] - w[1]) / (2 * d), (n[1] - s[1]) / (2 * d)}
	return j, j[0]*j[3] - j[1]*j[2]
}

// pixelSpread is what the size of a pixel adds to the second moments of what it shows, pixels².
const pixelSpread = 1. / 12

// measure works out size and shape of what was seen at s.X, s.Y: a uniform ellipse of radius r
// spreads by r²/4 along it.
func (s *Sight) measure(p *Plane) {
	j, det := p.scale(s.X, s.Y)
	s.Part = s.Blob.Area / (math.Abs(det) * math.Pi * TargetRadius * TargetRadius)
	a, b, c, d := j[3]/det, -j[1]/det, -j[2]/det, j[0]/det // back from pixels to the table
	uu, uv, vv := s.Blob.XX-pixelSpread, s.Blob.XY, s.Blob.YY-pixelSpread
	xx, yy := a*a*uu+2*a*b*uv+b*b*vv, c*c*uu+2*c*d*uv+d*d*vv
	xy := a*c*uu + (a*d+b*c)*uv + b*d*vv
	mean, apart := (xx+yy)/2, math.Hypot((xx-yy)/2, xy)
	s.Long, s.Short = 2*math.Sqrt(max(0, mean+apart)), 2*math.Sqrt(max(0, mean-apart))
}

// coreRadius is how far from the middle of a target all that is seen must be target, m: half a
// pixel within its edge.
const coreRadius = 0.6 * TargetRadius

// hole returns how much of the pixel that is least covered, of those near the middle of what was
// seen, is not target.
func (p *Plane) hole(f *Finder, s *Sight) (most float64) {
	reach := int(math.Sqrt(s.Blob.Area)) + 1 // pixels, more than the core's
	u, v := int(s.Blob.X), int(s.Blob.Y)
	for y := max(0, v-reach); y <= min(Side-1, v+reach); y++ {
		for x := max(0, u-reach); x <= min(Side-1, u+reach); x++ {
			at := p.Table([2]float64{float64(x) + 0.5, float64(y) + 0.5})
			if math.Hypot(at[0]-s.X, at[1]-s.Y) <= coreRadius {
				most = max(most, 1-f.cover[y*Side+x])
			}
		}
	}
	return most
}

// How far what is seen of a whole target may be from its size and shape: pixels, lens and noise.
const (
	mostPart  = 1.3 // of its area
	leastPart = 0.8
	mostLong  = 1.2 // of its radius
	leastLong = 0.8
	mostHole  = 0.4 // of a pixel
)

// Disc returns nil if what was seen has size and shape of the whole target there, else what speaks
// against it. A hand has not, nor a target with fingers on it.
func (s *Sight) Disc() error {
	switch {
	case s.Confidence == 0:
		return errors.New("the camera does not see the target")
	case s.Blob.Cut:
		return errors.New("the target is not whole in the picture")
	case !(s.Part >= leastPart && s.Part <= mostPart):
		return fmt.Errorf("what is seen has %.0f %% of the target's area", 100*s.Part)
	case !(s.Long <= mostLong*TargetRadius && s.Short >= leastLong*TargetRadius):
		return fmt.Errorf("what is seen is not the round target: %.0f by %.0f mm", 2000*s.Long, 2000*s.Short)
	case s.Hole > mostHole:
		return errors.New("something lies on the target")
	case s.Confidence < Sure:
		return fmt.Errorf("the target is not in sight for sure (confidence %.2f, want %.2f)", s.Confidence, Sure)
	}
	return nil
}

// Locate says where the target is in a picture.
func (p *Plane) Locate(f *Finder, frame []uint8) (Sight, error) {
	b, ok, err := f.Find(frame)
	if err != nil || !ok {
		return Sight{}, err
	}
	at := p.Table([2]float64{b.X, b.Y})
	s := Sight{X: at[0], Y: at[1], Blob: b}
	if !(math.Abs(at[0]) < 2 && math.Abs(at[1]) < 2) {
		return Sight{Blob: b}, nil
	}
	s.measure(p)
	s.Hole = p.hole(f, &s)
	s.Confidence = min(1, s.Part, 2-min(s.Part, 2)) * min(1, b.Purity/0.75)
	if b.Cut {
		s.Confidence *= 0.5
	}
	return s, nil
}
