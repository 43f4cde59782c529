package sim

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

// Damping returns the viscous damping of joint i, N m s/rad.
func (m *Model) Damping(i int) float64 { return m.damping[i] }

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
