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

// The range of steps, s. The memory of the past, which late pictures need, has one place for each
// physics step in a ControlStep.
const (
	shortestStep = 1e-5
	longestStep  = 10.0
)

// Simulator moves one arm in steps of a fixed length and checks it after each. It belongs to one
// goroutine.
type Simulator struct {
	Model *Model
	Data  *Data

	checker *Checker
	step    float64 // s
	steps   int     // physics steps in a control step
	taken   int     // physics steps in the last Advance

	motion   Motion
	gain     float64 // of the lag in one physics step; 1: no lag
	set      [NumJoints]float64
	backlash backlash
	past     past
}

// NewSimulator returns an arm at rest at joint angles 0, which is not a pose without violation:
// Place it first. Both steps are in s, from 1e-5 to 10, and the control step must be a whole
// multiple of the physics step.
func NewSimulator(m *Model, physicsStep, controlStep float64) (*Simulator, error) {
	for _, s := range [...]float64{physicsStep, controlStep} {
		if !(s >= shortestStep && s <= longestStep) {
			return nil, fmt.Errorf("simulator: physics step %g s, control step %g s: want %g to %g s",
				physicsStep, controlStep, shortestStep, longestStep)
		}
	}
	n := math.Round(controlStep / physicsStep)
	if n < 1 || math.Abs(controlStep/physicsStep-n) > 1e-9*n {
		return nil, fmt.Errorf("simulator: the control step of %g s is not a whole multiple of the physics step of "+
			"%g s", controlStep, physicsStep)
	}
	s := &Simulator{
		Model: m, Data: m.NewData(), checker: m.NewChecker(), step: physicsStep, steps: int(n), gain: 1,
		past: newPast(m, int(math.Round(ControlStep/physicsStep))),
	}
	return s, nil
}

// SetMotion changes how the world moves. Call it before Place, between episodes: it forgets where
// servos, links and late pictures were. On an error nothing changes. It does not allocate.
func (s *Simulator) SetMotion(m Motion) error {
	if err := m.Validate(); err != nil {
		return err
	}
	s.motion = m
	s.gain = lagGain(s.step, m.Lag)
	s.backlash.half = m.Backlash / 2
	s.past.age = int(math.Round(m.Latency / s.step))
	s.Data.Payload = m.Payload
	s.settle()
	return nil
}

// lagGain returns what part of the way to its input a first-order lag goes in a step: 1 -
// exp(-step/lag). The series has the same bits everywhere, and its error (0.4 % at a step as long
// as the lag, 3e-6 at a fifth of it) is below what anyone knows of a lag.
func lagGain(step, lag float64) float64 {
	if lag == 0 {
		return 1
	}
	x := step / lag
	if x > 50 {
		return 1
	}
	e := 1.0
	for n := 4.0; n >= 1; n-- {
		e = 1 + float64(x/n*e)
	}
	return 1 - 1/e
}

// Place puts the arm at joint angles q (rad) with velocities v (rad/s) and returns the violation
// there, if any. The servos rest, and links with backlash lie where their weight puts them.
func (s *Simulator) Place(q, v *[NumJoints]float64) Violation {
	s.Data.Q, s.Data.V = *q, *v
	s.Model.Kinematics(s.Data)
	s.settle()
	return s.checker.Check(s.Data)
}

// settle makes the past such that the arm has always been at rest where it is.
func (s *Simulator) settle() {
	s.taken = 0
	s.set = [NumJoints]float64{}
	if s.backlash.half > 0 {
		s.Model.pose(s.Data)
		s.Model.evaluate(s.Data)
		s.backlash.settle(&s.Data.dyn.bias)
	} else {
		s.backlash.gap = [NumArmJoints]float64{}
	}
	s.past.fill(&s.Data.Q)
}

// Advance moves the arm on by one control step under the velocity commands ctrl (rad/s, clamped to
// the joints' limits). Fingers stop dead at the ends of their range. At the first physics step
// after which a rule is broken it stops there and returns that violation.
func (s *Simulator) Advance(ctrl *[NumJoints]float64) (Violation, error) {
	var goal [NumJoints]float64
	for i, c := range ctrl {
		if math.IsNaN(c) || math.IsInf(c, 0) {
			return Violation{}, fmt.Errorf("simulator: command of %s is %g, want a finite velocity",
				s.Model.JointName(i), c)
		}
		c = s.Model.command(i, c)
		goal[i] = c + float64(c*s.motion.Speed[i])
	}
	for s.taken = 0; s.taken < s.steps; {
		s.past.push(&s.Data.Q)
		s.physics(&goal)
		s.taken++
		s.Model.StopFingers(s.Data)
		if v := s.checker.Check(s.Data); v.Cause != None {
			return v, s.sane()
		}
	}
	return Violation{}, s.sane()
}

// physics takes one physics step towards the velocities in goal.
func (s *Simulator) physics(goal *[NumJoints]float64) {
	if s.gain == 1 {
		s.set = *goal
	} else {
		for i := range s.set {
			s.set[i] += float64((goal[i] - s.set[i]) * s.gain)
		}
	}
	switch {
	case s.backlash.half > 0:
		s.Model.stepImplicit(s.Data, &s.set, &s.backlash, s.step)
	case s.step <= ReferenceStep:
		s.Model.stepReference(s.Data, &s.set, s.step)
	default:
		s.Model.stepImplicit(s.Data, &s.set, nil, s.step)
	}
}

// Elapsed returns the simulated time that the last Advance took, s: the control step, less where a
// violation ended it; 0 after Place.
func (s *Simulator) Elapsed() float64 { return float64(float64(s.taken) * s.step) }

// Latency returns the age of Seen, s: the motion's latency in whole physics steps.
func (s *Simulator) Latency() float64 { return float64(float64(s.past.age) * s.step) }

// Seen returns the arm as a camera with the motion's latency sees it: angles and poses of Latency
// seconds ago, before the first Advance those of Place. It is Data itself if there is no latency,
// else it is overwritten by the next call; its velocities are not set.
func (s *Simulator) Seen() *Data { return s.past.look(s.Model, s.Data) }

// sane reports a state that is no longer finite, which no state that Place accepted should lead to.
func (s *Simulator) sane() error {
	if !finite(s.Data.Q[:]...) || !finite(s.Data.V[:]...) {
		return errors.New("simulator: the state of the arm is no longer finite")
	}
	return nil
}

// ReferenceStep is the longest physics step, in s, that Step takes by the reference scheme.
const ReferenceStep = 0.002

// Step moves the arm on by h seconds under the velocity commands ctrl (rad/s, clamped to the
// joints' limits; nil: the servos are off). Up to ReferenceStep it is StepReference, above
// StepImplicit. It knows neither contact nor joint limits: see Simulator.
func (m *Model) Step(d *Data, ctrl *[NumJoints]float64, h float64) {
	if h <= ReferenceStep {
		m.StepReference(d, ctrl, h)
	} else {
		m.StepImplicit(d, ctrl, h)
	}
}

// clamped returns the velocities that the servos make of commands: the same, but for the joints'
// limits. It returns nil for nil.
func (m *Model) clamped(ctrl, set *[NumJoints]float64) *[NumJoints]float64 {
	if ctrl == nil {
		return nil
	}
	for i, c := range ctrl {
		set[i] = m.command(i, c)
	}
	return set
}

// StepReference is MuJoCo's "implicitfast" scheme for this model, which the golden data holds to
// the last few bits: damping, and the gain of servos below their torque limit, at the new velocity;
// whether a servo is at its limit is decided with the old one. Servos chatter above 2 ms.
//
//	f = clamp(kv·(clamp(ctrl) - v), ±limit)
//	D = damping, + kv where |kv·(clamp(ctrl) - v)| < limit
//	(M + h·D)·a = f - c - damping·v
//	v += h·a, then q += h·v
func (m *Model) StepReference(d *Data, ctrl *[NumJoints]float64, h float64) {
	var set [NumJoints]float64
	m.stepReference(d, m.clamped(ctrl, &set), h)
}

// stepReference is StepReference with set points that are taken as they are.
func (m *Model) stepReference(d *Data, set *[NumJoints]float64, h float64) {
	m.pose(d)
	m.evaluate(d)
	w := &d.dyn
	var extra, accel [NumJoints]float64
	for i := range NumJoints {
		implicit := m.damping[i]
		rest := -w.bias[i] - float64(m.damping[i]*d.V[i])
		if set != nil {
			force := float64(m.kv[i] * (set[i] - d.V[i]))
			limit := m.maxForce[i]
			switch {
			case force >= limit:
				force = limit
			case force <= -limit:
				force = -limit
			default:
				implicit += m.kv[i]
			}
			rest += force
		}
		accel[i] = rest
		extra[i] = float64(h * implicit)
	}
	w.solve(&extra, &accel)
	m.integrate(d, &accel, h)
}

func (m *Model) integrate(d *Data, accel *[NumJoints]float64, h float64) {
	for i := range NumJoints {
		d.V[i] += float64(h * accel[i])
		d.Q[i] += float64(h * d.V[i])
	}
	m.Kinematics(d)
}

// command returns what the servo of joint i makes of a velocity command.
func (m *Model) command(i int, ctrl float64) float64 {
	return min(max(ctrl, -m.maxSpeed[i]), m.maxSpeed[i])
}

// ServoTorque returns the torque in N m with which the servo of joint i answers the velocity
// command ctrl at d.V.
func (m *Model) ServoTorque(d *Data, i int, ctrl float64) float64 {
	force := float64(m.kv[i] * (m.command(i, ctrl) - d.V[i]))
	return min(max(force, -m.maxForce[i]), m.maxForce[i])
}

// StopFingers sets fingers beyond an end of their range back to it, at rest: they stop dead there.
func (m *Model) StopFingers(d *Data) {
	for i := NumArmJoints; i < NumJoints; i++ {
		if q := min(max(d.Q[i], m.lower[i]), m.upper[i]); q != d.Q[i] {
			m.pose(d)
			d.Q[i], d.V[i] = q, 0
			sin, cos := Sincos(q)
			m.poseBody(d, i+1, sin, cos) // nothing hangs on a finger
			d.posed[i] = q
		}
	}
}
