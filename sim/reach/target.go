package reach

import (
	"math/rand/v2"

	"colonnade/sim"
)

// The area in which targets lie, and how they glide on the conveyor. The size of the area is that
// of the task's description, its place is chosen: all of it is in reach in front of the arm
// (sim/MODEL.md).
const (
	TargetCentreX = 0.0 // middle of the area, m
	TargetCentreY = -0.45
	TargetSizeX   = 0.40 // extents of the area, m
	TargetSizeY   = 0.30
	ConveyorSpeed = 0.05 // along x, m/s
	TurnChance    = 0.02 // probability that a gliding target turns at the beginning of a control step
)

// DrawTarget draws a target position from the area, m.
func DrawTarget(rng *rand.Rand) (x, y float64) {
	x = TargetCentreX + float64(TargetSizeX*(uniform(rng)-0.5))
	y = TargetCentreY + float64(TargetSizeY*(uniform(rng)-0.5))
	return x, y
}

// Glide returns where a target at x is after some seconds, at most a control step, and whether it
// then glides towards positive x. At the ends of the area it turns.
func Glide(x float64, forward bool, seconds float64) (float64, bool) {
	const left, right = TargetCentreX - TargetSizeX/2, TargetCentreX + TargetSizeX/2
	way := float64(ConveyorSpeed * seconds)
	if !forward {
		way = -way
	}
	switch x += way; {
	case x > right:
		return right - (x - right), false
	case x < left:
		return left + (left - x), true
	}
	return x, forward
}

// Reward returns what a step earns that ends with palm and target there and without a violation: 1
// if they are within RewardRadius of each other, else 0.
func Reward(palm, target sim.Vec3) float32 {
	if palm.Distance(target) <= RewardRadius {
		return 1
	}
	return 0
}

// target is where the target is and was.
type target struct {
	at      sim.Vec3
	forward bool       // glides towards positive x
	past    [2]float64 // x at the beginning of the last step and of the one before, m
}

// settle makes the past such that the target has always been where it is.
func (t *target) settle() { t.past = [2]float64{t.at[0], t.at[0]} }

// glide moves the target on for some seconds, at most a control step, turning first if told.
func (t *target) glide(seconds float64, turn bool) {
	t.past = [2]float64{t.at[0], t.past[0]}
	t.at[0], t.forward = Glide(t.at[0], t.forward != turn, seconds)
}

// seen returns where the target was some seconds ago, at most a control step, when the last step
// took elapsed seconds. Between the ends of steps it takes the straight way.
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
