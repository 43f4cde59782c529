package sim

// ReferenceStep is the longest physics step, in s, that Step takes by the reference scheme.
const ReferenceStep = 0.002

// Step moves the arm on by h seconds under the velocity commands ctrl (rad/s, clamped to the joints'
// limits; nil: the servos are off). Up to ReferenceStep it is StepReference, above StepImplicit. It
// knows neither contact nor joint limits: see Simulator.
func (m *Model) Step(d *Data, ctrl *[NumJoints]float64, h float64) {
	if h <= ReferenceStep {
		m.StepReference(d, ctrl, h)
	} else {
		m.StepImplicit(d, ctrl, h)
	}
}

// StepReference is MuJoCo's "implicitfast" scheme for this model, which the golden data holds to the
// last few bits: damping, and the gain of servos below their torque limit, at the new velocity;
// whether a servo is at its limit is decided with the old one. Servos chatter above 2 ms.
//
//	f = clamp(kv·(clamp(ctrl) - v), ±limit)
//	D = damping, + kv where |kv·(clamp(ctrl) - v)| < limit
//	(M + h·D)·a = f - c - damping·v
//	v += h·a, then q += h·v
func (m *Model) StepReference(d *Data, ctrl *[NumJoints]float64, h float64) {
	m.pose(d)
	m.evaluate(d)
	w := &d.dyn
	var extra, accel [NumJoints]float64
	for i := range NumJoints {
		implicit := m.damping[i]
		rest := -w.bias[i] - m.damping[i]*d.V[i]
		if ctrl != nil {
			force := m.kv[i] * (m.command(i, ctrl[i]) - d.V[i])
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
		extra[i] = h * implicit
	}
	w.solve(&extra, &accel)
	m.integrate(d, &accel, h)
}

// StepImplicit looks for the servos at their limit. One round does in 97 % of the steps of random motion, two in
// nearly all others. Changing many servos at once might go round in circles, so after blockRounds only
// the first one is changed, which cannot (Júdice and Pires, Computers & Operations Research 21, 1994:
// block principal pivoting with Murty's rule). maxRounds only keeps a broken state from taking forever.
const (
	blockRounds = 4
	maxRounds   = 100
)

// StepImplicit takes damping and the whole servo, its torque limit included, at the new velocity, so that
// it may step at 10 or 20 ms: the servo brings each joint to its command without overshoot.
//
//	M·a = f(v + h·a) - c - damping·(v + h·a),  f(u) = clamp(kv·(clamp(ctrl) - u), ±limit)
//	v += h·a, then q += h·v
//
// The equation has one solution, as M is positive definite and f falls. Which servos are at their limit is
// guessed joint by joint; the system that follows is linear, and where its solution puts another
// servo at its limit, or takes one off, it is solved again.
func (m *Model) StepImplicit(d *Data, ctrl *[NumJoints]float64, h float64) {
	m.pose(d)
	m.evaluate(d)
	w := &d.dyn
	var side [NumJoints]float64 // -1, 1: the servo is at that limit; 0: below
	var servo, rest, extra, accel [NumJoints]float64
	for i := range NumJoints {
		rest[i] = -w.bias[i] - m.damping[i]*d.V[i]
		if ctrl == nil {
			extra[i] = h * m.damping[i]
			continue
		}
		// The servo's torque at the old velocity, and at the new one if nothing else acted.
		servo[i] = m.kv[i] * (m.command(i, ctrl[i]) - d.V[i])
		inertia := w.mass[i][i] + h*m.damping[i]
		side[i] = m.side(i, servo[i]*inertia/(inertia+h*m.kv[i]))
	}
	for again, round := true, 0; again && round < maxRounds; round++ {
		accel = rest
		if ctrl != nil {
			for i := range NumJoints {
				if side[i] != 0 {
					accel[i] += side[i] * m.maxForce[i]
					extra[i] = h * m.damping[i]
				} else {
					accel[i] += servo[i]
					extra[i] = h * (m.damping[i] + m.kv[i])
				}
			}
		}
		w.solve(&extra, &accel)
		again = false
		for i := range NumJoints {
			now := m.side(i, servo[i]-h*m.kv[i]*accel[i])
			if ctrl == nil || now == side[i] || again && round >= blockRounds {
				continue
			}
			if side[i] != 0 {
				now = 0 // from one limit to the other only by way of no limit
			}
			side[i] = now
			again = true
		}
	}
	m.integrate(d, &accel, h)
}

// side returns 1 or -1 if a torque wanted of servo i is beyond its limit on that side, else 0.
func (m *Model) side(i int, force float64) float64 {
	switch limit := m.maxForce[i]; {
	case force > limit:
		return 1
	case force < -limit:
		return -1
	}
	return 0
}

func (m *Model) integrate(d *Data, accel *[NumJoints]float64, h float64) {
	for i := range NumJoints {
		d.V[i] += h * accel[i]
		d.Q[i] += h * d.V[i]
	}
	m.Kinematics(d)
}

// command returns what the servo of joint i makes of a velocity command.
func (m *Model) command(i int, ctrl float64) float64 {
	return min(max(ctrl, -m.maxSpeed[i]), m.maxSpeed[i])
}

// ServoTorque returns the torque in N m with which the servo of joint i answers the velocity command
// ctrl at d.V.
func (m *Model) ServoTorque(d *Data, i int, ctrl float64) float64 {
	force := m.kv[i] * (m.command(i, ctrl) - d.V[i])
	return min(max(force, -m.maxForce[i]), m.maxForce[i])
}

// Damping returns the viscous damping of joint i, N m s/rad.
func (m *Model) Damping(i int) float64 { return m.damping[i] }

// StopFingers sets fingers beyond an end of their range back to it, at rest: they stop dead there.
func (m *Model) StopFingers(d *Data) {
	moved := false
	for i := NumArmJoints; i < NumJoints; i++ {
		if q := min(max(d.Q[i], m.lower[i]), m.upper[i]); q != d.Q[i] {
			d.Q[i], d.V[i] = q, 0
			moved = true
		}
	}
	if moved {
		m.Kinematics(d)
	}
}
