package reach

import (
	"errors"
	"fmt"
	"image"
	"time"

	"colonnade/sim"
	"colonnade/sim/domain"
	"colonnade/sim/render"
)

// The task.
const (
	EpisodeSteps = 50   // control steps until an episode is cut off
	RewardRadius = 0.10 // the palm earns its reward within this distance of the target, m

	proprioception = 2 * sim.NumJoints
)

// Env is one arm before its table. It belongs to one goroutine.
type Env struct {
	opt      Options
	sim      *sim.Simulator
	renderer *render.Renderer // nil: the lender has some
	random   random
	world    domain.World // of this episode
	twin     twin

	large      *render.Renderer // of Picture's last size, nil before
	largeSize  image.Point
	largeStale bool // the world has changed since

	physicsTime, renderTime time.Duration

	state
}

// state is what changes, all of it saved by MarshalBinary; the arm's part is in sim. The world is
// not saved, as it follows from the seed.
type state struct {
	seed      uint64 // of this episode
	target    target
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
	e := &Env{opt: opt, random: newRandom()}
	if e.sim, err = sim.NewSimulator(opt.Model, opt.PhysicsStep, sim.ControlStep); err != nil {
		return nil, err
	}
	e.drawWorld()
	if e.twin, err = newTwin(&e.opt); err != nil {
		return nil, err
	}
	if opt.lender == nil {
		if e.renderer, err = opt.appearance().newRenderer(&e.world); err != nil {
			return nil, err
		}
	}
	return e, e.sim.SetMotion(e.world.Motion)
}

// drawWorld draws the world of this episode from its seed.
func (e *Env) drawWorld() { e.opt.Domain.Draw(e.random.seed(e.seed, worldStream), &e.world) }

// enter makes the world that of a seed. In a domain without ranges it is so already.
func (e *Env) enter(seed uint64) error {
	e.seed = seed
	if e.opt.Domain.Fixed() {
		return nil
	}
	e.drawWorld()
	e.largeStale = true
	if err := e.sim.SetMotion(e.world.Motion); err != nil {
		return err
	}
	if err := e.renderer.SetScene(&e.world.Scene); err != nil {
		return err
	}
	return e.renderer.SetSensor(e.world.Sensor)
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

// Reset begins an episode and writes its first observation. With TargetEvery 1 the episode depends
// on the seed alone: the world it is set in, the start, the target and its way, the camera's noise.
// Start and target of a seed are the same in all domains.
//
// pixels takes height·width·3 bytes, rows from the top, R G B interleaved; proprio 18 values, the
// angles of joints 1..6 and fingers 1..3 (rad, not wrapped), then their velocities (rad/s). An
// empty buffer is not written.
func (e *Env) Reset(seed uint64, pixels []uint8, proprio []float32) error {
	if err := e.reset(seed, pixels, proprio); err != nil {
		return fmt.Errorf("reach: reset: %w", err)
	}
	return nil
}

func (e *Env) reset(seed uint64, pixels []uint8, proprio []float32) error {
	if err := e.checkBuffers(pixels, proprio); err != nil {
		return err
	}
	e.running, e.steps, e.violation = false, 0, sim.Violation{}
	if err := e.enter(seed); err != nil {
		return err
	}
	rng := e.random.seed(seed, episodeStream)
	var place target
	place.at[0], place.at[1] = DrawTarget(rng)
	if err := e.drawStart(rng); err != nil {
		return err
	}
	if e.opt.Task == Conveyor {
		place.forward = rng.IntN(2) == 0
	}
	if e.episodes%e.opt.TargetEvery == 0 {
		e.target, e.episodes = place, 0
	}
	e.target.settle()
	e.episodes++
	e.running = true
	return e.observe(pixels, proprio)
}

// Step moves the arm for one control step, 100 ms, and writes the observation after it. action has
// one choice for each joint: 0, 1, 2 for its fixed velocity backwards, rest, forwards.
//
// reward is 1 if the palm is within RewardRadius of the target afterwards, else 0. terminated means
// that the arm broke a rule (see Violation): the step ended early and earns nothing. truncated
// means that the time is up, which is no fault of the arm's. After either only Reset may follow.
// Reward and violations go by where arm and target truly are, whatever the observation shows of
// them.
func (e *Env) Step(action []int, pixels []uint8, proprio []float32) (
	reward float32, terminated, truncated bool, err error,
) {
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
	began := time.Now()
	e.violation, err = e.sim.Advance(&ctrl)
	e.physicsTime += time.Since(began)
	if err != nil {
		e.running = false
		return 0, err
	}
	if e.opt.Task == Conveyor {
		e.target.glide(e.sim.Elapsed(), chance(e.seed, e.steps) < TurnChance)
	}
	e.steps++
	e.running = e.violation.Cause == sim.None && e.steps < EpisodeSteps
	if e.violation.Cause == sim.None {
		reward = Reward(e.sim.Data.Palm, e.target.at)
	}
	return reward, e.observe(pixels, proprio)
}

// StageTimes returns the time spent since New on moving the arm (physics and collision) and on
// drawing observations.
func (e *Env) StageTimes() (physics, render time.Duration) { return e.physicsTime, e.renderTime }

// Joints returns the true joint angles (rad) and velocities (rad/s).
func (e *Env) Joints() (q, v [sim.NumJoints]float64) { return e.sim.Data.Q, e.sim.Data.V }

// Palm returns the true position of the palm, world, m.
func (e *Env) Palm() sim.Vec3 { return e.sim.Data.Palm }

// Target returns the true position of the target on the table, world, m.
func (e *Env) Target() sim.Vec3 { return e.target.at }

// World returns what this episode is set in.
func (e *Env) World() domain.World { return e.world }

// Steps returns the number of control steps taken in this episode.
func (e *Env) Steps() int { return e.steps }

// Violation returns what ended the episode; its cause is sim.None if nothing did.
func (e *Env) Violation() sim.Violation { return e.violation }
