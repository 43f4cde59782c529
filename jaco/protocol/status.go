package protocol

// QuickStatusSize is the size of a QuickStatus, in bytes.
const QuickStatusSize = 15

// QuickStatus is the answer to 62, one byte a field (S; the gap at 3 also K-dsp).
//
//	offset  field              meaning                               evidence
//	0-2     FingerInitialised  0 no, else yes                        S
//	3       -                  not parsed; perhaps a fourth finger   inf
//	4       Retract            RetractState                          S H
//	5       RetractComplexity                                        S
//	6       ControlDisabled    0 = on, 1 = off                       H
//	7       Module             Module constants                      H
//	8       Frame              0 fixed, 1 rotating                   H
//	9       CartesianFault     0 = none                              H
//	10      ForceControlOff    0 = on                                H
//	11      CurrentLimitOff    0 = on                                H
//	12      Robot              DeviceType                            H
//	13      Edition                                                  H
//	14      TorqueSensors      0 = none                              H
type QuickStatus struct {
	FingerInitialised                [3]uint8
	Retract, RetractComplexity       uint8
	ControlDisabled, Module, Frame   uint8
	CartesianFault                   uint8
	ForceControlOff, CurrentLimitOff uint8
	Robot, Edition                   uint8
	TorqueSensors                    uint8
}

func (m *QuickStatus) fields(c *codec) {
	for i := range m.FingerInitialised {
		c.u8(&m.FingerInitialised[i])
	}
	c.skip(1)
	for _, v := range [...]*uint8{&m.Retract, &m.RetractComplexity, &m.ControlDisabled, &m.Module, &m.Frame,
		&m.CartesianFault,
		&m.ForceControlOff, &m.CurrentLimitOff, &m.Robot, &m.Edition, &m.TorqueSensors} {
		c.u8(v)
	}
}

// Decode reads the message from p.
func (m *QuickStatus) Decode(p []byte) error {
	c, err := decoder(p, QuickStatusSize, "quick status")
	if err == nil {
		m.fields(&c)
	}
	return err
}

// Append appends the message to dst.
func (m *QuickStatus) Append(dst []byte) []byte {
	dst, c := encoder(dst, QuickStatusSize)
	m.fields(&c)
	return dst
}

// SensorsSize is the size of Sensors, in bytes.
const SensorsSize = 56

// Sensors is the answer to 111.
//
//	offset  type     field                unit              evidence
//	0       f32      Voltage              V, nominal 24     K S
//	4       f32      Current              A                 K S
//	8       f32 [3]  Acceleration         g, of the base    K S
//	20      f32 [6]  JointTemperature     °C                K S
//	44      f32 [3]  FingerTemperature    °C                K S
type Sensors struct {
	Voltage, Current  float32
	Acceleration      [3]float32
	JointTemperature  [6]float32
	FingerTemperature [3]float32
}

func (m *Sensors) fields(c *codec) {
	c.f32(&m.Voltage)
	c.f32(&m.Current)
	c.f32s(m.Acceleration[:])
	c.f32s(m.JointTemperature[:])
	c.f32s(m.FingerTemperature[:])
}

// Decode reads the message from p.
func (m *Sensors) Decode(p []byte) error {
	c, err := decoder(p, SensorsSize, "sensors")
	if err == nil {
		m.fields(&c)
	}
	return err
}

// Append appends the message to dst.
func (m *Sensors) Append(dst []byte) []byte {
	dst, c := encoder(dst, SensorsSize)
	m.fields(&c)
	return dst
}

// QueueSize is the size of a Queue, in bytes.
const QueueSize = 12

// Queue is the answer to 304: how full the queue of trajectory points is.
//
//	offset  type  field     unit        evidence
//	0       u32   Points    points      S
//	4       f32   Used      percent     S
//	8       u32   Capacity  points      S; about 2000 (R)
type Queue struct {
	Points   uint32
	Used     float32
	Capacity uint32
}

func (m *Queue) fields(c *codec) { c.u32(&m.Points); c.f32(&m.Used); c.u32(&m.Capacity) }

// Decode reads the message from p.
func (m *Queue) Decode(p []byte) error {
	c, err := decoder(p, QueueSize, "trajectory queue")
	if err == nil {
		m.fields(&c)
	}
	return err
}

// Append appends the message to dst.
func (m *Queue) Append(dst []byte) []byte {
	dst, c := encoder(dst, QueueSize)
	m.fields(&c)
	return dst
}

// WordSize is the size of a Word, in bytes.
const WordSize = 4

// Word is a single number: the answer to 10 (0 cartesian, 1 angular control) and to 23 (errors in
// the log), and what a GET carries as its parameter. One u32 at offset 0 (S).
type Word uint32

// Decode reads the message from p.
func (m *Word) Decode(p []byte) error {
	c, err := decoder(p, WordSize, "word")
	if err == nil {
		c.u32((*uint32)(m))
	}
	return err
}

// Append appends the message to dst.
func (m *Word) Append(dst []byte) []byte {
	dst, c := encoder(dst, WordSize)
	c.u32((*uint32)(m))
	return dst
}

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
