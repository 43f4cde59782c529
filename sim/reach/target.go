package reach

import (
	"math/rand/v2"

	"colonnade/sim"
)

// The area in which targets lie, and how they glide on the conveyor: fixed by the project's design page.
const (
	TargetCentreX = 0.0 // middle of the area, m
	TargetCentreY = -0.45
	TargetSizeX   = 0.40 // extents of the area, m
	TargetSizeY   = 0.30
	ConveyorSpeed = 0.05 // along x, m/s

	turnChance = 0.02 // that a gliding target turns at the beginning of a step
)

// target is where the target is and was.
type target struct {
	at      sim.Vec3
	forward bool       // glides towards positive x
	past    [2]float64 // x at the beginning of the last step and of the one before, m
}

// drawTarget draws a place from the area.
func drawTarget(rng *rand.Rand) target {
	return target{at: sim.Vec3{
		TargetCentreX + float64(TargetSizeX*(uniform(rng)-0.5)),
		TargetCentreY + float64(TargetSizeY*(uniform(rng)-0.5)),
		0,
	}}
}

// settle makes the past such that the target has always been where it is.
func (t *target) settle() { t.past = [2]float64{t.at[0], t.at[0]} }

// glide moves the target on for some seconds, no more than a control step, turning first if told, and at the ends of the
// area.
func (t *target) glide(seconds float64, turn bool) {
	t.past = [2]float64{t.at[0], t.past[0]}
	if turn {
		t.forward = !t.forward
	}
	const left, right = TargetCentreX - TargetSizeX/2, TargetCentreX + TargetSizeX/2
	way := float64(ConveyorSpeed * seconds)
	if !t.forward {
		way = -way
	}
	x := t.at[0] + way
	switch {
	case x > right:
		x, t.forward = right-(x-right), false
	case x < left:
		x, t.forward = left+(left-x), true
	}
	t.at[0] = x
}

// seen returns where the target was some seconds ago, at most a control step, when the last step took elapsed seconds.
// Between the ends of steps it takes the straight way.
func (t *target) seen(ago, elapsed float64) sim.Vec3 {
	x := t.at[0]
	switch {
	case ago == 0:
	case ago <= elapsed:
		x += float64((t.past[0] - x) * (ago / elapsed))
	default:
		x = t.past[0] + float64((t.past[1]-t.past[0])*((ago-elapsed)/sim.ControlStep))
	}
	return sim.Vec3{x, t.at[1], t.at[2]}
}
