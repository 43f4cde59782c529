package protocol

// Sizes in bytes.
const (
	InfoSize       = 48
	InventorySize  = 300
	VersionsSize   = 228
	ErrorEntrySize = 235
)

// Info is the answer to 121. The serial number is the only one there is: the USB descriptors have
// none.
//
//	offset  type      field     meaning                                       evidence
//	0       char[20]  Serial    may be blank, "Not set" or padded             S; kinova-ros issues 130, 397
//	20      char[20]  Model                                                   S
//	40      u8        Release   of the firmware: in the order release,        S
//	41      u8        Minor     minor, major
//	42      u8        Major
//	43      -         -         skipped                                       S
//	44      i32       Type      DeviceType                                    S
type Info struct {
	Serial, Model         Text
	Release, Minor, Major uint8
	Type                  DeviceType
}

func (m *Info) fields(c *codec) {
	c.text(&m.Serial)
	c.text(&m.Model)
	c.u8(&m.Release)
	c.u8(&m.Minor)
	c.u8(&m.Major)
	c.skip(1)
	c.i32((*int32)(&m.Type))
}

// Decode reads the message from p.
func (m *Info) Decode(p []byte) error {
	c, err := decoder(p, InfoSize, "device information")
	if err == nil {
		m.fields(&c)
	}
	return err
}

// Append appends the message to dst.
func (m *Info) Append(dst []byte) []byte {
	dst, c := encoder(dst, InfoSize)
	m.fields(&c)
	return dst
}

// Peripheral is an entry of Inventory. Types: 0 none, 100-109 actuators, 200 and 201 finger
// actuators, 300-303 joysticks, 400 a CAN interface. Ports: 1 and 2 CAN inside and outside, 3 and 4
// SPI, 5 USB, 6-8 UART, 9 virtual.
type Peripheral struct{ Handle, Type, Port, Address, CodeVersion uint32 }

// The types of a finger's actuator.
const FingerActuator, FingerActuator2 = 200, 201

// Inventory is the answer to 403.
//
//	offset  type      field                                              evidence
//	0       u32 [75]  15 times Handle, Type, Port, Address, CodeVersion  S
type Inventory [15]Peripheral

func (m *Inventory) fields(c *codec) {
	for i := range m {
		p := &m[i]
		c.u32(&p.Handle)
		c.u32(&p.Type)
		c.u32(&p.Port)
		c.u32(&p.Address)
		c.u32(&p.CodeVersion)
	}
}

// Decode reads the message from p.
func (m *Inventory) Decode(p []byte) error {
	c, err := decoder(p, InventorySize, "peripheral inventory")
	if err == nil {
		m.fields(&c)
	}
	return err
}

// Append appends the message to dst.
func (m *Inventory) Append(dst []byte) []byte {
	dst, c := encoder(dst, InventorySize)
	m.fields(&c)
	return dst
}

// Versions is the answer to 36: a word for each processor, version<<16 | minor<<8 | revision. Word
// 0 is the main one, 1-6 the joints, 7-9 the fingers (K-dsp); the SDK reads 57 words (S).
//
//	offset  type      field     evidence
//	0       u32 [57]  Versions  S K-dsp
type Versions [57]uint32

// Decode reads the message from p.
func (m *Versions) Decode(p []byte) error {
	c, err := decoder(p, VersionsSize, "code versions")
	if err == nil {
		c.u32s(m[:])
	}
	return err
}

// Append appends the message to dst.
func (m *Versions) Append(dst []byte) []byte {
	dst, c := encoder(dst, VersionsSize)
	c.u32s(m[:])
	return dst
}

// ErrorEntry is the answer to 21: one entry of the error log.
//
//	offset  type      field     meaning                                             evidence
//	0       u32       Header                                                        S
//	4       u32       Type      0 not initialised, 1-3 kernel, 4 marker, 5 joint    S H
//	                            temperature, 6 ok again, 7 finger temperature, 8 ok,
//	                            9 voltage, 10 ok, 11 finger current closing, 12
//	                            opening, 13 ok, 14 joint current, 15 ok, 16 robot
//	                            not complete
//	8       i32       Firmware                                                      S
//	12      i32       Kernel                                                        S
//	16      u32       Time                                                          S
//	20      u8 [7]    Layers    flags                                               S
//	27      i32       Lifetime  unaligned from here on                              S
//	31      i32       Count     words used in Data                                  S
//	35      u32 [50]  Data                                                          S
type ErrorEntry struct {
	Header, Type     uint32
	Firmware, Kernel int32
	Time             uint32
	Layers           [7]uint8
	Lifetime, Count  int32
	Data             [50]uint32
}

func (m *ErrorEntry) fields(c *codec) {
	c.u32(&m.Header)
	c.u32(&m.Type)
	c.i32(&m.Firmware)
	c.i32(&m.Kernel)
	c.u32(&m.Time)
	for i := range m.Layers {
		c.u8(&m.Layers[i])
	}
	c.i32(&m.Lifetime)
	c.i32(&m.Count)
	c.u32s(m.Data[:])
}

// Decode reads the message from p.
func (m *ErrorEntry) Decode(p []byte) error {
	c, err := decoder(p, ErrorEntrySize, "error log entry")
	if err == nil {
		m.fields(&c)
	}
	return err
}

// Append appends the message to dst.
func (m *ErrorEntry) Append(dst []byte) []byte {
	dst, c := encoder(dst, ErrorEntrySize)
	m.fields(&c)
	return dst
}
