package protocol

// Sizes in bytes.
const (
	PositionCurrentSize   = 48
	ForcesSize            = 48
	AccelerometersSize    = 72
	CommandedVelocitySize = 48
)

// PositionCurrent is the answer to 112.
//
//	offset  type     field     unit      evidence
//	0       f32 [6]  Position  degrees   S; that positions come first: inf
//	24      f32 [6]  Current   A         S
type PositionCurrent struct{ Position, Current [6]float32 }

func (m *PositionCurrent) fields(c *codec) { c.f32s(m.Position[:]); c.f32s(m.Current[:]) }

// Decode reads the message from p.
func (m *PositionCurrent) Decode(p []byte) error {
	c, err := decoder(p, PositionCurrentSize, "position and current")
	if err == nil {
		m.fields(&c)
	}
	return err
}

// Append appends the message to dst.
func (m *PositionCurrent) Append(dst []byte) []byte {
	dst, c := encoder(dst, PositionCurrentSize)
	m.fields(&c)
	return dst
}

// Forces is the answer to 115.
//
//	offset  type     field    unit                            evidence
//	0       f32 [6]  Torque   N m                             S
//	24      f32 [6]  Force    X, Y, Z in N; about them in N m S
type Forces struct{ Torque, Force [6]float32 }

func (m *Forces) fields(c *codec) { c.f32s(m.Torque[:]); c.f32s(m.Force[:]) }

// Decode reads the message from p.
func (m *Forces) Decode(p []byte) error {
	c, err := decoder(p, ForcesSize, "forces")
	if err == nil {
		m.fields(&c)
	}
	return err
}

// Append appends the message to dst.
func (m *Forces) Append(dst []byte) []byte {
	dst, c := encoder(dst, ForcesSize)
	m.fields(&c)
	return dst
}

// Accelerometers is the answer to 117.
//
//	offset  type         field         unit                            evidence
//	0       f32 [6][3]   Acceleration  g; X, Y, Z of joint 1, then 2 … S
type Accelerometers struct{ Acceleration [6][3]float32 }

func (m *Accelerometers) fields(c *codec) {
	for i := range m.Acceleration {
		c.f32s(m.Acceleration[i][:])
	}
}

// Decode reads the message from p.
func (m *Accelerometers) Decode(p []byte) error {
	c, err := decoder(p, AccelerometersSize, "accelerometers")
	if err == nil {
		m.fields(&c)
	}
	return err
}

// Append appends the message to dst.
func (m *Accelerometers) Append(dst []byte) []byte {
	dst, c := encoder(dst, AccelerometersSize)
	m.fields(&c)
	return dst
}

// CommandedVelocity is the answer to 123. The wire carries the movement of one 10 ms tick: the SDK
// multiplies it by 100 (S).
//
//	offset  type     field      unit                         evidence
//	0       f32 [6]  Cartesian  m/tick three times, rad/tick S
//	24      f32 [6]  Joints     degrees/tick                 S
type CommandedVelocity struct{ Cartesian, Joints [6]float32 }

func (m *CommandedVelocity) fields(c *codec) { c.f32s(m.Cartesian[:]); c.f32s(m.Joints[:]) }

// Decode reads the message from p.
func (m *CommandedVelocity) Decode(p []byte) error {
	c, err := decoder(p, CommandedVelocitySize, "commanded velocity")
	if err == nil {
		m.fields(&c)
	}
	return err
}

// Append appends the message to dst.
func (m *CommandedVelocity) Append(dst []byte) []byte {
	dst, c := encoder(dst, CommandedVelocitySize)
	m.fields(&c)
	return dst
}
