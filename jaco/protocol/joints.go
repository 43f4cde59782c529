package protocol

// JointVectorSize is the size of a JointVector, in bytes.
const JointVectorSize = 36

// JointVector is one number for each joint and each finger: the answer to 15, 105, 107, 109, 110,
// 113, 114, 116.
//
//	offset  type     field    unit                                       evidence
//	0       f32 [6]  Joints   105, 15, 107: degrees; 114: degrees/s;     K S
//	                          109, 116: N m; 110, 113: A
//	24      f32 [3]  Fingers  105, 15, 107: finger units; 114: finger    K S; unit of 114 inf, of 109 and 116 ?
//	                          units/s; 110, 113: A
//
// Joints 1, 4, 5 and 6 are counted, not wrapped: values such as 440 or -20 occur (R).
type JointVector struct {
	Joints  [6]float32
	Fingers [3]float32
}

func (m *JointVector) fields(c *codec) { c.f32s(m.Joints[:]); c.f32s(m.Fingers[:]) }

// Decode reads the message from p.
func (m *JointVector) Decode(p []byte) error {
	c, err := decoder(p, JointVectorSize, "joint vector")
	if err == nil {
		m.fields(&c)
	}
	return err
}

// Append appends the message to dst.
func (m *JointVector) Append(dst []byte) []byte {
	dst, c := encoder(dst, JointVectorSize)
	m.fields(&c)
	return dst
}

// CartesianVector is a pose, or a force with its moments: the answer to 104, 106, 108.
//
//	offset  type     field        unit                       evidence
//	0       f32 [3]  Position     104, 106: m; 108: N        K S
//	12      f32 [3]  Orientation  104, 106: rad; 108: N m    K S
//	24      f32 [3]  Fingers      104, 106: finger units     K S; unit of 108 ?
//
// The orientation has Euler angles in the order XYZ: R = Rx·Ry·Rz (R).
type CartesianVector struct {
	Position, Orientation [3]float32
	Fingers               [3]float32
}

func (m *CartesianVector) fields(c *codec) {
	c.f32s(m.Position[:])
	c.f32s(m.Orientation[:])
	c.f32s(m.Fingers[:])
}

// Decode reads the message from p.
func (m *CartesianVector) Decode(p []byte) error {
	c, err := decoder(p, JointVectorSize, "cartesian vector")
	if err == nil {
		m.fields(&c)
	}
	return err
}

// Append appends the message to dst.
func (m *CartesianVector) Append(dst []byte) []byte {
	dst, c := encoder(dst, JointVectorSize)
	m.fields(&c)
	return dst
}
