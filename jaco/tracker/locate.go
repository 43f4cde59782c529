package tracker

import "math"

// TargetRadius is that of the target, m: it is fixed by the project's design page.
const TargetRadius = 0.05

// Sight is what a picture tells about the target.
type Sight struct {
	X, Y       float64 // on the table, m
	Confidence float64 // 0: nothing was seen; 1: a whole target, as large and as red as it should be there
	Blob       Blob
}

// Sure is the confidence from which a place can be trusted to the accuracy that the package's page gives.
const Sure = 0.7

// Expected returns how many pixels the whole target covers at a place on the table.
func (p *Plane) Expected(x, y float64) float64 {
	const d = 0.01
	at := func(x, y float64) [2]float64 { return p.Pixel([2]float64{x, y}) }
	e, w, n, s := at(x+d, y), at(x-d, y), at(x, y+d), at(x, y-d)
	det := (e[0]-w[0])*(n[1]-s[1]) - (e[1]-w[1])*(n[0]-s[0])
	return math.Abs(det) / (4 * d * d) * math.Pi * TargetRadius * TargetRadius
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
	part := b.Area / p.Expected(at[0], at[1])
	s.Confidence = min(1, part, 2-min(part, 2)) * min(1, b.Purity/0.75)
	if b.Cut {
		s.Confidence *= 0.5
	}
	return s, nil
}
