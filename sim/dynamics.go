package sim

// Everything below is written in world axes, and moments are taken about the world origin. Spatial
// vectors of different bodies then add without transforms, which is cheaper than link frames for
// so short a tree. Algorithms: Featherstone, Rigid Body Dynamics Algorithms (2008), table 5.1
// (recursive Newton-Euler), table 6.2 (composite rigid bodies), tables 6.3-6.5 (LᵀDL).

// rigid is the inertia of a body or of several bodies together.
type rigid struct {
	mass   float64
	first  v3   // mass · centre of mass
	second sym3 // about the world origin
}

// wrench is a force and its moment about the world origin.
type wrench struct{ force, moment v3 }

// dynamics is the scratch memory of one evaluation.
type dynamics struct {
	axis  [NumBodies]v3 // direction of the joint that moves the body
	arm   [NumBodies]v3 // origin of the body × axis: velocity, at the world origin, of a unit turn
	com   [NumBodies]v3
	omega [NumBodies]v3 // angular velocity
	alpha [NumBodies]v3 // angular acceleration for joint accelerations of 0
	accel [NumBodies]v3 // acceleration of the body's origin, likewise; gravity enters as -g at the base
	body  [NumBodies]rigid
	load  [NumBodies]wrench

	mass [NumJoints][NumJoints]float64 // lower triangle, with armature; zero between two fingers
	bias [NumJoints]float64            // Coriolis, centrifugal and gravity
}

// principal is the inertia of a body about its centre of mass, as a sphere and two discs:
// base·1 + disc[0]·axis[0]axis[0]ᵀ + disc[1]·axis[1]axis[1]ᵀ. Most links have one disc only.
type principal struct {
	base float64
	disc [2]float64
	axis [2]v3 // body frame
}

// evaluate fills d.dyn for d.Q (whose kinematics must be current) and d.V.
func (m *Model) evaluate(d *Data) {
	w := &d.dyn
	w.accel[Base] = v3{-m.gravity[0], -m.gravity[1], -m.gravity[2]}
	for b := 1; b < NumBodies; b++ {
		p := b - 1
		if b > Hand {
			p = Hand
		}
		rot := &d.BodyRot[b]
		origin := vec(&d.BodyPos[b])
		axis := v3{rot[2], rot[5], rot[8]}
		w.axis[b] = axis
		w.arm[b] = origin.cross(axis)

		// Velocities and accelerations, from the base outwards.
		speed := d.V[b-1]
		turning, angular := w.omega[p], w.alpha[p]
		r := origin.sub(vec(&d.BodyPos[p]))
		accel := w.accel[p].add(angular.cross(r)).add(turning.cross(turning.cross(r)))
		angular = angular.addScaled(speed, turning.cross(axis))
		turning = turning.addScaled(speed, axis)
		w.omega[b], w.alpha[b], w.accel[b] = turning, angular, accel

		// Inertia about the centre of mass, then the force that the body needs.
		in := &m.inertia[b]
		inertia := sym3{xx: in.base, yy: in.base, zz: in.base}
		inertia.addOuter(in.disc[0], turn(rot, in.axis[0]))
		if in.disc[1] != 0 {
			inertia.addOuter(in.disc[1], turn(rot, in.axis[1]))
		}
		r = turn(rot, vec(&m.com[b]))
		com := origin.add(r)
		w.com[b] = com
		mass := m.mass[b]
		force := accel.add(angular.cross(r)).add(turning.cross(turning.cross(r))).scale(mass)
		moment := inertia.mul(angular).add(turning.cross(inertia.mul(turning))).add(com.cross(force))
		w.load[b] = wrench{force, moment}

		// Inertia about the world origin.
		first := com.scale(mass)
		square := first.dot(com)
		inertia.xx += square
		inertia.yy += square
		inertia.zz += square
		inertia.addOuter(-mass, com)
		w.body[b] = rigid{mass, first, inertia}
	}

	for b := NumBodies - 1; b > 0; b-- {
		p := b - 1
		if b > Hand {
			p = Hand
		}
		i := b - 1
		load := &w.load[b]
		w.bias[i] = w.axis[b].dot(load.moment) + w.arm[b].dot(load.force)

		// Momentum of the whole outer part when this joint alone turns with unit speed.
		axis, arm := w.axis[b], w.arm[b]
		c := &w.body[b]
		linear := axis.cross(c.first).addScaled(c.mass, arm)
		angular := c.second.mul(axis).add(c.first.cross(arm))
		row := &w.mass[i]
		row[i] = axis.dot(angular) + arm.dot(linear) + m.armature[i]
		for a := p; a > 0; a-- {
			row[a-1] = w.axis[a].dot(angular) + w.arm[a].dot(linear)
		}
		if p > 0 {
			inner := &w.load[p]
			inner.force = inner.force.add(load.force)
			inner.moment = inner.moment.add(load.moment)
			o := &w.body[p]
			o.mass += c.mass
			o.first = o.first.add(c.first)
			o.second.add(&c.second)
		}
	}
}

// factor turns the lower triangle of a positive definite matrix with the tree's zeros into L and the
// inverses of D with LᵀDL = matrix, D's on the diagonal.
func factor(a *[NumJoints][NumJoints]float64) {
	for k := NumJoints - 1; k >= 0; k-- {
		row := &a[k]
		inverse := 1 / row[k]
		row[k] = inverse
		for i := min(k, NumArmJoints) - 1; i >= 0; i-- {
			l := row[i] * inverse
			target := &a[i]
			for j := 0; j <= i; j++ {
				target[j] -= l * row[j]
			}
			row[i] = l
		}
	}
}

// solve replaces x by the solution y of LᵀDL·y = x.
func solve(l *[NumJoints][NumJoints]float64, x *[NumJoints]float64) {
	for k := NumJoints - 1; k >= 0; k-- {
		v := x[k]
		for i := min(k, NumArmJoints) - 1; i >= 0; i-- {
			x[i] -= l[k][i] * v
		}
	}
	for k := range NumJoints {
		v := x[k] * l[k][k]
		for i := min(k, NumArmJoints) - 1; i >= 0; i-- {
			v -= l[k][i] * x[i]
		}
		x[k] = v
	}
}

// MassMatrix fills matrix with the joint-space inertia at d.Q, with the motors' armature on the
// diagonal, kg m².
func (m *Model) MassMatrix(d *Data, matrix *[NumJoints][NumJoints]float64) {
	m.pose(d)
	m.evaluate(d)
	for i := range NumJoints {
		for j := range i + 1 {
			matrix[i][j], matrix[j][i] = d.dyn.mass[i][j], d.dyn.mass[i][j]
		}
	}
}

// Bias fills bias with the torques c that hold the joint accelerations at 0: Coriolis, centrifugal and
// gravity, N m.
func (m *Model) Bias(d *Data, bias *[NumJoints]float64) {
	m.pose(d)
	m.evaluate(d)
	*bias = d.dyn.bias
}

// ForwardDynamics fills accel with the joint accelerations under the torques tau, rad/s²: M·accel + c = tau.
// Damping is the caller's to subtract.
func (m *Model) ForwardDynamics(d *Data, tau, accel *[NumJoints]float64) {
	m.pose(d)
	m.evaluate(d)
	for i := range NumJoints {
		accel[i] = tau[i] - d.dyn.bias[i]
	}
	factor(&d.dyn.mass)
	solve(&d.dyn.mass, accel)
}

// Energy returns the potential energy (0 where all bodies lie at height 0) and the kinetic energy, armature
// included, J.
func (m *Model) Energy(d *Data) (potential, kinetic float64) {
	var matrix [NumJoints][NumJoints]float64
	m.MassMatrix(d, &matrix)
	for b := range NumBodies {
		potential -= m.mass[b] * m.gravity.Dot(m.COM(d, b))
	}
	for i := range NumJoints {
		for j := range NumJoints {
			kinetic += 0.5 * d.V[i] * matrix[i][j] * d.V[j]
		}
	}
	return potential, kinetic
}

// InverseDynamics fills tau with the torques that give the joint accelerations accel: M·accel + c, N m.
func (m *Model) InverseDynamics(d *Data, accel, tau *[NumJoints]float64) {
	var matrix [NumJoints][NumJoints]float64
	m.MassMatrix(d, &matrix)
	for i := range NumJoints {
		tau[i] = d.dyn.bias[i]
		for j := range NumJoints {
			tau[i] += matrix[i][j] * accel[j]
		}
	}
}
