package protocol

import "fmt"

// UserPosition is a pose or a velocity, the building block of 300, 307, 200, 0 and 1: 104 bytes.
//
//	offset  type     field        unit, meaning                                 evidence
//	0       u32      Type         PositionType                                  K S H
//	4       f32      Delay        s                                             S
//	8       f64      -            3.0, the number of elements; written by the   S
//	                              SDK, skipped when it reads
//	16      f32 [3]  Position     m or m/s                                      S
//	28      -        -            padding                                       S
//	32      f64      -            3.0                                           S
//	40      f32 [3]  Orientation  rad or rad/s                                  S
//	52      -        -            padding                                       S
//	56      f64      -            3.0 in 300, 6.0 in 0                          S
//	64      f32 [6]  Joints       degrees or degrees/s                          S
//	88      u32      Hand         HandMode                                      S
//	92      f32 [3]  Fingers      finger units or finger units/s                S
type UserPosition struct {
	Type                  PositionType
	Delay                 float32
	Position, Orientation [3]float32
	Joints                [6]float32
	Hand                  HandMode
	Fingers               [3]float32
}

func (m *UserPosition) fields(c *codec, jointCount float64) {
	c.u32((*uint32)(&m.Type))
	c.f32(&m.Delay)
	c.count(3)
	c.f32s(m.Position[:])
	c.skip(4)
	c.count(3)
	c.f32s(m.Orientation[:])
	c.skip(4)
	c.count(jointCount)
	c.f32s(m.Joints[:])
	c.u32((*uint32)(&m.Hand))
	c.f32s(m.Fingers[:])
}

// Limits are the limits of a trajectory point, three each. Only Speed 1 and 2 have an effect (H):
// joints 1-3 in degrees/s or translation in m/s, and joints 4-6 in degrees/s or rotation in rad/s.
type Limits struct{ Speed, Force, Acceleration [3]float32 }

func (m *Limits) fields(c *codec) {
	c.f32s(m.Speed[:])
	c.f32s(m.Force[:])
	c.f32s(m.Acceleration[:])
}

// The two sizes of an AdvancedPoint, in bytes. The layout is the same; newer software adds 4 bytes
// without meaning at the end.
const (
	AdvancedPointOld = 148 // SDK 5.0 (S50), Jaco 1 (S0), and the answer to 307
	AdvancedPointNew = 152 // SDK 5.2 (S)
)

// AdvancedPoint is a trajectory point with limits: sent by 300, and the answer to 307.
//
//	offset  type          field     meaning                                evidence
//	0       UserPosition  Position                                         S
//	104     u32           Limited   0: Limits do not count                 S
//	108     i32           Sync      synchronisation; 0 in 148 bytes, not   S S50
//	                                parsed in the answer to 307
//	112     f32 [9]       Limits    see there                              S H
//	148     -             -         undefined, in 152 bytes only           S
type AdvancedPoint struct {
	Position UserPosition
	Limited  uint32
	Sync     int32
	Limits   Limits
}

func (m *AdvancedPoint) fields(c *codec) {
	m.Position.fields(c, 3)
	c.u32(&m.Limited)
	c.i32(&m.Sync)
	m.Limits.fields(c)
}

// Decode reads the message from p, which has either size.
func (m *AdvancedPoint) Decode(p []byte) error {
	c, err := decoder(p, AdvancedPointOld, "advanced trajectory point")
	if err == nil {
		m.fields(&c)
	}
	return err
}

// Append appends the message to dst in the given size. It panics if size is neither
// AdvancedPointOld nor AdvancedPointNew.
func (m *AdvancedPoint) Append(dst []byte, size int) []byte {
	if size != AdvancedPointOld && size != AdvancedPointNew {
		panic("protocol: no such size of an advanced trajectory point")
	}
	dst, c := encoder(dst, size)
	m.fields(&c)
	return dst
}

// The two sizes of a BasicPoint, in bytes, as for AdvancedPoint.
const (
	BasicPointOld = 48 // K, S50
	BasicPointNew = 52 // S
)

// BasicPoint is a trajectory point in one packet: sent by 308.
//
//	offset  type     field    unit, meaning                                   evidence
//	0       f32 [6]  Values   types 2, 8: joints in degrees or degrees/s;     K S
//	                          types 1, 7: X, Y, Z and rotations about them in
//	                          m, rad or m/s, rad/s
//	24      f32 [3]  Fingers  finger units or finger units/s                  K S
//	36      f32      Delay    s                                               K S
//	40      u32      Hand     HandMode                                        K S
//	44      u32      Type     PositionType                                    K S
//	48      -        -        undefined, in 52 bytes only                     S
//
// For types without coordinates (12, a pure delay, and others) the SDK leaves out the first 24
// bytes, so that nothing is where the table says (S). Decode refuses what is not of type 1, 2, 7 or
// 8.
type BasicPoint struct {
	Values  [6]float32
	Fingers [3]float32
	Delay   float32
	Hand    HandMode
	Type    PositionType
}

func (m *BasicPoint) fields(c *codec) {
	c.f32s(m.Values[:])
	c.f32s(m.Fingers[:])
	c.f32(&m.Delay)
	c.u32((*uint32)(&m.Hand))
	c.u32((*uint32)(&m.Type))
}

// Decode reads the message from p, which has either size.
func (m *BasicPoint) Decode(p []byte) error {
	c, err := decoder(p, BasicPointOld, "basic trajectory point")
	if err != nil {
		return err
	}
	m.fields(&c)
	switch m.Type {
	case CartesianPose, AngularPose, CartesianVelocity, AngularVelocities:
		return nil
	}
	return fmt.Errorf("basic trajectory point of position type %d: its layout is not known: %w", m.Type, ErrMismatch)
}

// Append appends the message to dst in the given size. It panics if size is neither BasicPointOld
// nor BasicPointNew.
func (m *BasicPoint) Append(dst []byte, size int) []byte {
	if size != BasicPointOld && size != BasicPointNew {
		panic("protocol: no such size of a basic trajectory point")
	}
	dst, c := encoder(dst, size)
	m.fields(&c)
	return dst
}
