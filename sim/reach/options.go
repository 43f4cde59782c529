package reach

import (
	"fmt"

	"colonnade/sim"
	"colonnade/sim/domain"
)

// Task is what the target does.
type Task int

// The tasks.
const (
	Reach    Task = iota // the target lies still
	Conveyor             // the target glides along x and turns now and then
)

var taskNames = [...]string{"reach", "conveyor"}

func (t Task) String() string {
	if t < 0 || int(t) >= len(taskNames) {
		return fmt.Sprintf("Task(%d)", int(t))
	}
	return taskNames[t]
}

// ParseTask returns the task of a name.
func ParseTask(name string) (Task, error) {
	for t, known := range taskNames {
		if name == known {
			return Task(t), nil
		}
	}
	return 0, fmt.Errorf("reach: unknown task %q, want one of %q", name, taskNames)
}

// Options says which variant of the task an Env plays. The zero value is the task as trained on.
type Options struct {
	// Model is the arm; nil: sim.Canonical().
	Model *sim.Model

	// PhysicsStep is the time step of the physics, s: 0.002, 0.01 or 0.02, or another that divides
	// sim.ControlStep. 0: sim.TrainingStep.
	PhysicsStep float64

	// Task is what the target does; the zero value is Reach.
	Task Task

	// Domain is how the world looks and moves; nil: preset "sim". If it has ranges, each episode
	// draws its world from its seed.
	Domain *domain.Domain

	// Pixels is the side of the square observation, 8 to 1024; 0: 64.
	Pixels int

	// Supersample is the number of rays a side of each pixel, averaged; 0: 1.
	Supersample int

	// TargetEvery is the number of episodes between two new places of the target; 0: 1, a new place
	// every episode. On the robot a person moves it, so transfer uses 3.
	TargetEvery int

	// Twin is the world in whose appearance Env.Twin draws, one without ranges; nil: Env.Twin is an
	// error.
	Twin *domain.Domain

	// SeeTwin makes the twin's picture that of the observation: what a policy does that drives by
	// the twin. It needs Twin.
	SeeTwin bool

	// Zeros is what the encoders are known to report beyond the true angles, rad: the twin is drawn
	// without it. A calibrated arm has such a list.
	Zeros [sim.NumJoints]float64

	// Lenders of renderers, by Share; nil: each environment has its own.
	lender, twinLender *lender
}

func (o Options) withDefaults() (Options, error) {
	if o.Model == nil {
		o.Model = sim.Canonical()
	}
	if o.PhysicsStep == 0 {
		o.PhysicsStep = sim.TrainingStep
	}
	if o.Domain == nil {
		d, err := domain.Load("sim")
		if err != nil {
			return o, err
		}
		o.Domain = d
	}
	if o.Pixels == 0 {
		o.Pixels = 64
	}
	if o.Supersample == 0 {
		o.Supersample = 1
	}
	if o.TargetEvery == 0 {
		o.TargetEvery = 1
	}
	if o.Task < Reach || o.Task > Conveyor {
		return o, fmt.Errorf("task is %d, want one of %q", int(o.Task), taskNames)
	}
	if o.Pixels < 8 || o.Pixels > 1024 {
		return o, fmt.Errorf("pixels is %d, want 8 to 1024", o.Pixels)
	}
	if o.TargetEvery < 0 {
		return o, fmt.Errorf("target-every is %d, want 1 or more", o.TargetEvery)
	}
	if o.Twin != nil && !o.Twin.Fixed() {
		return o, fmt.Errorf("the twin's domain %s has ranges, want one that always looks the same", o.Twin.Name())
	}
	if o.SeeTwin && o.Twin == nil {
		return o, fmt.Errorf("to see the twin, there must be one: set Twin")
	}
	if o.lender != nil && o.lender.appearance != o.appearance() ||
		o.twinLender != nil && o.twinLender.appearance != o.twinAppearance() {
		return o, fmt.Errorf("domain, twin, pixels or supersample have changed since Share")
	}
	if _, ok := o.Model.Keyframe(startKeyframe); !ok {
		return o, fmt.Errorf("the arm model has no keyframe %q", startKeyframe)
	}
	return o, nil
}
