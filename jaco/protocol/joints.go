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

// JoystickSize is the size of a Joystick, in bytes.
const JoystickSize = 56

// HomeButton is the index of the button that cycles home and retract (K).
const HomeButton = 2

// Joystick is the state of a joystick: sent by 305, read by 120. The arm keeps the state until the
// next one comes (K). All zero means released.
//
//	offset  type      field    meaning                                              evidence
//	0       u16 [16]  Buttons  0 or 1; HomeButton cycles home and retract           K S
//	32      f32       Incline  [0] left-right: hand left(+), right(-)               K S
//	36                         [1] forward-backward: hand back(+), forth(-)         K S
//	40      f32       Rotate   hand up or down                                      K S
//	44      f32       Move     [0] left-right: wrist forth(+), back(-)              K S
//	48                         [1] forward-backward: wrist right(+), left(-)        K S
//	52      f32       Push     wrist rotation                                       K S
//
// Values lie between -1 and 1 (H); libkindrv's example sends up to 2.5 (K). Firmware below 5 swaps
// Move and inverts Push (K-dsp). Newer firmware sometimes ignores a single one of these messages
// (K-dsp).
type Joystick struct {
	Buttons [16]uint16
	Incline [2]float32
	Rotate  float32
	Move    [2]float32
	Push    float32
}

func (m *Joystick) fields(c *codec) {
	for i := range m.Buttons {
		c.u16(&m.Buttons[i])
	}
	c.f32s(m.Incline[:])
	c.f32(&m.Rotate)
	c.f32s(m.Move[:])
	c.f32(&m.Push)
}

// Decode reads the message from p.
func (m *Joystick) Decode(p []byte) error {
	c, err := decoder(p, JoystickSize, "joystick")
	if err == nil {
		m.fields(&c)
	}
	return err
}

// Append appends the message to dst.
func (m *Joystick) Append(dst []byte) []byte {
	dst, c := encoder(dst, JoystickSize)
	m.fields(&c)
	return dst
}

// GripperSize is the size of a Gripper, in bytes: 8 pages (S).
const GripperSize = 416

// Gripper is the answer to 103.
//
//	offset  type             field    evidence
//	0       char[20]         Model    S
//	20      FingerState [3]  Fingers  S
type Gripper struct {
	Model   Text
	Fingers [3]FingerState
}

// FingerState is what is known about one finger, 132 bytes (S).
//
//	offset  type      field
//	0       char[20]  ID
//	20      f32       Command          finger units
//	24      f32       Speed            finger units/s (inf)
//	28      f32       Force
//	32      f32       Acceleration
//	36      f32       Current          A
//	40      f32       Position         finger units
//	44      f32       AverageCurrent   A
//	48      f32       Temperature      °C
//	52      i32       Errors           of communication
//	56      i32       Oscillator       its tuning
//	60      f32 [11]  Lifetime         cycles, run time, peaks of temperature (most, least) and current, most speed,
//	                                   force, acceleration and current, most and least angle
//	104     -         -                12 bytes that the SDK's struct does not have
//	116     u32       DeviceID
//	120     u32       CodeVersion
//	124     u16       Initialised
//	126     u16       Index
//	128     u16       Address
//	130     u16       Connected
type FingerState struct {
	ID                              Text
	Command, Speed, Force           float32
	Acceleration, Current, Position float32
	AverageCurrent, Temperature     float32
	Errors, Oscillator              int32
	Lifetime                        [11]float32
	DeviceID, CodeVersion           uint32
	Initialised, Index              uint16
	Address, Connected              uint16
}

func (m *FingerState) fields(c *codec) {
	c.text(&m.ID)
	c.f32(&m.Command)
	c.f32(&m.Speed)
	c.f32(&m.Force)
	c.f32(&m.Acceleration)
	c.f32(&m.Current)
	c.f32(&m.Position)
	c.f32(&m.AverageCurrent)
	c.f32(&m.Temperature)
	c.i32(&m.Errors)
	c.i32(&m.Oscillator)
	c.f32s(m.Lifetime[:])
	c.skip(12)
	c.u32(&m.DeviceID)
	c.u32(&m.CodeVersion)
	c.u16(&m.Initialised)
	c.u16(&m.Index)
	c.u16(&m.Address)
	c.u16(&m.Connected)
}

func (m *Gripper) fields(c *codec) {
	c.text(&m.Model)
	for i := range m.Fingers {
		m.Fingers[i].fields(c)
	}
}

// Decode reads the message from p.
func (m *Gripper) Decode(p []byte) error {
	c, err := decoder(p, GripperSize, "gripper status")
	if err == nil {
		m.fields(&c)
	}
	return err
}

// Append appends the message to dst.
func (m *Gripper) Append(dst []byte) []byte {
	dst, c := encoder(dst, GripperSize)
	m.fields(&c)
	return dst
}
