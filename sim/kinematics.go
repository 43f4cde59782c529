package sim

// Data is one arm in motion. It belongs to one goroutine.
type Data struct {
	Q [NumJoints]float64 // joint angles, rad, not wrapped
	V [NumJoints]float64 // joint velocities, rad/s

	// Computed by Kinematics, and by each step for its new Q.
	BodyPos [NumBodies]Vec3 // origin of each body frame, world, m
	BodyRot [NumBodies]Mat3 // worldFromBody
	Palm    Vec3            // the palm site (Kinova's end-effector frame), world, m
}

// NewData returns an arm at rest with all joint angles 0. Set Q and V and call Kinematics.
func (m *Model) NewData() *Data {
	d := new(Data)
	m.Kinematics(d)
	return d
}

// Kinematics computes the poses of all bodies from d.Q. The result has the same bits on every
// architecture.
func (m *Model) Kinematics(d *Data) {
	d.BodyPos[Base], d.BodyRot[Base] = m.pos[Base], m.rot[Base]
	for b := 1; b < NumBodies; b++ {
		p := parents[b]
		worldFromParent := &d.BodyRot[p]
		s, c := Sincos(d.Q[b-1])
		worldFromBody := worldFromParent.Mul(m.rot[b])
		for r := 0; r < 9; r += 3 {
			x, y := worldFromBody[r], worldFromBody[r+1]
			worldFromBody[r] = float64(c*x) + float64(s*y)
			worldFromBody[r+1] = float64(c*y) - float64(s*x)
		}
		d.BodyRot[b] = worldFromBody
		d.BodyPos[b] = d.BodyPos[p].Add(worldFromParent.MulVec(m.pos[b]))
	}
	d.Palm = d.BodyPos[Hand].Add(d.BodyRot[Hand].MulVec(m.palm))
}

// Tip returns the position of the tip of finger f (0..2), world, m.
func (m *Model) Tip(d *Data, f int) Vec3 {
	return d.BodyPos[Finger1+f].Add(d.BodyRot[Finger1+f].MulVec(m.tips[f]))
}
