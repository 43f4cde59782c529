package sim

import "math"

// Data is one arm in motion. It belongs to one goroutine.
type Data struct {
	Q [NumJoints]float64 // joint angles, rad, not wrapped
	V [NumJoints]float64 // joint velocities, rad/s

	// Payload is a point mass at the palm besides the model's own, kg; 0 or more.
	Payload float64

	// Computed by Kinematics, and by each step for its new Q.
	BodyPos [NumBodies]Vec3 // origin of each body frame, world, m
	BodyRot [NumBodies]Mat3 // worldFromBody
	Palm    Vec3            // the palm site (Kinova's end-effector frame), world, m

	posed [NumJoints]float64 // the Q that the poses belong to
	dyn   dynamics
}

// NewData returns an arm at rest with all joint angles 0.
func (m *Model) NewData() *Data {
	d := new(Data)
	m.Kinematics(d)
	return d
}

// Kinematics computes the poses of all bodies from d.Q. The result has the same bits on every
// architecture.
func (m *Model) Kinematics(d *Data) {
	d.BodyPos[Base], d.BodyRot[Base] = m.pos[Base], m.rot[Base]
	var sin, cos [NumJoints]float64
	sincosAll(&d.Q, &sin, &cos)
	m.poseBodies(d, &sin, &cos)
	d.Palm = d.BodyPos[Hand].Add(d.BodyRot[Hand].MulVec(m.palm))
	d.posed = d.Q
}

// poseGeneric is poseBody for all bodies, from the base outwards.
func (m *Model) poseGeneric(d *Data, sin, cos *[NumJoints]float64) {
	for b := 1; b < NumBodies; b++ {
		m.poseBody(d, b, sin[b-1], cos[b-1])
	}
}

// PoseBody computes the pose of body b alone, from its parent's pose in d and its joint's angle in
// d.Q. It serves searches over many angles of few joints; call Kinematics before using the Data
// otherwise.
func (m *Model) PoseBody(d *Data, b int) {
	sin, cos := Sincos(d.Q[b-1])
	m.poseBody(d, b, sin, cos)
	d.posed[0] = math.NaN()
	if b == Hand {
		d.Palm = d.BodyPos[Hand].Add(d.BodyRot[Hand].MulVec(m.palm))
	}
}

// poseBody is worldFromBody = worldFromParent · parentFromBody(0) · turn about z by the joint's
// angle. Entries are written out, row by row: arrays that pass through methods would go through
// memory each time.
func (m *Model) poseBody(d *Data, b int, sin, cos float64) {
	p := b - 1
	if b > Hand {
		p = Hand
	}
	parent, body := &d.BodyRot[p], &d.BodyRot[b]
	rot, pos := &m.rot[b], &m.pos[b]
	for r := range 3 {
		x, y, z := parent[3*r], parent[3*r+1], parent[3*r+2]
		u := float64(x*rot[0]) + float64(y*rot[3]) + float64(z*rot[6])
		v := float64(x*rot[1]) + float64(y*rot[4]) + float64(z*rot[7])
		body[3*r] = float64(cos*u) + float64(sin*v)
		body[3*r+1] = float64(cos*v) - float64(sin*u)
		body[3*r+2] = float64(x*rot[2]) + float64(y*rot[5]) + float64(z*rot[8])
		d.BodyPos[b][r] = d.BodyPos[p][r] + (float64(x*pos[0]) + float64(y*pos[1]) + float64(z*pos[2]))
	}
}

// pose makes sure that the poses in d are those of d.Q.
func (m *Model) pose(d *Data) {
	if d.posed != d.Q {
		m.Kinematics(d)
	}
}

// COM returns the centre of mass of body b, world, m.
func (m *Model) COM(d *Data, b int) Vec3 {
	return d.BodyPos[b].Add(d.BodyRot[b].MulVec(m.com[b]))
}

// PalmJacobian fills the matrices that turn joint velocities into the palm's linear velocity (m/s)
// and angular velocity (rad/s), both in world axes: rows x, y, z; columns joints.
func (m *Model) PalmJacobian(d *Data, linear, angular *[3][NumJoints]float64) {
	*linear, *angular = [3][NumJoints]float64{}, [3][NumJoints]float64{}
	for b := Link1; b <= Hand; b++ {
		axis := d.BodyRot[b].Column(2)
		v := axis.Cross(d.Palm.Sub(d.BodyPos[b]))
		for r := range 3 {
			linear[r][b-1], angular[r][b-1] = v[r], axis[r]
		}
	}
}

// Tip returns the position of the tip of finger f (0..2), world, m.
func (m *Model) Tip(d *Data, f int) Vec3 {
	return d.BodyPos[Finger1+f].Add(d.BodyRot[Finger1+f].MulVec(m.tips[f]))
}
