package sim

import (
	"errors"
	"fmt"
	"math"
)

// ControlStep is the time between two commands of the task, s.
const ControlStep = 0.1

// TrainingStep is the physics step that training uses, s.
const TrainingStep = 0.01

// Simulator moves one arm in steps of a fixed length and checks it after each. It belongs to one goroutine.
type Simulator struct {
	Model *Model
	Data  *Data

	checker *Checker
	step    float64 // s
	steps   int     // physics steps in a control step
}

// NewSimulator returns an arm at rest at joint angles 0, which is not a pose without violation: Place it
// first. The control step must be a whole multiple of the physics step; both are in s.
func NewSimulator(m *Model, physicsStep, controlStep float64) (*Simulator, error) {
	if !(physicsStep > 0) || !(controlStep > 0) || math.IsInf(controlStep, 0) {
		return nil, fmt.Errorf("simulator: physics step %g s, control step %g s: both must be above 0", physicsStep, controlStep)
	}
	n := math.Round(controlStep / physicsStep)
	if n < 1 || n > 1e6 || math.Abs(controlStep/physicsStep-n) > 1e-9*n {
		return nil, fmt.Errorf("simulator: the control step of %g s is not a whole multiple of the physics step of %g s", controlStep, physicsStep)
	}
	return &Simulator{Model: m, Data: m.NewData(), checker: m.NewChecker(), step: physicsStep, steps: int(n)}, nil
}

// Place puts the arm at joint angles q (rad) with velocities v (rad/s) and returns the violation there, if any.
func (s *Simulator) Place(q, v *[NumJoints]float64) Violation {
	s.Data.Q, s.Data.V = *q, *v
	s.Model.Kinematics(s.Data)
	return s.checker.Check(s.Data)
}

// Advance moves the arm on by one control step under the velocity commands ctrl (rad/s, clamped to the
// joints' limits). Fingers stop dead at the ends of their range. At the first physics step after
// which a rule is broken it stops there and returns that violation.
func (s *Simulator) Advance(ctrl *[NumJoints]float64) (Violation, error) {
	for i, c := range ctrl {
		if math.IsNaN(c) || math.IsInf(c, 0) {
			return Violation{}, fmt.Errorf("simulator: command of %s is %g, want a finite velocity", s.Model.JointName(i), c)
		}
	}
	for range s.steps {
		s.Model.Step(s.Data, ctrl, s.step)
		s.Model.StopFingers(s.Data)
		if v := s.checker.Check(s.Data); v.Cause != None {
			return v, s.sane()
		}
	}
	return Violation{}, s.sane()
}

// sane reports a state that is no longer finite, which no state that Place accepted should lead to.
func (s *Simulator) sane() error {
	if !finite(s.Data.Q[:]...) || !finite(s.Data.V[:]...) {
		return errors.New("simulator: the state of the arm is no longer finite")
	}
	return nil
}
