package robot

import (
	"context"
	"errors"
	"fmt"
	"time"

	"colonnade/jaco/camera"
	"colonnade/jaco/clock"
	"colonnade/jaco/safety"
	"colonnade/jaco/tracker"
	"colonnade/sim"
	"colonnade/sim/reach"
)

const (
	proprioception = 2 * sim.NumJoints
	controlStep    = time.Duration(sim.ControlStep * float64(time.Second))
)

// Env is the reach task on an arm. It belongs to one goroutine.
type Env struct {
	opt    Options
	cell   *Workcell
	model  *sim.Model
	arm    *sim.Data // where the joints say it is
	finder *tracker.Finder
	target target
	start  [sim.NumJoints]float64
	turns  [sim.NumJoints]float64               // rad: whole ones of joints without limits, that observations leave out
	fits   func(q *[sim.NumJoints]float64) bool // for starts without an arm at hand

	seed     uint64
	steps    int
	episodes int // begun since the target was placed
	running  bool
	due      time.Time // end of the step under way
	trip     *safety.Trip
	sluggish int // times in this episode that the cable was too slow
	counts   Counts

	moment Moment
	frame  [camera.FrameSize]uint8
	twin   twin
	told   pose // velocities of the motion under way, rad/s
}

// Counts is what became of an Env's episodes.
type Counts struct {
	Episodes, Steps int
	Trips           int // episodes that the Guard ended
	Recoveries      int // times the arm was lost and came back
	Pauses          int // times the target or the camera was lost and came back
	Detours         int // times no straight way led to the start, nor one over a high pose
	Redraws         int // starts given up as the arm did not get there
	Retreats        int // times the arm did not get out of its margins at once
}

// New returns an environment. Call Reset before the first Step, and Close in the end, which closes
// the Workcell.
func New(opt Options) (*Env, error) {
	opt, err := opt.withDefaults()
	if err != nil {
		return nil, fmt.Errorf("robot: %w", err)
	}
	m := sim.Canonical()
	e := &Env{opt: opt, cell: opt.Workcell, model: m, arm: m.NewData(), finder: tracker.NewFinder()}
	if e.twin, err = newTwin(opt.Twin, m); err != nil {
		return nil, fmt.Errorf("robot: %w", err)
	}
	e.moment.Frame = e.frame[:]
	e.fits = safety.Fitter(m, safety.DefaultLimits())
	return e, nil
}

// Spec returns the size of an observation in pixels (height, width, channels), the number of
// proprioceptive values, and the number of choices of each factor of an action.
func (e *Env) Spec() (pixels [3]int, proprio int, choices []int) {
	choices = make([]int, sim.NumJoints)
	for i := range choices {
		choices[i] = 3
	}
	return [3]int{camera.Side, camera.Side, 3}, proprioception, choices
}

// Counts returns what became of the episodes so far.
func (e *Env) Counts() Counts { return e.counts }

// Trip returns what ended the episode, or nil.
func (e *Env) Trip() *safety.Trip { return e.trip }

// Violation returns the rule of the task for which the Guard ended the episode; its cause is
// sim.None if it did not, or for the end of the workspace, which is no rule of the task. Nothing
// was violated: the arm was on its way to it.
func (e *Env) Violation() sim.Violation {
	if e.trip == nil {
		return sim.Violation{}
	}
	cause := map[safety.Cause]sim.Cause{safety.JointLimit: sim.JointLimit, safety.Table: sim.TableTouch,
		safety.Self: sim.SelfContact}[e.trip.Cause]
	return sim.Violation{Cause: cause, Distance: e.trip.Distance}
}

// Target returns where the tracker has the target, m.
func (e *Env) Target() sim.Vec3 { return sim.Vec3{e.target.x, e.target.y, 0} }

// Joints returns the joint angles (rad) and velocities (rad/s) of the last observation, as the arm
// reports them but for whole turns that it stood on when the episode began.
func (e *Env) Joints() (q, v [sim.NumJoints]float64) { return e.moment.Q, e.moment.V }

// Close closes the Workcell: the arm stops, API control ends.
func (e *Env) Close() error {
	e.running = false
	if e.cell == nil {
		return nil
	}
	cell := e.cell
	e.cell = nil
	return cell.Shut()
}

// Reset begins an episode: the target gets a new place if it is time for one, the arm moves to a
// start that is drawn from the seed. It takes some seconds of the arm's time.
func (e *Env) Reset(seed uint64, pixels []uint8, proprio []float32) error {
	if err := e.reset(seed, pixels, proprio); err != nil {
		e.running = false
		return fmt.Errorf("robot: reset: %w", err)
	}
	return nil
}

func (e *Env) reset(seed uint64, pixels []uint8, proprio []float32) error {
	if err := checkBuffers(pixels, proprio); err != nil {
		return err
	}
	e.running, e.steps, e.trip, e.seed, e.sluggish = false, 0, nil, seed, 0
	rng := newRandom(seed)
	x, y := reach.DrawTarget(rng)
	if e.opt.Fresh != nil {
		if err := e.renew(rng); err != nil {
			return err
		}
	} else if e.cell == nil {
		return errors.New("the environment is closed")
	}
	e.cell.Clock.Enter()
	defer e.cell.Clock.Leave()
	if err := e.rest(); err != nil {
		return err
	}
	if e.opt.Fresh != nil || e.episodes%e.opt.TargetEvery == 0 {
		if err := e.cell.MoveTarget(context.Background(), x, y); err != nil {
			return fmt.Errorf("a new place for the target: %w", err)
		}
		e.target = target{x: x, y: y}
		e.episodes = 0
	}
	if e.opt.Fresh == nil {
		if err := e.toStart(rng, e.cell.Guard.Fits); err != nil {
			return err
		}
	}
	e.episodes++
	e.counts.Episodes++
	e.due = e.cell.Clock.Now()
	if err := e.observe(true); err != nil {
		return err
	}
	if err := e.hand(pixels, proprio); err != nil {
		return err
	}
	e.running = true
	return e.record(nil, 0, false, false)
}

// renew makes a workcell for this episode.
func (e *Env) renew(rng *random) error {
	if e.cell != nil {
		if err := e.Close(); err != nil {
			return err
		}
	}
	if err := e.drawStart(rng, e.fits); err != nil {
		return err
	}
	e.turns = pose{}
	cell, err := e.opt.Fresh(e.seed, &e.start)
	if err != nil {
		return err
	}
	if err := cell.check(); err != nil {
		return err
	}
	e.cell = cell
	return nil
}

// Step moves the arm for one control step, 100 ms, and writes the observation after it. action has
// one choice for each joint: 0, 1, 2 for its fixed velocity backwards, rest, forwards.
//
// reward is 1 if the palm is within 10 cm of the target, as joints and tracker have them, else 0.
// terminated means that the Guard refused to go on, as the arm was about to break a rule: that
// earns nothing. truncated means that the time is up. An arm or a camera that is lost, and a target
// that is neither seen nor hidden by the arm, are waited for with the arm at rest; the step ends
// when they are back, or with an error after Options.Patience.
func (e *Env) Step(action []int, pixels []uint8,
	proprio []float32) (reward float32, terminated, truncated bool, err error) {
	reward, err = e.step(action, pixels, proprio)
	if err != nil {
		return 0, false, false, fmt.Errorf("robot: step: %w", err)
	}
	return reward, e.trip != nil, e.trip == nil && e.steps == reach.EpisodeSteps, nil
}

func (e *Env) step(action []int, pixels []uint8, proprio []float32) (reward float32, err error) {
	if !e.running {
		return 0, errors.New("no episode is running: call Reset first")
	}
	if err := checkBuffers(pixels, proprio); err != nil {
		return 0, err
	}
	v, err := e.velocities(action)
	if err != nil {
		return 0, err
	}
	e.cell.Clock.Enter()
	defer e.cell.Clock.Leave()
	e.running = false // until all has gone well
	if err := e.move(&v); err != nil {
		return 0, err
	}
	e.steps++
	e.counts.Steps++
	if err := e.observe(e.trip == nil); err != nil {
		return 0, err
	}
	if err := e.hand(pixels, proprio); err != nil {
		return 0, err
	}
	if e.trip == nil {
		reward = reach.Reward(e.arm.Palm, e.Target())
	}
	e.running = e.trip == nil && e.steps < reach.EpisodeSteps
	if !e.running {
		if err := e.rest(); err != nil {
			return 0, err
		}
	}
	return reward, e.record(action, reward, e.trip != nil, e.trip == nil && !e.running)
}

// velocities turns an action into joint velocities.
func (e *Env) velocities(action []int) (v [sim.NumJoints]float64, err error) {
	if len(action) != sim.NumJoints {
		return v, fmt.Errorf("action has %d factors, want %d", len(action), sim.NumJoints)
	}
	for i, a := range action {
		if a < 0 || a > 2 {
			return v, fmt.Errorf("action of %s is %d, want 0, 1 or 2", e.model.JointName(i), a)
		}
		v[i] = float64(a-1) * e.model.MaxSpeed(i)
	}
	return v, nil
}

// late is how far behind its time a step may begin: the learner thinks, and 100 ms are soon over.
// Beyond that the steps count from now.
const late = 10 * time.Millisecond

// move is the motion of a step. A trip over a rule of the task is kept in e.trip; a lost arm is
// waited for.
func (e *Env) move(v *[sim.NumJoints]float64) error {
	c, guard := e.cell.Clock, e.cell.Guard
	if now := c.Now(); now.Sub(e.due) > late {
		e.due = now
	}
	e.due = e.due.Add(controlStep)
	err := guard.SetVelocity(v)
	if err != nil && !violation(err) { // stopped since the last step, such as by a learner that took long
		if err := e.recover(err); err != nil {
			return err
		}
		err = guard.SetVelocity(v)
		e.due = c.Now().Add(controlStep)
	}
	if err == nil {
		e.told = *v
		if err := c.SleepUntil(context.Background(), e.due); err != nil {
			return err
		}
		err = guard.Err()
	}
	if err == nil {
		return nil
	}
	if errors.As(err, &e.trip) && e.trip.Violation() {
		e.counts.Trips++
		return nil
	}
	e.trip = nil
	return e.recover(err)
}

func checkBuffers(pixels []uint8, proprio []float32) error {
	if len(pixels) != 0 && len(pixels) != camera.FrameSize {
		return fmt.Errorf("the buffer for pixels has %d bytes, want %d or none", len(pixels), camera.FrameSize)
	}
	if len(proprio) != 0 && len(proprio) != proprioception {
		return fmt.Errorf("the buffer for proprioception has %d values, want %d or none", len(proprio), proprioception)
	}
	return nil
}

// hand writes the observation into the caller's buffers.
func (e *Env) hand(pixels []uint8, proprio []float32) error {
	copy(pixels, e.frame[:])
	if e.opt.SeeTwin {
		if err := e.drawTwin(pixels); err != nil {
			return err
		}
	}
	if len(proprio) != 0 {
		for i := range sim.NumJoints {
			proprio[i], proprio[sim.NumJoints+i] = float32(e.moment.Q[i]), float32(e.moment.V[i])
		}
	}
	return nil
}

// record tells Options.Record what happened.
func (e *Env) record(action []int, reward float32, terminated, truncated bool) error {
	if e.opt.Record == nil {
		return nil
	}
	m := &e.moment
	m.Episode, m.Step, m.Seed = uint64(e.counts.Episodes), e.steps, e.seed
	m.Clock = e.cell.Clock.Now().Sub(clock.Epoch)
	m.Action = [sim.NumJoints]uint8{}
	for i, a := range action {
		m.Action[i] = uint8(a)
	}
	m.Reward, m.Terminated, m.Truncated = reward, terminated, truncated
	m.Target = [2]float64{e.target.x, e.target.y}
	return e.opt.Record(m)
}
