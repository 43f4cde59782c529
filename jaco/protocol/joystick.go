package protocol

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
