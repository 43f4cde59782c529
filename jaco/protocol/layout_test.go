package protocol

import (
	"bytes"
	"errors"
	"math"
	"testing"
)

type message interface {
	Decode(p []byte) error
	Append(dst []byte) []byte
}

// oldAdvanced, newAdvanced, oldBasic and newBasic give the points one size each, as the other
// messages have.
type (
	oldAdvanced struct{ AdvancedPoint }
	newAdvanced struct{ AdvancedPoint }
	oldBasic    struct{ BasicPoint }
	newBasic    struct{ BasicPoint }
)

func (m *oldAdvanced) Append(dst []byte) []byte { return m.AdvancedPoint.Append(dst, AdvancedPointOld) }
func (m *newAdvanced) Append(dst []byte) []byte { return m.AdvancedPoint.Append(dst, AdvancedPointNew) }
func (m *oldBasic) Append(dst []byte) []byte    { return m.BasicPoint.Append(dst, BasicPointOld) }
func (m *newBasic) Append(dst []byte) []byte    { return m.BasicPoint.Append(dst, BasicPointNew) }

var kinds = []struct {
	name      string
	new       func() message
	size, min int // as sent, and the shortest that is accepted
}{
	{"JointVector", func() message { return new(JointVector) }, 36, 36},
	{"CartesianVector", func() message { return new(CartesianVector) }, 36, 36},
	{"QuickStatus", func() message { return new(QuickStatus) }, 15, 15},
	{"Sensors", func() message { return new(Sensors) }, 56, 56},
	{"Queue", func() message { return new(Queue) }, 12, 12},
	{"Word", func() message { return new(Word) }, 4, 4},
	{"PositionCurrent", func() message { return new(PositionCurrent) }, 48, 48},
	{"Forces", func() message { return new(Forces) }, 48, 48},
	{"Accelerometers", func() message { return new(Accelerometers) }, 72, 72},
	{"CommandedVelocity", func() message { return new(CommandedVelocity) }, 48, 48},
	{"Info", func() message { return new(Info) }, 48, 48},
	{"Inventory", func() message { return new(Inventory) }, 300, 300},
	{"Versions", func() message { return new(Versions) }, 228, 228},
	{"ErrorEntry", func() message { return new(ErrorEntry) }, 235, 235},
	{"AdvancedPoint148", func() message { return new(oldAdvanced) }, 148, 148},
	{"AdvancedPoint152", func() message { return new(newAdvanced) }, 152, 148},
	{"BasicPoint48", func() message { return new(oldBasic) }, 48, 48},
	{"BasicPoint52", func() message { return new(newBasic) }, 52, 48},
	{"Joystick", func() message { return new(Joystick) }, 56, 56},
	{"Config", func() message { return new(Config) }, 3040, 3040},
	{"General", func() message { return new(General) }, 1024, 832},
	{"Gripper", func() message { return new(Gripper) }, 416, 416},
}

func TestSizes(t *testing.T) {
	for _, k := range kinds {
		encoded := k.new().Append([]byte{1, 2})
		if len(encoded) != 2+k.size || encoded[0] != 1 || encoded[1] != 2 {
			t.Errorf("%s: Append made %d bytes of 2, want %d more", k.name, len(encoded), k.size)
		}
		m := k.new()
		full := bytes.Clone(encoded[2:])
		if b, ok := m.(*oldBasic); ok {
			b.Type = AngularVelocities
			full = m.Append(nil)
		}
		if b, ok := m.(*newBasic); ok {
			b.Type = AngularVelocities
			full = m.Append(nil)
		}
		if err := m.Decode(full[:k.min]); err != nil {
			t.Errorf("%s: %d bytes refused: %v", k.name, k.min, err)
		}
		if err := m.Decode(full[:k.min-1]); !errors.Is(err, ErrSize) {
			t.Errorf("%s: %d bytes: error %v, want ErrSize", k.name, k.min-1, err)
		}
		if err := m.Decode(append(full, 1, 2, 3)); err != nil {
			t.Errorf("%s: 3 bytes more refused: %v", k.name, err)
		}
	}
}

// TestOffsets sets one field at a time and looks where in the message it comes out. The offsets are
// those of the facts: libkindrv's structs and the SDK's packets, which the tables of this package's
// types repeat.
func TestOffsets(t *testing.T) {
	f := float32(1)
	for _, c := range []struct {
		name   string
		m      message
		offset int
	}{
		{"JointVector.Joints[5]", &JointVector{Joints: [6]float32{5: f}}, 20},
		{"JointVector.Fingers[0]", &JointVector{Fingers: [3]float32{f}}, 24},
		{"CartesianVector.Position[1]", &CartesianVector{Position: [3]float32{1: f}}, 4},
		{"CartesianVector.Orientation[0]", &CartesianVector{Orientation: [3]float32{f}}, 12},
		{"CartesianVector.Fingers[2]", &CartesianVector{Fingers: [3]float32{2: f}}, 32},
		{"QuickStatus.FingerInitialised[2]", &QuickStatus{FingerInitialised: [3]uint8{2: 1}}, 2},
		{"QuickStatus.Retract", &QuickStatus{Retract: 1}, 4},
		{"QuickStatus.RetractComplexity", &QuickStatus{RetractComplexity: 1}, 5},
		{"QuickStatus.ControlDisabled", &QuickStatus{ControlDisabled: 1}, 6},
		{"QuickStatus.Module", &QuickStatus{Module: 1}, 7},
		{"QuickStatus.Frame", &QuickStatus{Frame: 1}, 8},
		{"QuickStatus.CartesianFault", &QuickStatus{CartesianFault: 1}, 9},
		{"QuickStatus.ForceControlOff", &QuickStatus{ForceControlOff: 1}, 10},
		{"QuickStatus.CurrentLimitOff", &QuickStatus{CurrentLimitOff: 1}, 11},
		{"QuickStatus.Robot", &QuickStatus{Robot: 1}, 12},
		{"QuickStatus.Edition", &QuickStatus{Edition: 1}, 13},
		{"QuickStatus.TorqueSensors", &QuickStatus{TorqueSensors: 1}, 14},
		{"Sensors.Current", &Sensors{Current: f}, 4},
		{"Sensors.Acceleration", &Sensors{Acceleration: [3]float32{f}}, 8},
		{"Sensors.JointTemperature", &Sensors{JointTemperature: [6]float32{f}}, 20},
		{"Sensors.FingerTemperature", &Sensors{FingerTemperature: [3]float32{f}}, 44},
		{"Queue.Points", &Queue{Points: 1}, 0},
		{"Queue.Used", &Queue{Used: f}, 4},
		{"Queue.Capacity", &Queue{Capacity: 1}, 8},
		{"PositionCurrent.Current", &PositionCurrent{Current: [6]float32{f}}, 24},
		{"Forces.Force", &Forces{Force: [6]float32{f}}, 24},
		{"Accelerometers[1][0]", &Accelerometers{[6][3]float32{1: {f}}}, 12},
		{"CommandedVelocity.Joints", &CommandedVelocity{Joints: [6]float32{f}}, 24},
		{"Info.Model", &Info{Model: Text{1}}, 20},
		{"Info.Release", &Info{Release: 1}, 40},
		{"Info.Minor", &Info{Minor: 1}, 41},
		{"Info.Major", &Info{Major: 1}, 42},
		{"Info.Type", &Info{Type: 1}, 44},
		{"Inventory[2].Type", &Inventory{2: {Type: 1}}, 44},
		{"Versions[10]", &Versions{10: 1}, 40},
		{"ErrorEntry.Layers[0]", &ErrorEntry{Layers: [7]uint8{1}}, 20},
		{"ErrorEntry.Lifetime", &ErrorEntry{Lifetime: 1}, 27},
		{"ErrorEntry.Count", &ErrorEntry{Count: 1}, 31},
		{"ErrorEntry.Data[0]", &ErrorEntry{Data: [50]uint32{1}}, 35},
		{"BasicPoint.Fingers", &newBasic{BasicPoint{Fingers: [3]float32{f}}}, 24},
		{"BasicPoint.Delay", &newBasic{BasicPoint{Delay: f}}, 36},
		{"BasicPoint.Hand", &newBasic{BasicPoint{Hand: 1}}, 40},
		{"BasicPoint.Type", &newBasic{BasicPoint{Type: 1}}, 44},
		{"Joystick.Buttons[HomeButton]", &Joystick{Buttons: [16]uint16{HomeButton: 1}}, 4},
		{"Joystick.Incline", &Joystick{Incline: [2]float32{f}}, 32},
		{"Joystick.Rotate", &Joystick{Rotate: f}, 40},
		{"Joystick.Move", &Joystick{Move: [2]float32{f}}, 44},
		{"Joystick.Push", &Joystick{Push: f}, 52},
		{"Config.Name", &Config{Name: Text{1}}, 20},
		{"Config.Model", &Config{Model: Text{1}}, 80},
		{"Config.Laterality", &Config{Laterality: 1}, 100},
		{"Config.MaxTranslation", &Config{MaxTranslation: f}, 104},
		{"Config.MaxForce", &Config{MaxForce: f}, 120},
		{"Config.ComplexRetract", &Config{ComplexRetract: 1}, 132},
		{"Config.RetractCount", &Config{RetractCount: 1}, 140},
		{"Config.DrinkingDistance", &Config{DrinkingDistance: f}, 2224},
		{"Config.DeleteAtRetract", &Config{DeleteAtRetract: 1}, 2236},
		{"Config.Frame", &Config{Frame: 1}, 2256},
		{"Config.Expansion[194]", &Config{Expansion: [195]int32{194: 1}}, 3036},
		{"General.Voltage", &General{Voltage: f}, 32},
		{"General.Acceleration", &General{Acceleration: [3]float32{f}}, 48},
		{"General.CodeVersion", &General{CodeVersion: 1}, 72},
		{"General.Controller", &General{Controller: 1}, 82},
		{"General.PositionType", &General{PositionType: 1}, 90},
		{"General.Errors", &General{Errors: [4]uint16{1}}, 96},
		{"General.JoystickActive", &General{JoystickActive: 1}, 104},
		{"General.Retract", &General{Retract: 1}, 108},
		{"General.Warnings", &General{Warnings: [3]uint32{1}}, 132},
		{"General.MajorError", &General{MajorError: 1}, 144},
		{"General.Limits", &General{Limits: Limits{Speed: [3]float32{f}}}, 568},
		{"General.JointIncrement", &General{JointIncrement: [6]float32{f}}, 604},
		{"General.FingerIncrement", &General{FingerIncrement: [3]float32{f}}, 628},
		{"General.Joystick", &General{Joystick: Joystick{Buttons: [16]uint16{1}}}, 640},
		{"General.Peripherals", &General{Peripherals: [4]uint32{1}}, 696},
		{"General.PeripheralID", &General{PeripheralID: [4]uint32{1}}, 712},
		{"General.JointTemperature", &General{JointTemperature: [6]float32{f}}, 728},
		{"General.FingerTemperature", &General{FingerTemperature: [3]float32{f}}, 752},
		{"General.JointErrors", &General{JointErrors: [6]int32{1}}, 776},
		{"General.FingerErrors", &General{FingerErrors: [3]int32{1}}, 800},
		{"General.ControlTime", &General{ControlTime: math.Pi}, 816},
		{"Gripper.Fingers[1]", &Gripper{Fingers: [3]FingerState{1: {ID: Text{1}}}}, 152},
		{"Gripper.Fingers[2].Command", &Gripper{Fingers: [3]FingerState{2: {Command: f}}}, 304},
		{"Gripper.Fingers[0].Lifetime", &Gripper{Fingers: [3]FingerState{{Lifetime: [11]float32{f}}}}, 80},
		{"Gripper.Fingers[0].DeviceID", &Gripper{Fingers: [3]FingerState{{DeviceID: 1}}}, 136},
		{"Gripper.Fingers[0].Connected", &Gripper{Fingers: [3]FingerState{{Connected: 1}}}, 150},
	} {
		zero := newLike(t, c.m).Append(nil)
		if got := firstDifference(zero, c.m.Append(nil)); got/4 != c.offset/4 || got < c.offset {
			t.Errorf("%s starts at %d, want %d", c.name, got, c.offset)
		}
	}
}

// newLike returns the zero message of m's kind.
func newLike(t *testing.T, m message) message {
	t.Helper()
	for _, k := range kinds {
		zero := k.new()
		if sameType(zero, m) {
			return zero
		}
	}
	t.Fatalf("%T is not in the table of kinds", m)
	return nil
}

func firstDifference(a, b []byte) int {
	for i := range a {
		if a[i] != b[i] {
			return i
		}
	}
	return -1
}

// The offsets within a UserPosition (its table), where 300 has it.
func TestUserPositionOffsets(t *testing.T) {
	for _, c := range []struct {
		name   string
		p      AdvancedPoint
		offset int
	}{
		{"Type", AdvancedPoint{Position: UserPosition{Type: 1}}, 0},
		{"Delay", AdvancedPoint{Position: UserPosition{Delay: 2}}, 4},
		{"Position", AdvancedPoint{Position: UserPosition{Position: [3]float32{2}}}, 16},
		{"Orientation", AdvancedPoint{Position: UserPosition{Orientation: [3]float32{2}}}, 40},
		{"Joints", AdvancedPoint{Position: UserPosition{Joints: [6]float32{2}}}, 64},
		{"Hand", AdvancedPoint{Position: UserPosition{Hand: 1}}, 88},
		{"Fingers", AdvancedPoint{Position: UserPosition{Fingers: [3]float32{2}}}, 92},
		{"Limited", AdvancedPoint{Limited: 1}, 104},
		{"Sync", AdvancedPoint{Sync: 1}, 108},
		{"Limits.Speed", AdvancedPoint{Limits: Limits{Speed: [3]float32{2}}}, 112},
		{"Limits.Acceleration[2]", AdvancedPoint{Limits: Limits{Acceleration: [3]float32{2: 2}}}, 144},
	} {
		encoded := c.p.Append(nil, AdvancedPointNew)
		zero := new(AdvancedPoint).Append(nil, AdvancedPointNew)
		if got := firstDifference(zero, encoded); got/4 != c.offset/4 {
			t.Errorf("%s starts at %d, want %d", c.name, got, c.offset)
		}
	}
	heads := new(AdvancedPoint).Append(nil, AdvancedPointOld)
	three := []byte{0, 0, 0, 0, 0, 0, 8, 0x40} // 3.0 as an f64
	for _, at := range []int{8, 32, 56} {
		if !bytes.Equal(heads[at:at+8], three) {
			t.Errorf("head at %d of command 300 is % x, want 3.0", at, heads[at:at+8])
		}
	}
	six := []byte{0, 0, 0, 0, 0, 0, 0x18, 0x40}
	if config := new(Config).Append(nil); !bytes.Equal(config[144+56:144+64], six) {
		t.Errorf("third head in command 0 is % x, want 6.0", config[144+56:144+64])
	}
	for i, at := range []int{152, 256, 360, 464} {
		var g General
		for j, p := range []*UserPosition{&g.Position, &g.Command, &g.Currents, &g.Force} {
			if i == j {
				p.Type = 1
			}
		}
		if got := firstDifference(new(General).Append(nil), g.Append(nil)); got != at {
			t.Errorf("UserPosition %d of command 200 starts at %d, want %d", i, got, at)
		}
	}
}

// A message that a decoder accepts comes back from the encoder as the same value.
func FuzzDecode(f *testing.F) {
	for i, k := range kinds {
		f.Add(uint8(i), bytes.Repeat([]byte{7}, k.size))
		f.Add(uint8(i), k.new().Append(nil))
	}
	f.Fuzz(func(t *testing.T, kind uint8, p []byte) {
		k := kinds[int(kind)%len(kinds)]
		m := k.new()
		if err := m.Decode(p); err != nil {
			if !errors.Is(err, ErrSize) && !errors.Is(err, ErrMismatch) {
				t.Fatalf("%s: error %v of no known kind", k.name, err)
			}
			return
		}
		once := m.Append(nil)
		again := k.new()
		if err := again.Decode(once); err != nil {
			t.Fatalf("%s: what was encoded is refused: %v", k.name, err)
		}
		if twice := again.Append(nil); !bytes.Equal(once, twice) {
			t.Fatalf("%s changes on its way:\n% x\n% x", k.name, once, twice)
		}
	})
}

func TestUnknownLayoutRefused(t *testing.T) {
	point := BasicPoint{Type: TimeDelay}
	if err := new(BasicPoint).Decode(point.Append(nil, BasicPointNew)); !errors.Is(err, ErrMismatch) {
		t.Errorf("a pure delay gave %v, want ErrMismatch", err)
	}
}

func TestText(t *testing.T) {
	for _, c := range []struct {
		text Text
		want string
	}{
		{Text{}, ""},
		{MakeText("PJ00000001030703130"), "PJ00000001030703130"},
		{MakeText("  Jaco 1   "), "Jaco 1"},
		{Text{'a', 0x80, '\n', 'b', 0, 'x'}, "a??b"},
		{MakeText("0123456789012345678901234567"), "0123456789012345678"},
	} {
		if got := c.text.String(); got != c.want {
			t.Errorf("text % x reads %q, want %q", c.text, got, c.want)
		}
	}
}

func TestVelocityQuirks(t *testing.T) {
	rate := [9]float64{math.Pi / 4, -math.Pi / 4, 6: 0.5, 8: -0.5}
	for _, s := range []Settings{Jaco1Settings(), Jaco2Settings()} {
		for _, factor := range []float64{1, 2} {
			for _, wraps := range []bool{false, true} {
				s.VelocityFactor, s.VelocityWraps = factor, wraps
				wire := s.FromVelocities(&rate)
				want := float32(-45 / factor)
				if wraps {
					want += 360
				}
				if wire.Joints[1] != want {
					t.Errorf("factor %g, wraps %v: -45 degrees/s goes out as %g, want %g", factor, wraps, wire.Joints[1], want)
				}
				back, err := s.Velocities(&wire)
				if err != nil {
					t.Fatal(err)
				}
				for i := range rate {
					if math.Abs(back[i]-rate[i]) > 1e-6 {
						t.Errorf("factor %g, wraps %v: velocity %d comes back as %g, want %g", factor, wraps, i, back[i], rate[i])
					}
				}
			}
		}
	}
}

func TestSettings(t *testing.T) {
	s := Jaco2Settings()
	closed := [9]float64{0: 3 * math.Pi, 6: 80 * math.Pi / 180}
	if m := s.FromAngles(&closed); m.Joints[0] != 540 || m.Fingers[0] != 6800 {
		t.Errorf("3 half turns and a closed finger are %g degrees and %g units, want 540 and 6800", m.Joints[0], m.Fingers[0])
	}
	one := Jaco1Settings()
	if m := one.FromAngles(&closed); math.Abs(float64(m.Fingers[0])-60) > 1e-4 {
		t.Errorf("a closed finger of a Jaco 1 is %g units, want 60", m.Fingers[0])
	}
	if _, err := s.Angles(&JointVector{Fingers: [3]float32{1: float32(math.NaN())}}); !errors.Is(err, ErrNotFinite) {
		t.Errorf("NaN from the wire gave %v, want ErrNotFinite", err)
	}
	still := s.VelocityPoint(&[9]float64{1: 0.1})
	if still.Hand != HandStill || still.Type != AngularVelocities {
		t.Errorf("point with resting fingers has hand mode %d, type %d", still.Hand, still.Type)
	}
	if moving := s.VelocityPoint(&[9]float64{7: -0.1}); moving.Hand != HandVelocity {
		t.Errorf("point with a moving finger has hand mode %d", moving.Hand)
	}
	for _, break_ := range []func(*Settings){
		func(s *Settings) { s.BasicPoint = 50 }, func(s *Settings) { s.AdvancedPoint = 0 },
		func(s *Settings) { s.FingerScale = math.Inf(1) }, func(s *Settings) { s.VelocityFactor = math.NaN() },
	} {
		bad := Jaco2Settings()
		break_(&bad)
		if bad.Validate() == nil {
			t.Errorf("settings %+v accepted", bad)
		}
	}
	if err := s.Validate(); err != nil {
		t.Error(err)
	}
}
