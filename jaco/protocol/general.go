package protocol

// GeneralSize is the size of General, in bytes: 832 that are known and 192 behind them that are not
// (inf; 19 pages in K agree).
const GeneralSize = 1024

// generalKnown is where the part without a layout begins.
const generalKnown = 832

// General is the answer to 200: all that there is to know, in 19 exchanges, so it may mix instants
// (inf). Evidence S; that of Retract also K.
//
//	offset  type          field                unit, meaning
//	0       f64           Time                 absolute
//	8       f64           SinceStart
//	16      u32           StartIndex
//	20      i32           -                    expansion
//	24      f32           TimeStampSaving
//	28      f32           -                    expansion
//	32      f32           Voltage              V
//	36      f32           Current              A
//	40      f32           Power                W (inf)
//	44      f32           AveragePower         W (inf)
//	48      f32 [3]       Acceleration         g
//	60      f32 [3]       -                    expansion
//	72      u32           CodeVersion
//	76      u32           CodeRevision
//	80      u16           Status
//	82      u16           Controller           Controller constants
//	84      u16           ControlMode
//	86      u16           Hand                 HandMode
//	88      u16           Actuators            connected
//	90      u16           PositionType
//	92      u16 [2]       -                    expansion
//	96      u16 [4]       Errors               main and external SPI, main and external CAN
//	104     u32           JoystickActive
//	108     u32           Retract              RetractState
//	112     u32           DrinkingMode
//	116     u32           Laterality
//	120     u32 [3]       Active               translation, rotation, fingers
//	132     u32 [3]       Warnings             force overcharge, finger overcharge, low voltage
//	144     u32           MajorError
//	148     -             -                    not parsed
//	152     UserPosition  Position             measured
//	256     UserPosition  Command
//	360     UserPosition  Currents
//	464     UserPosition  Force                and torque
//	568     f32 [9]       Limits               in force
//	604     f32 [6]       JointIncrement
//	628     f32 [3]       FingerIncrement
//	640     Joystick      Joystick
//	696     u32 [4]       Peripherals          connected
//	712     u32 [4]       PeripheralID
//	728     f32 [6]       JointTemperature     °C
//	752     f32 [3]       FingerTemperature    °C
//	764     f32 [3]       -                    reserved
//	776     i32 [6]       JointErrors          of communication
//	800     i32 [3]       FingerErrors
//	812     i32           -                    expansion
//	816     f64           ControlTime          absolute
//	824     f64           ControlSinceStart
//	832     u8 [192]      -                    not parsed
type General struct {
	Time, SinceStart                   float64
	StartIndex                         uint32
	TimeStampSaving                    float32
	Voltage, Current                   float32
	Power, AveragePower                float32
	Acceleration                       [3]float32
	CodeVersion, CodeRevision          uint32
	Status, Controller, ControlMode    uint16
	Hand, Actuators, PositionType      uint16
	Errors                             [4]uint16
	JoystickActive                     uint32
	Retract                            RetractState
	DrinkingMode, Laterality           uint32
	Active, Warnings                   [3]uint32
	MajorError                         uint32
	Position, Command, Currents, Force UserPosition
	Limits                             Limits
	JointIncrement                     [6]float32
	FingerIncrement                    [3]float32
	Joystick                           Joystick
	Peripherals, PeripheralID          [4]uint32
	JointTemperature                   [6]float32
	FingerTemperature                  [3]float32
	JointErrors                        [6]int32
	FingerErrors                       [3]int32
	ControlTime, ControlSinceStart     float64
}

func (m *General) fields(c *codec) {
	c.f64(&m.Time)
	c.f64(&m.SinceStart)
	c.u32(&m.StartIndex)
	c.skip(4)
	c.f32(&m.TimeStampSaving)
	c.skip(4)
	c.f32(&m.Voltage)
	c.f32(&m.Current)
	c.f32(&m.Power)
	c.f32(&m.AveragePower)
	c.f32s(m.Acceleration[:])
	c.skip(12)
	c.u32(&m.CodeVersion)
	c.u32(&m.CodeRevision)
	c.u16(&m.Status)
	c.u16(&m.Controller)
	c.u16(&m.ControlMode)
	c.u16(&m.Hand)
	c.u16(&m.Actuators)
	c.u16(&m.PositionType)
	c.skip(4)
	for i := range m.Errors {
		c.u16(&m.Errors[i])
	}
	c.u32(&m.JoystickActive)
	c.u32((*uint32)(&m.Retract))
	c.u32(&m.DrinkingMode)
	c.u32(&m.Laterality)
	c.u32s(m.Active[:])
	c.u32s(m.Warnings[:])
	c.u32(&m.MajorError)
	c.skip(4)
	m.Position.fields(c, 3)
	m.Command.fields(c, 3)
	m.Currents.fields(c, 3)
	m.Force.fields(c, 3)
	m.Limits.fields(c)
	c.f32s(m.JointIncrement[:])
	c.f32s(m.FingerIncrement[:])
	m.Joystick.fields(c)
	c.u32s(m.Peripherals[:])
	c.u32s(m.PeripheralID[:])
	c.f32s(m.JointTemperature[:])
	c.f32s(m.FingerTemperature[:])
	c.skip(12)
	c.i32s(m.JointErrors[:])
	c.i32s(m.FingerErrors[:])
	c.skip(4)
	c.f64(&m.ControlTime)
	c.f64(&m.ControlSinceStart)
}

// Decode reads the message from p: the 832 bytes whose layout is known are enough.
func (m *General) Decode(p []byte) error {
	c, err := decoder(p, generalKnown, "general information")
	if err == nil {
		m.fields(&c)
	}
	return err
}

// Append appends the message to dst.
func (m *General) Append(dst []byte) []byte {
	dst, c := encoder(dst, GeneralSize)
	m.fields(&c)
	return dst
}
