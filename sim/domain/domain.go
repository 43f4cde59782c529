package domain

import (
	"fmt"
	"math/rand/v2"

	"colonnade/sim"
	"colonnade/sim/render"
)

// World is what an environment shows and how it moves.
type World struct {
	Scene  render.Scene
	Sensor render.Sensor
	Motion sim.Motion
}

// Domain is a set of worlds. It never changes and may be shared.
type Domain struct {
	name, about string
	quantities  []Quantity // in the order of keys
	settings    []setting  // the same
	ranged      bool
}

// Quantity is one number of a domain that is given by it; the others are those of preset sim.
type Quantity struct {
	Key       string
	Unit      string
	Low, High float64 // equal for a fixed value
	From      string  // paper, data sheet, measurement, or the reason for the choice
}

type setting struct {
	low, high float64
	set       func(w *World, x float64)
}

// Name returns the domain's name.
func (d *Domain) Name() string { return d.name }

// About returns a sentence for people.
func (d *Domain) About() string { return d.about }

// Fixed tells whether the domain has no ranges: all its worlds are the same.
func (d *Domain) Fixed() bool { return !d.ranged }

// Quantities returns the numbers that the domain gives.
func (d *Domain) Quantities() []Quantity { return append([]Quantity(nil), d.quantities...) }

// Draw fills w with one of the domain's worlds: each quantity with a range is uniform in it and
// independent of the others. Where that gives a world that cannot be drawn or moved in, such as one
// with the camera in a box, all are drawn again. A fixed domain draws no number from rng, which may
// then be nil. Nothing is allocated but for worlds that are drawn again.
func (d *Domain) Draw(rng *rand.Rand, w *World) {
	if !d.ranged {
		d.fill(w, lowEnd)
		return
	}
	for range maxDraws {
		d.fill(w, func(int) float64 { return rng.Float64() })
		if w.validate() == nil {
			return
		}
	}
	d.fill(w, lowEnd)
}

// maxDraws is how often Draw tries. Load accepts no domain of which it saw less than leastValid, so
// this many failures in a row do not happen; if they did, the world with all quantities at their
// low ends, which Load has checked, is one too.
const maxDraws = 1000

func lowEnd(int) float64 { return 0 }

// fill sets w, taking the place of ranged quantity number i in its range from at, 0..1.
func (d *Domain) fill(w *World, at func(i int) float64) {
	*w = *base
	for i := range d.settings {
		s := &d.settings[i]
		x := s.low
		if s.high > s.low {
			// Rounding may lead past the end.
			x = min(x+float64((s.high-s.low)*at(i)), s.high)
		}
		s.set(w, x)
	}
}

// base is the world of preset sim, from which all others differ. Factors are written as 1, not as
// the 0 that stands for it, so that ranges have no jump.
var base = &World{
	Scene:  *render.DefaultScene(),
	Sensor: render.Sensor{Exposure: 1, White: [3]float64{1, 1, 1}, Gamma: 1},
}

// armReach is further from the shoulder than any part of the arm can be, m: 0.410 and 0.207 of
// upper and fore arm, 0.074 for each half of the wrist, 0.115 to the fingers' joints, 0.088 for a
// finger, and some for the width.
const armReach = 1.05

// shoulder is the point about which the arm turns, world, m.
var shoulder = sim.Vec3{0, 0, 0.2755}

// validate looks for worlds that cannot be drawn or moved in.
func (d *Domain) validate() error {
	var low, high World
	d.fill(&low, lowEnd)
	d.fill(&high, func(int) float64 { return 1 })
	if err := checkReach(low.Scene.Camera.Position, high.Scene.Camera.Position); err != nil {
		return err
	}
	var w World
	rng := rand.New(rand.NewPCG(1, 1))
	for i := range 2 + corners {
		d.fill(&w, func(int) float64 {
			switch i {
			case 0, 1:
				return float64(i)
			}
			return float64(rng.IntN(2))
		})
		if err := w.validate(); err != nil {
			if d.ranged {
				return fmt.Errorf("at some ends of the ranges: %w", err)
			}
			return err
		}
	}
	if !d.ranged {
		return nil
	}
	valid, refused := 0, error(nil)
	for range samples {
		d.fill(&w, func(int) float64 { return rng.Float64() })
		if err := w.validate(); err != nil {
			refused = err
		} else {
			valid++
		}
	}
	if share := float64(valid) / samples; share < leastValid {
		return fmt.Errorf("only %.0f %% of the worlds between the ends of the ranges can be drawn, want %.0f %%: "+
			"narrow the ranges; one of the others: %w",
			100*share, 100*leastValid, refused)
	}
	return nil
}

const (
	corners    = 500  // combinations of the ends of ranges that are tried
	samples    = 1000 // worlds between the ends
	leastValid = 0.5  // share of those that must be valid
)

// checkReach tells whether a camera anywhere in a box of positions can be inside the arm.
func checkReach(low, high sim.Vec3) error {
	var nearest sim.Vec3
	for i := range nearest {
		nearest[i] = min(max(shoulder[i], low[i]), high[i])
	}
	if r := nearest.Distance(shoulder); r < armReach {
		return fmt.Errorf("camera at %v can be inside the arm: it is %.2f m from the shoulder at %v, want at least "+
			"%g m", nearest, r, shoulder, armReach)
	}
	return nil
}

func (w *World) validate() error {
	if err := w.Scene.Validate(); err != nil {
		return err
	}
	if err := w.Sensor.Validate(); err != nil {
		return err
	}
	return w.Motion.Validate()
}
