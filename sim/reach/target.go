package reach

import (
	"fmt"
	"math/rand/v2"

	"colonnade/internal/splitmix"
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

// An episode's randomness comes in streams that its seed decides, each independent of the others,
// so that the same start is drawn in every domain, and nothing random needs saving.
const (
	episodeStream = 1 << 63 // start, target
	worldStream   = 1 << 62 // the domain's draw
	turnStream    = 3 << 60 // + step: does the conveyor turn?
	noiseStream   = 5 << 60 // + step: the camera's noise
)

// random is a generator that is seeded before each use.
type random struct {
	pcg *rand.PCG
	rng *rand.Rand
}

func newRandom() random {
	pcg := new(rand.PCG)
	return random{pcg, rand.New(pcg)}
}

// seed returns the generator at the beginning of a stream of an episode.
func (r random) seed(seed, stream uint64) *rand.Rand {
	r.pcg.Seed(scramble(seed), scramble(seed+stream))
	return r.rng
}

// noise returns the seed of the camera's noise after a step of an episode.
func noise(seed uint64, step int) uint64 {
	return scramble(scramble(seed) + noiseStream + uint64(step))
}

// chance returns a number from 0 to 1 for a step of an episode.
func chance(seed uint64, step int) float64 {
	return float64(scramble(scramble(seed)+turnStream+uint64(step))>>11) / (1 << 53)
}

// scramble spreads neighbouring seeds over all 64 bits: streams of PCG whose seeds differ in few
// bits are not independent.
func scramble(seed uint64) uint64 { return splitmix.Mix(seed + splitmix.Golden) }

// uniform draws from 0 to 1. The conversion keeps the division inside of Float64 apart from what
// follows: see package sim on bits.
func uniform(rng *rand.Rand) float64 { return float64(rng.Float64()) }

// Where episodes start.
const (
	StartHeight = 0.10 // lowest start of the palm, m
	StartTries  = 1000 // draws after which there is no start

	startKeyframe = "reach_start"
	startSpread   = 0.8 // each arm joint starts within this of the keyframe, rad
	startFinger   = 1.2 // fingers start between 0 and this, rad
)

// DrawStart draws joint angles near those at which the model's episodes start, rad. They may be
// unfit to start from: draw again then, and where the palm is below StartHeight. The model must
// have the keyframe "reach_start", as the canonical one has.
func DrawStart(rng *rand.Rand, m *sim.Model) (q [sim.NumJoints]float64) {
	centre, _ := m.Keyframe(startKeyframe)
	for i := range q {
		if i < sim.NumArmJoints {
			q[i] = centre[i] + float64(startSpread*float64(2*uniform(rng)-1))
		} else {
			q[i] = startFinger * uniform(rng)
		}
	}
	return q
}

// drawStart places the arm at rest around the start keyframe, without violation.
func (e *Env) drawStart(rng *rand.Rand) error {
	var rest [sim.NumJoints]float64
	for range StartTries {
		q := DrawStart(rng, e.opt.Model)
		if e.sim.Place(&q, &rest).Cause == sim.None && e.sim.Data.Palm[2] >= StartHeight {
			return nil
		}
	}
	return fmt.Errorf("no start pose without violation in %d tries around keyframe %q", StartTries, startKeyframe)
}
