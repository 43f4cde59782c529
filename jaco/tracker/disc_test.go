package tracker

import (
	"math"
	"math/rand/v2"
	"testing"

	"colonnade/sim/domain"
)

// cover colours all places on the table that in holds for, as a camera that is balanced for a
// cooler lamp sees skin.
func cover(p *Plane, frame []uint8, colour [3]uint8, in func(x, y float64) bool) {
	const fine = 4 // parts of a pixel's side
	for i := range Side * Side {
		n := 0
		for k := range fine * fine {
			at := p.Table([2]float64{float64(i%Side) + (float64(k%fine)+0.5)/fine,
				float64(i/Side) + (float64(k/fine)+0.5)/fine})
			if in(at[0], at[1]) {
				n++
			}
		}
		for c := range 3 {
			frame[3*i+c] = uint8((int(frame[3*i+c])*(fine*fine-n) + int(colour[c])*n) / (fine * fine))
		}
	}
}

// hand tells whether a place, m from the middle of a palm, is hand: a palm, four fingers, and a
// wrist.
func hand(x, y float64) bool {
	palm := math.Abs(x) < 0.042 && math.Abs(y) < 0.045
	fingers := y >= 0.045 && y < 0.12 && math.Abs(x) < 0.042 && math.Mod(x+0.042, 0.021) < 0.017
	wrist := y <= -0.045 && y > -0.13 && math.Abs(x) < 0.03
	return palm || fingers || wrist
}

// redSkin is what saturated warm light makes of skin, paleSkin what a balanced camera sees.
var redSkin, paleSkin = [3]uint8{220, 60, 40}, [3]uint8{230, 190, 170}

// The whole target has the disc's size and shape in all looks; a hand has not, nor a target with
// fingers on it.
func TestDisc(t *testing.T) {
	rng := rand.New(rand.NewPCG(4, 1))
	f := NewFinder()
	for _, name := range domain.Names() {
		if name == "random" {
			continue // where the target may be of any colour
		}
		v := newView(t, name, rng)
		p := v.calibrate(f)
		v.away()
		for range 300 {
			x, y := 0.4*rng.Float64()-0.2, 0.3*rng.Float64()-0.6
			s, err := p.Locate(f, v.draw(x, y))
			if err != nil {
				t.Fatal(err)
			}
			if err := s.Disc(); err != nil {
				t.Errorf("%s: the target at %.2f, %.2f is refused: %v", name, x, y, err)
			}
		}
		for _, c := range []struct {
			name   string
			disc   bool // there is one, too
			colour [3]uint8
			in     func(x, y float64) bool
		}{
			{"a hand", false, redSkin, hand},
			{"a fist", false, redSkin, func(x, y float64) bool {
				return math.Abs(x) < 0.045 && math.Abs(y) < 0.04 || math.Abs(x) < 0.03 && y < 0 && y > -0.13
			}},
			{"red fingers on the disc", true, redSkin,
				func(x, y float64) bool { return math.Abs(x) < 0.02 && y < -0.02 && y > -0.12 }},
			{"pale fingers on the disc", true, paleSkin,
				func(x, y float64) bool { return math.Abs(x) < 0.02 && y < 0.01 && y > -0.12 }},
		} {
			for _, at := range [][2]float64{{0, -0.45}, {-0.1, -0.35}, {0.12, -0.52}} {
				frame := v.draw(5, 9)
				if c.disc {
					frame = v.draw(at[0], at[1])
				}
				cover(p, frame, c.colour, func(x, y float64) bool { return c.in(x-at[0], y-at[1]) })
				if s, err := p.Locate(f, frame); err != nil || s.Disc() == nil {
					t.Errorf("%s: %s at %v passes for the target: %+v, %v", name, c.name, at, s, err)
				}
			}
		}
	}
}
