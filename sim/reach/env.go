package reach

import (
	"errors"
	"fmt"
	"image"
	"math/rand/v2"

	"colonnade/sim"
	"colonnade/sim/render"
)

// The task. All of it is fixed by the project's design page.
const (
	EpisodeSteps  = 50   // control steps until an episode is cut off
	RewardRadius  = 0.10 // the palm earns its reward within this distance of the target, m
	TargetCentreX = 0.0  // middle of the area in which targets lie, m
	TargetCentreY = -0.45
	TargetSizeX   = 0.40 // extents of the area, m
	TargetSizeY   = 0.30

	startKeyframe  = "reach_start"
	startSpread    = 0.8  // each arm joint starts within this of the keyframe, rad
	startFinger    = 1.2  // fingers start between 0 and this, rad
	startHeight    = 0.10 // lowest start of the palm, m
	maxStartTries  = 1000
	proprioception = 2 * sim.NumJoints
)

// Env is one arm before its table. It belongs to one goroutine.
type Env struct {
	opt       Options
	sim       *sim.Simulator
	renderer  *render.Renderer
	large     *render.Renderer // of Picture's last size, nil before
	largeSize image.Point
	start     [sim.NumJoints]float64
	pcg       *rand.PCG // seeded anew by each Reset, so no part of the state
	rng       *rand.Rand

	state
}

// state is what changes, all of it saved by MarshalBinary; the arm's angles and velocities are in sim.Data.
type state struct {
	target    sim.Vec3
	steps     int // taken in this episode
	episodes  int // begun since the target was placed
	running   bool
	violation sim.Violation
}

// New returns an environment. Call Reset before the first Step.
func New(opt Options) (*Env, error) {
	e, err := newEnv(opt)
	if err != nil {
		return nil, fmt.Errorf("reach: %w", err)
	}
	return e, nil
}

func newEnv(opt Options) (*Env, error) {
	opt, err := opt.withDefaults()
	if err != nil {
		return nil, err
	}
	s, err := sim.NewSimulator(opt.Model, opt.PhysicsStep, sim.ControlStep)
	if err != nil {
		return nil, err
	}
	r, err := render.NewRenderer(opt.Scene, opt.Pixels, opt.Pixels, opt.Supersample)
	if err != nil {
		return nil, err
	}
	pcg := new(rand.PCG)
	e := &Env{opt: opt, sim: s, renderer: r, pcg: pcg, rng: rand.New(pcg)}
	e.start, _ = opt.Model.Keyframe(startKeyframe)
	return e, nil
}

// Spec returns the size of an observation in pixels (height, width, channels), the number of
// proprioceptive values, and the number of choices of each factor of an action.
func (e *Env) Spec() (pixels [3]int, proprio int, choices []int) {
	choices = make([]int, sim.NumJoints)
	for i := range choices {
		choices[i] = 3
	}
	return [3]int{e.opt.Pixels, e.opt.Pixels, 3}, proprioception, choices
}

// Reset begins an episode and writes its first observation. With TargetEvery 1 the episode depends on the
// seed alone.
//
// pixels takes height·width·3 bytes, rows from the top, R G B interleaved; proprio 9 joint angles
// (rad, not wrapped), then 9 velocities (rad/s). An empty buffer is not written.
func (e *Env) Reset(seed uint64, pixels []uint8, proprio []float32) error {
	if err := e.checkBuffers(pixels, proprio); err != nil {
		return fmt.Errorf("reach: reset: %w", err)
	}
	e.running, e.steps, e.violation = false, 0, sim.Violation{}
	e.pcg.Seed(scramble(seed), scramble(seed+1<<63))
	place := sim.Vec3{
		TargetCentreX + float64(TargetSizeX*(e.uniform()-0.5)),
		TargetCentreY + float64(TargetSizeY*(e.uniform()-0.5)),
		0,
	}
	if e.episodes%e.opt.TargetEvery == 0 {
		e.target, e.episodes = place, 0
	}
	if err := e.drawStart(); err != nil {
		return fmt.Errorf("reach: reset: %w", err)
	}
	e.episodes++
	e.running = true
	if err := e.observe(pixels, proprio); err != nil {
		return fmt.Errorf("reach: reset: %w", err)
	}
	return nil
}

// uniform draws from 0 to 1. The conversion keeps the division inside of Float64 apart from what follows: see
// package sim on bits.
func (e *Env) uniform() float64 { return float64(e.rng.Float64()) }

// scramble spreads neighbouring seeds over all 64 bits, as one step of SplitMix64 does (Steele, Lea, Flood
// 2014): streams of PCG whose seeds differ in few bits are not independent.
func scramble(seed uint64) uint64 {
	seed += 0x9e3779b97f4a7c15
	seed = (seed ^ seed>>30) * 0xbf58476d1ce4e5b9
	seed = (seed ^ seed>>27) * 0x94d049bb133111eb
	return seed ^ seed>>31
}

// drawStart places the arm at rest around the start keyframe, without violation.
func (e *Env) drawStart() error {
	var q, v [sim.NumJoints]float64
	for range maxStartTries {
		for i := range q {
			if i < sim.NumArmJoints {
				q[i] = e.start[i] + float64(startSpread*float64(2*e.uniform()-1))
			} else {
				q[i] = startFinger * e.uniform()
			}
		}
		if e.sim.Place(&q, &v).Cause == sim.None && e.sim.Data.Palm[2] >= startHeight {
			return nil
		}
	}
	return fmt.Errorf("no start pose without violation in %d tries around keyframe %q", maxStartTries, startKeyframe)
}

// Step moves the arm for one control step, 100 ms, and writes the observation after it. action has one
// choice for each joint: 0, 1, 2 for its fixed velocity backwards, rest, forwards.
//
// reward is 1 if the palm is within RewardRadius of the target afterwards, else 0. terminated means that
// the arm broke a rule (see Violation): the step ended early and earns nothing. truncated means
// that the time is up, which is no fault of the arm's. After either only Reset may follow.
func (e *Env) Step(action []int, pixels []uint8, proprio []float32) (reward float32, terminated, truncated bool, err error) {
	reward, err = e.step(action, pixels, proprio)
	if err != nil {
		return 0, false, false, fmt.Errorf("reach: step: %w", err)
	}
	terminated = e.violation.Cause != sim.None
	return reward, terminated, !terminated && e.steps == EpisodeSteps, nil
}

func (e *Env) step(action []int, pixels []uint8, proprio []float32) (reward float32, err error) {
	if !e.running {
		return 0, errors.New("no episode is running: call Reset first")
	}
	if err := e.checkBuffers(pixels, proprio); err != nil {
		return 0, err
	}
	if len(action) != sim.NumJoints {
		return 0, fmt.Errorf("action has %d factors, want %d", len(action), sim.NumJoints)
	}
	var ctrl [sim.NumJoints]float64
	for i, a := range action {
		if a < 0 || a > 2 {
			return 0, fmt.Errorf("action of %s is %d, want 0, 1 or 2", e.opt.Model.JointName(i), a)
		}
		ctrl[i] = float64(a-1) * e.opt.Model.MaxSpeed(i)
	}
	e.violation, err = e.sim.Advance(&ctrl)
	if err != nil {
		e.running = false
		return 0, err
	}
	e.steps++
	e.running = e.violation.Cause == sim.None && e.steps < EpisodeSteps
	if e.violation.Cause == sim.None && e.sim.Data.Palm.Distance(e.target) <= RewardRadius {
		reward = 1
	}
	return reward, e.observe(pixels, proprio)
}

func (e *Env) checkBuffers(pixels []uint8, proprio []float32) error {
	if want := 3 * e.opt.Pixels * e.opt.Pixels; len(pixels) != 0 && len(pixels) != want {
		return fmt.Errorf("the buffer for pixels has %d bytes, want %d or none", len(pixels), want)
	}
	if len(proprio) != 0 && len(proprio) != proprioception {
		return fmt.Errorf("the buffer for proprioception has %d values, want %d or none", len(proprio), proprioception)
	}
	return nil
}

func (e *Env) observe(pixels []uint8, proprio []float32) error {
	d := e.sim.Data
	if len(proprio) != 0 {
		for i := range sim.NumJoints {
			proprio[i] = float32(d.Q[i])
			proprio[sim.NumJoints+i] = float32(d.V[i])
		}
	}
	if len(pixels) != 0 {
		return e.renderer.Render(pixels, &d.BodyPos, &d.BodyRot, e.target)
	}
	return nil
}

// Picture draws the present scene for people.
func (e *Env) Picture(width, height int) (*image.RGBA, error) {
	if e.large == nil || e.largeSize != image.Pt(width, height) {
		r, err := render.NewRenderer(e.opt.Scene, width, height, 2)
		if err != nil {
			return nil, fmt.Errorf("reach: picture: %w", err)
		}
		e.large, e.largeSize = r, image.Pt(width, height)
	}
	pixels := make([]uint8, 3*width*height)
	if err := e.large.Render(pixels, &e.sim.Data.BodyPos, &e.sim.Data.BodyRot, e.target); err != nil {
		return nil, fmt.Errorf("reach: picture: %w", err)
	}
	picture := image.NewRGBA(image.Rect(0, 0, width, height))
	for i := range width * height {
		copy(picture.Pix[4*i:], pixels[3*i:3*i+3])
		picture.Pix[4*i+3] = 255
	}
	return picture, nil
}

// Joints returns the joint angles (rad) and velocities (rad/s).
func (e *Env) Joints() (q, v [sim.NumJoints]float64) { return e.sim.Data.Q, e.sim.Data.V }

// Palm returns the position of the palm, world, m.
func (e *Env) Palm() sim.Vec3 { return e.sim.Data.Palm }

// Target returns the position of the target on the table, world, m.
func (e *Env) Target() sim.Vec3 { return e.target }

// Steps returns the number of control steps taken in this episode.
func (e *Env) Steps() int { return e.steps }

// Violation returns what ended the episode; its cause is sim.None if nothing did.
func (e *Env) Violation() sim.Violation { return e.violation }
