package protocol

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
