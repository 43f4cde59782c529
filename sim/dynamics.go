package sim

// Everything below is written in world axes, and moments are taken about the world origin. Spatial
// vectors of different bodies then add without transforms, which is cheaper than link frames for
// so short a tree. Algorithms: Featherstone, Rigid Body Dynamics Algorithms (2008), table 5.1
// (recursive Newton-Euler), table 6.2 (composite rigid bodies), tables 6.3-6.5 (LᵀDL).

// rigid is the mass distribution of a body, or of several together, about the world origin.
type rigid struct {
	mass   float64
	first  v3   // ∫ r dm: mass · centre of mass
	second sym3 // ∫ r rᵀ dm; the rotational inertia is trace(second)·1 - second
}

// motion is how a body moves while all joint accelerations are 0. The acceleration of its point at
// r, seen from the world origin, is origin + rows·r, with rows = [alpha]× + [omega]×[omega]×.
type motion struct {
	omega  v3 // angular velocity
	alpha  v3 // angular acceleration
	rows   [3]v3
	origin v3 // gravity enters here, as an acceleration of the base by -g
}

// wrench is a force and its moment about the world origin.
type wrench struct{ force, moment v3 }

// dynamics is the scratch memory of one evaluation.
type dynamics struct {
	axis   [NumBodies]v3 // direction of the joint that moves the body
	arm    [NumBodies]v3 // origin of the body × axis: velocity, at the world origin, of a unit turn
	motion [NumBodies]motion
	body   [NumBodies]rigid
	load   [NumBodies]wrench

	mass [NumJoints][NumJoints]float64 // lower triangle, with armature; never filled between two fingers
	bias [NumJoints]float64            // Coriolis, centrifugal and gravity

	lanes dataLanes
}

// principal is ∫ r rᵀ dm of a body about its centre of mass, taken apart along principal axes:
// base·1 + rod[0]·axis[0]axis[0]ᵀ + rod[1]·axis[1]axis[1]ᵀ. Most links have one rod only.
type principal struct {
	base float64
	rod  [2]float64
	axis [2]v3 // body frame
}

// evaluateGeneric fills the mass matrix and the bias of d.dyn for d.Q, whose kinematics must be
// current, and d.V.
func (m *Model) evaluateGeneric(d *Data) {
	w := &d.dyn
	w.motion[Base].origin = v3{-m.gravity[0], -m.gravity[1], -m.gravity[2]}
	for b := 1; b < NumBodies; b++ {
		m.outward(d, b)
	}

	// From the tips inwards, each joint carries everything beyond it.
	for b := NumBodies - 1; b > 0; b-- {
		p := parents[b]
		i := b - 1
		axis, arm := w.axis[b], w.arm[b]
		load := &w.load[b]
		w.bias[i] = axis.dot(load.moment) + arm.dot(load.force)
		c := &w.body[b]
		linear, angular := c.momentum(axis, arm)
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

// momentum returns the momentum of a mass, about the world origin, that turns with unit speed about
// a joint.
func (c *rigid) momentum(axis, arm v3) (linear, angular v3) {
	linear = axis.cross(c.first).addScaled(c.mass, arm)
	angular = c.first.cross(arm).addScaled(c.second.xx+c.second.yy+c.second.zz, axis).sub(c.second.mul(axis))
	return linear, angular
}

// outward works out body b from its parent: how it moves, where its mass is, and the wrench that it
// takes.
func (m *Model) outward(d *Data, b int) {
	w := &d.dyn
	rot := &d.BodyRot[b]
	at := vec(&d.BodyPos[b])
	axis := v3{rot[2], rot[5], rot[8]}
	w.axis[b] = axis
	w.arm[b] = at.cross(axis)

	// Motion, from the base outwards. Body and parent share the acceleration of the joint.
	inner, outer := &w.motion[parents[b]], &w.motion[b]
	speed := d.V[b-1]
	alpha := inner.alpha.addScaled(speed, inner.omega.cross(axis))
	omega := inner.omega.addScaled(speed, axis)
	outer.omega, outer.alpha = omega, alpha
	xx, yy, zz := float64(omega.x*omega.x), float64(omega.y*omega.y), float64(omega.z*omega.z)
	xy, xz, yz := float64(omega.x*omega.y), float64(omega.x*omega.z), float64(omega.y*omega.z)
	rowX := v3{-(yy + zz), xy - alpha.z, xz + alpha.y}
	rowY := v3{xy + alpha.z, -(xx + zz), yz - alpha.x}
	rowZ := v3{xz - alpha.y, yz + alpha.x, -(xx + yy)}
	accel := inner.origin.add(v3{
		inner.rows[0].sub(rowX).dot(at), inner.rows[1].sub(rowY).dot(at), inner.rows[2].sub(rowZ).dot(at),
	})
	outer.rows[0], outer.rows[1], outer.rows[2], outer.origin = rowX, rowY, rowZ, accel

	// Where the mass is. Fields are set one by one: a whole struct would be copied in larger
	// pieces than it was stored in, for which the processor must wait.
	mass := m.mass[b]
	com := at.add(turn(rot, vec(&m.com[b])))
	first := com.scale(mass)
	in := &m.inertia[b]
	n := turn(rot, in.axis[0])
	body := &w.body[b]
	s := &body.second
	s.setScalar(in.base)
	s.addOuter(n.scale(in.rod[0]), n)
	s.addOuter(first, com)
	if in.rod[1] != 0 {
		n = turn(rot, in.axis[1])
		s.addOuter(n.scale(in.rod[1]), n)
	}
	if b == Hand && d.Payload != 0 {
		palm := vec(&d.Palm)
		load := palm.scale(d.Payload)
		mass += d.Payload
		first = first.add(load)
		s.addOuter(load, palm)
	}
	body.mass, body.first = mass, first

	// The wrench that moves it: ∫ (origin + rows·r) dm and ∫ r × (origin + rows·r) dm.
	load := &w.load[b]
	load.force = v3{rowX.dot(first), rowY.dot(first), rowZ.dot(first)}.addScaled(mass, accel)
	load.moment = first.cross(accel).add(v3{
		(float64(rowZ.x*s.xy) + float64(rowZ.y*s.yy) + float64(rowZ.z*s.yz)) -
			(float64(rowY.x*s.xz) + float64(rowY.y*s.yz) + float64(rowY.z*s.zz)),
		(float64(rowX.x*s.xz) + float64(rowX.y*s.yz) + float64(rowX.z*s.zz)) -
			(float64(rowZ.x*s.xx) + float64(rowZ.y*s.xy) + float64(rowZ.z*s.xz)),
		(float64(rowY.x*s.xx) + float64(rowY.y*s.xy) + float64(rowY.z*s.xz)) -
			(float64(rowX.x*s.xy) + float64(rowX.y*s.yy) + float64(rowX.z*s.yz)),
	})
}

// solve replaces the right side x by the solution y of (mass matrix + diag(extra))·y = x:
// elimination from the fingers inwards, as LᵀDL, which leaves the zeros between fingers alone.
func (w *dynamics) solve(extra, x *[NumJoints]float64) {
	const n = NumArmJoints
	var a [n][n]float64 // what the fingers leave of the arm's matrix, then L below the diagonal
	f0, f1, f2 := &w.mass[n], &w.mass[n+1], &w.mass[n+2]
	inverse0 := 1 / (f0[n] + extra[n])
	inverse1 := 1 / (f1[n+1] + extra[n+1])
	inverse2 := 1 / (f2[n+2] + extra[n+2])
	x0, x1, x2 := float64(x[n]*inverse0), float64(x[n+1]*inverse1), float64(x[n+2]*inverse2)
	for i := range n {
		l0, l1, l2 := float64(f0[i]*inverse0), float64(f1[i]*inverse1), float64(f2[i]*inverse2)
		row, target := &w.mass[i], &a[i]
		for j := 0; j <= i; j++ {
			target[j] = row[j] - float64(l0*f0[j]) - float64(l1*f1[j]) - float64(l2*f2[j])
		}
		target[i] += extra[i]
		x[i] -= float64(f0[i]*x0) + float64(f1[i]*x1) + float64(f2[i]*x2)
	}
	for k := n - 1; k >= 0; k-- {
		row := &a[k]
		inverse := 1 / row[k]
		v := x[k]
		x[k] = float64(v * inverse)
		for i := k - 1; i >= 0; i-- {
			l := float64(row[i] * inverse)
			target := &a[i]
			for j := 0; j <= i; j++ {
				target[j] -= float64(l * row[j])
			}
			x[i] -= float64(l * v)
			row[i] = l
		}
	}
	for k := 1; k < n; k++ {
		v := x[k]
		for i := range k {
			v -= float64(a[k][i] * x[i])
		}
		x[k] = v
	}
	for i := range n {
		v := x[i]
		x0 -= float64(f0[i] * inverse0 * v)
		x1 -= float64(f1[i] * inverse1 * v)
		x2 -= float64(f2[i] * inverse2 * v)
	}
	x[n], x[n+1], x[n+2] = x0, x1, x2
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

// Bias fills bias with the torques c that hold the joint accelerations at 0: Coriolis, centrifugal
// and gravity, N m.
func (m *Model) Bias(d *Data, bias *[NumJoints]float64) {
	m.pose(d)
	m.evaluate(d)
	*bias = d.dyn.bias
}

// ForwardDynamics fills accel with the joint accelerations under the torques tau, rad/s²: M·accel +
// c = tau. Damping is the caller's to subtract.
func (m *Model) ForwardDynamics(d *Data, tau, accel *[NumJoints]float64) {
	m.pose(d)
	m.evaluate(d)
	for i := range NumJoints {
		accel[i] = tau[i] - d.dyn.bias[i]
	}
	var extra [NumJoints]float64
	d.dyn.solve(&extra, accel)
}

// Energy returns the potential energy (0 where all bodies lie at height 0) and the kinetic energy,
// armature included, J.
func (m *Model) Energy(d *Data) (potential, kinetic float64) {
	var matrix [NumJoints][NumJoints]float64
	m.MassMatrix(d, &matrix)
	for b := range NumBodies {
		potential -= float64(m.mass[b] * m.gravity.Dot(m.COM(d, b)))
	}
	potential -= float64(d.Payload * m.gravity.Dot(d.Palm))
	for i := range NumJoints {
		for j := range NumJoints {
			kinetic += float64(0.5 * d.V[i] * matrix[i][j] * d.V[j])
		}
	}
	return potential, kinetic
}

// InverseDynamics fills tau with the torques that give the joint accelerations accel: M·accel + c,
// N m.
func (m *Model) InverseDynamics(d *Data, accel, tau *[NumJoints]float64) {
	var matrix [NumJoints][NumJoints]float64
	m.MassMatrix(d, &matrix)
	for i := range NumJoints {
		tau[i] = d.dyn.bias[i]
		for j := range NumJoints {
			tau[i] += float64(matrix[i][j] * accel[j])
		}
	}
}
