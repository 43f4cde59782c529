package protocol

// ConfigSize is the size of a Config, in bytes: 55 pages (K, S).
const ConfigSize = 3040

// Config is what is stored about an arm and its user: read by 1, written by 0. Evidence S; bytes 0
// to 99 also K. libkindrv knows an arm by its Name.
//
//	offset  type                field                  unit, meaning
//	0       char[20]            ID
//	20      char[20]            Name
//	40      char[20]            Organisation
//	60      char[20]            Serial
//	80      char[20]            Model
//	100     u32                 Laterality             0 right, 1 left (H; libkindrv's enumeration says the opposite)
//	104     f32                 MaxTranslation         m/s
//	108     f32                 MaxRotation            rad/s
//	112     f32                 MaxTranslationAccel    m/s² (inf)
//	116     f32                 MaxRotationAccel       rad/s² (inf)
//	120     f32                 MaxForce               ?
//	124     f32                 Sensibility            ?
//	128     f32                 DrinkingHeight         m (inf)
//	132     i32                 ComplexRetract
//	136     f32                 RetractedAngle
//	140     i32                 RetractCount           number of Retract positions used
//	144     UserPosition [20]   Retract                their third head is 6.0
//	2224    f32                 DrinkingDistance
//	2228    i32                 FingersInverted        fingers 2 and 3
//	2232    f32                 DrinkingLength
//	2236    i32                 DeleteAtRetract        pre-programmed positions
//	2240    i32                 FlashErrorLog
//	2244    i32                 FlashPositionLog
//	2248    i32                 RobotConfiguration
//	2252    i32                 TorqueSensors
//	2256    i32                 Frame                  0 fixed, 1 rotating
//	2260    i32 [195]           Expansion
type Config struct {
	ID, Name, Organisation, Serial, Model Text
	Laterality                            uint32
	MaxTranslation, MaxRotation           float32
	MaxTranslationAccel, MaxRotationAccel float32
	MaxForce, Sensibility, DrinkingHeight float32
	ComplexRetract                        int32
	RetractedAngle                        float32
	RetractCount                          int32
	Retract                               [20]UserPosition
	DrinkingDistance                      float32
	FingersInverted                       int32
	DrinkingLength                        float32
	DeleteAtRetract                       int32
	FlashErrorLog, FlashPositionLog       int32
	RobotConfiguration, TorqueSensors     int32
	Frame                                 int32
	Expansion                             [195]int32
}

func (m *Config) fields(c *codec) {
	c.text(&m.ID)
	c.text(&m.Name)
	c.text(&m.Organisation)
	c.text(&m.Serial)
	c.text(&m.Model)
	c.u32(&m.Laterality)
	c.f32(&m.MaxTranslation)
	c.f32(&m.MaxRotation)
	c.f32(&m.MaxTranslationAccel)
	c.f32(&m.MaxRotationAccel)
	c.f32(&m.MaxForce)
	c.f32(&m.Sensibility)
	c.f32(&m.DrinkingHeight)
	c.i32(&m.ComplexRetract)
	c.f32(&m.RetractedAngle)
	c.i32(&m.RetractCount)
	for i := range m.Retract {
		m.Retract[i].fields(c, 6)
	}
	c.f32(&m.DrinkingDistance)
	c.i32(&m.FingersInverted)
	c.f32(&m.DrinkingLength)
	c.i32(&m.DeleteAtRetract)
	c.i32(&m.FlashErrorLog)
	c.i32(&m.FlashPositionLog)
	c.i32(&m.RobotConfiguration)
	c.i32(&m.TorqueSensors)
	c.i32(&m.Frame)
	c.i32s(m.Expansion[:])
}

// Decode reads the message from p.
func (m *Config) Decode(p []byte) error {
	c, err := decoder(p, ConfigSize, "configuration")
	if err == nil {
		m.fields(&c)
	}
	return err
}

// Append appends the message to dst.
func (m *Config) Append(dst []byte) []byte {
	dst, c := encoder(dst, ConfigSize)
	m.fields(&c)
	return dst
}
