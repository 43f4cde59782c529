package reach

import (
	"fmt"

	"colonnade/sim"
	"colonnade/sim/render"
)

// Options says which variant of the task an Env plays. The zero value is the task as trained on.
type Options struct {
	// Model is the arm; nil: sim.Canonical().
	Model *sim.Model

	// PhysicsStep is the time step of the physics, s: 0.002, 0.01 or 0.02, or another that divides
	// sim.ControlStep. 0: sim.TrainingStep.
	PhysicsStep float64

	// Scene is what the camera sees apart from arm and target; nil: render.DefaultScene().
	Scene *render.Scene

	// Pixels is the side of the square observation, 8 to 1024; 0: 64.
	Pixels int

	// Supersample is the number of rays a side of each pixel, averaged; 0: 1.
	Supersample int

	// TargetEvery is the number of episodes between two moves of the target; 0: 1, a new place every
	// episode. On the robot a person moves it, so transfer uses 3.
	TargetEvery int
}

func (o Options) withDefaults() (Options, error) {
	if o.Model == nil {
		o.Model = sim.Canonical()
	}
	if o.PhysicsStep == 0 {
		o.PhysicsStep = sim.TrainingStep
	}
	if o.Scene == nil {
		o.Scene = render.DefaultScene()
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
	if o.Pixels < 8 || o.Pixels > 1024 {
		return o, fmt.Errorf("pixels is %d, want 8 to 1024", o.Pixels)
	}
	if o.TargetEvery < 0 {
		return o, fmt.Errorf("target-every is %d, want 1 or more", o.TargetEvery)
	}
	if _, ok := o.Model.Keyframe(startKeyframe); !ok {
		return o, fmt.Errorf("the arm model has no keyframe %q", startKeyframe)
	}
	return o, nil
}
