package emulator

import (
	"testing"
	"time"

	"colonnade/jaco/protocol"
	"colonnade/sim"
)

// The numbers in comments are those of the list in jaco/protocol/PROTOCOL.md, section 11: each is
// something that a real client does.

// 1: opening ends by a timeout, as nothing comes unasked.
func TestSilentUntilAsked(t *testing.T) {
	h := newHost(t, nil)
	h.sleep(time.Hour)
	if n, ready := h.d.In(h.now, make([]byte, 64)); n != 0 || !ready.IsZero() {
		t.Errorf("%d bytes without a request, next at %v", n, ready)
	}
}

// 2, 3: libkindrv reads 55 pages of 1 and 19 of 200, all with size 1 and no data.
func TestFixedPages(t *testing.T) {
	h := newHost(t, nil)
	var all []byte
	for page := 1; page <= 56; page++ {
		reply := h.exchange(&protocol.Packet{Number: uint16(page), Count: 1, Command: protocol.GetConfig, Size: 1})
		if reply.Size != protocol.ConfigSize {
			t.Fatalf("page %d says %d bytes", page, reply.Size)
		}
		all = append(all, reply.Data[:]...)
	}
	if got := protocol.Text(all[20:40]).String(); got != "Jaco 2" {
		t.Errorf("client name %q at 20", got)
	}
	second := h.exchange(&protocol.Packet{Number: 2, Count: 1, Command: protocol.GeneralRead, Size: 1})
	if second.Size != 1024 || second.Data[52] != byte(protocol.NotInitialised) {
		t.Errorf("page 2 of 200: size %d, retract state %d at data offset 52", second.Size, second.Data[52])
	}
}

// 4, 8: garbage in the requests does not matter.
func TestGarbageInRequests(t *testing.T) {
	h := newHost(t, nil)
	p := protocol.Packet{Number: 1, Count: 77, Command: protocol.InfoRead, Size: 9999}
	for i := range p.Data {
		p.Data[i] = 0xa5
	}
	reply := h.exchange(&p)
	var info protocol.Info
	if err := info.Decode(reply.Data[:]); err != nil || reply.NACK || info.Type != protocol.Jaco2 || info.Major != 6 {
		t.Errorf("answer %+v, %v", info, err)
	}
}

// 6: SETs of 1, 3 and 55 packets, each packet acknowledged; what was written is read back.
func TestMessagesOfManyPackets(t *testing.T) {
	h := newHost(t, nil)
	var c, back protocol.Config
	h.get(protocol.GetConfig, &c)
	c.Name, c.Expansion[194] = protocol.MakeText("another"), 7
	c.Retract[19].Joints[5] = 42
	h.must(protocol.SetConfig, c.Append(nil))
	h.get(protocol.GetConfig, &back)
	if back != c {
		t.Error("the configuration did not come back")
	}
	packet := protocol.Packet{Number: 2, Count: 55, Command: protocol.SetConfig, Size: protocol.ConfigSize}
	if reply := h.exchange(&packet); !reply.NACK {
		t.Error("a packet out of order was acknowledged")
	}
}

// 5: a host that goes away within a message and begins again is understood.
func TestMessageInterrupted(t *testing.T) {
	h := newHost(t, atHome)
	h.must(protocol.StartAPI, nil)
	var point protocol.AdvancedPoint
	point.Position.Type = protocol.AngularVelocities
	w := protocol.Writing{Command: protocol.AdvancedTrajectory, Payload: point.Append(nil, 152)}
	var p protocol.Packet
	w.Packet(1, &p)
	h.exchange(&p)
	h.angles()
	h.must(protocol.AdvancedTrajectory, point.Append(nil, 148))
}

// 7: both sizes of points, garbage behind their ends; 9: what is refused.
func TestSizesAndRefusals(t *testing.T) {
	h := newHost(t, atHome)
	h.must(protocol.StartAPI, nil)
	var basic protocol.BasicPoint
	basic.Type = protocol.AngularVelocities
	var advanced protocol.AdvancedPoint
	advanced.Position.Type = protocol.AngularVelocities
	garbage := append(basic.Append(nil, 48), 0xff, 0xff, 0xff, 0xff)
	for _, c := range []struct {
		name    string
		command protocol.Command
		payload []byte
		want    bool
	}{
		{"48", protocol.BasicTrajectory, basic.Append(nil, 48), true},
		{"52", protocol.BasicTrajectory, garbage, true},
		{"47", protocol.BasicTrajectory, garbage[:47], false},
		{"56", protocol.BasicTrajectory, append(garbage, 0, 0, 0, 0), false},
		{"148", protocol.AdvancedTrajectory, advanced.Append(nil, 148), true},
		{"152", protocol.AdvancedTrajectory, advanced.Append(nil, 152), true},
		{"no type", protocol.BasicTrajectory, make([]byte, 52), false},
		{"49 with a byte", protocol.CartesianControl, []byte{0}, true},
		{"surplus packets of 1021", protocol.GravityOptimal, make([]byte, 168), false},
		{"16 floats of 1021", protocol.GravityOptimal, make([]byte, 64), true},
		{"flashing", 12, nil, false},
		{"a torque", protocol.JointTorques, make([]byte, 40), true},
		{"no torque", protocol.JointTorques, nil, false},
	} {
		if got := h.set(c.command, c.payload); got != c.want {
			t.Errorf("%s: acknowledged %v, want %v", c.name, got, c.want)
		}
	}
	nan := basic.Append(nil, 52)
	copy(nan, []byte{0, 0, 0xc0, 0x7f})
	if h.set(protocol.BasicTrajectory, nan) {
		t.Error("a velocity of NaN was acknowledged")
	}
}

func TestJaco1KnowsLess(t *testing.T) {
	h := newHost(t, func(o *Options) { *o = NewOptions(protocol.Jaco1) })
	if !h.set(protocol.StartAPI, nil) || h.set(protocol.GoReady, nil) {
		t.Error("a Jaco 1 must know 302 and not 311")
	}
	if reply := h.exchange(&protocol.Packet{Number: 1, Count: 1, Command: protocol.QuickStatusRead, Size: 1}); !reply.NACK {
		t.Error("a Jaco 1 answers 62")
	}
	var m protocol.JointVector
	h.get(protocol.AngularPositionLegacy, &m)
	if m.Fingers[0] < 8 || m.Fingers[0] > 9 {
		t.Errorf("a finger at 0.2 rad is %g units, want about 8.6", m.Fingers[0])
	}
}

// 10: the way of the SDK's InitFingers: points of type 8 with hand mode 1 and fingers at -3000
// until 62 shows all three, and 403 counts three of type 201.
func TestInitFingers(t *testing.T) {
	h := newHost(t, nil)
	h.must(protocol.StartAPI, nil)
	var inventory protocol.Inventory
	h.get(protocol.InventoryRead, &inventory)
	count := 0
	for _, p := range inventory {
		if p.Type == 200 || p.Type == 201 {
			count++
		}
	}
	if count != 3 {
		t.Errorf("%d fingers in the inventory", count)
	}
	var status protocol.QuickStatus
	h.get(protocol.QuickStatusRead, &status)
	if status.FingerInitialised != [3]uint8{} {
		t.Fatal("fingers are initialised at power-up")
	}
	for range 1000 {
		point := protocol.BasicPoint{Type: protocol.AngularVelocities, Hand: protocol.HandPosition, Fingers: [3]float32{-3000, -3000, -3000}}
		h.must(protocol.BasicTrajectory, point.Append(nil, 52))
		if h.get(protocol.QuickStatusRead, &status); status.FingerInitialised == [3]uint8{1, 1, 1} {
			return
		}
		h.sleep(2 * time.Millisecond)
	}
	t.Errorf("flags %v after 1000 points", status.FingerInitialised)
}

// 11: MoveHome waits for 304 to count 0.
func TestGoReady(t *testing.T) {
	h := newHost(t, nil)
	h.must(protocol.StartAPI, nil)
	h.must(protocol.GoReady, nil)
	var q protocol.Queue
	if h.get(protocol.QueueRead, &q); q.Points == 0 {
		t.Fatal("nothing is under way")
	}
	for range 600 {
		h.sleep(100 * time.Millisecond)
		if h.get(protocol.QueueRead, &q); q.Points == 0 {
			break
		}
	}
	s := h.d.State(h.now)
	home, _ := sim.Canonical().Keyframe("home")
	for i := range sim.NumArmJoints {
		if !near(s.Q[i], home[i], 0.03) {
			t.Errorf("joint %d stands at %.3f, ready is %.3f", i+1, s.Q[i], home[i])
		}
	}
	if s.Retract != protocol.Ready || q.Points != 0 || s.Contacts != 0 {
		t.Errorf("state %v, %d points, %d contacts", s.Retract, q.Points, s.Contacts)
	}
}

// button sends the joystick with button 2 up or down.
func (h *host) button(down bool) {
	h.t.Helper()
	var j protocol.Joystick
	if down {
		j.Buttons[protocol.HomeButton] = 1
	}
	h.must(protocol.JoystickSend, j.Append(nil))
}

// 12: pushed once and never repeated, the arm reaches ready; a push half-way goes back.
func TestHomeButton(t *testing.T) {
	h := newHost(t, nil)
	expect := func(want protocol.RetractState) {
		t.Helper()
		if got := h.d.State(h.now).Retract; got != want {
			t.Fatalf("state %v, want %v", got, want)
		}
	}
	h.button(true)
	h.sleep(30 * time.Second)
	expect(protocol.NotInitialised) // no API control
	h.must(protocol.StartAPI, nil)
	h.button(true)
	h.sleep(time.Second)
	expect(protocol.NormalToReady)
	h.sleep(30 * time.Second)
	expect(protocol.Ready)
	h.button(false)
	h.button(true)
	h.sleep(time.Second)
	expect(protocol.ReadyToRetract)
	h.button(false)
	h.sleep(100 * time.Millisecond)
	before := h.angles()
	h.sleep(time.Second)
	if after := h.angles(); !near(before[2], after[2], 0.01) {
		t.Errorf("released, joint 3 goes on by %.3f rad", after[2]-before[2])
	}
	expect(protocol.ReadyToRetract)
	h.button(true)
	h.sleep(time.Second)
	expect(protocol.RetractToReady)
	h.button(false)
	h.button(true)
	h.sleep(30 * time.Second)
	expect(protocol.Retracted)
	h.button(false)
	h.button(true)
	h.sleep(30 * time.Second)
	expect(protocol.Ready)
}

// 13: a stream at 100 Hz keeps the queue near 0 and reaches its speed; at 200 Hz it fills and goes
// on after the end; at 50 Hz the speed is half.
func TestStreamRates(t *testing.T) {
	const v = 0.3
	for _, c := range []struct {
		period   time.Duration
		want     float64 // rad turned in 4 s
		leftover float64 // rad turned afterwards
	}{
		{10 * time.Millisecond, 4 * v, 0},
		{5 * time.Millisecond, 4 * v, 4 * v},
		{20 * time.Millisecond, 2 * v, 0},
	} {
		h := newHost(t, atHome)
		h.must(protocol.StartAPI, nil)
		before := h.d.State(h.now).Q[0]
		turned := h.stream(v, c.period, 4*time.Second)
		if !near(turned, c.want, 0.05) {
			t.Errorf("a point every %v turns joint 1 by %.3f rad in 4 s, want %.3f", c.period, turned, c.want)
		}
		h.sleep(10 * time.Second)
		if rest := h.d.State(h.now).Q[0] - before - turned; !near(rest, c.leftover, 0.05) {
			t.Errorf("a point every %v: afterwards %.3f rad more, want %.3f", c.period, rest, c.leftover)
		}
	}
}

// 14: 301 stops within a tick; 303 then 301 stops and refuses; 302 resumes.
func TestStopping(t *testing.T) {
	h := newHost(t, atHome)
	h.must(protocol.StartAPI, nil)
	h.stream(0.5, 5*time.Millisecond, time.Second)
	if n := h.d.State(h.now).Queue; n < 50 {
		t.Fatalf("%d points in the queue", n)
	}
	h.must(protocol.EraseTrajectories, nil)
	h.sleep(Tick)
	if h.d.State(h.now); h.d.command != [9]float64{} {
		t.Errorf("a tick after 301 the arm is asked for %v", h.d.command)
	}
	h.sleep(100 * time.Millisecond)
	if v := h.d.State(h.now).V[0]; !near(v, 0, 0.02) {
		t.Errorf("joint 1 turns with %.3f rad/s after 301", v)
	}
	h.must(protocol.StopAPI, nil)
	h.must(protocol.EraseTrajectories, nil)
	if turned := h.stream(0.5, 10*time.Millisecond, time.Second); !near(turned, 0, 0.02) {
		t.Errorf("without API control joint 1 turned by %.3f rad", turned)
	}
	h.must(protocol.StartAPI, nil)
	if turned := h.stream(0.5, 10*time.Millisecond, time.Second); !near(turned, 0.5, 0.05) {
		t.Errorf("with API control again joint 1 turned by %.3f rad", turned)
	}
}

func TestErrorLog(t *testing.T) {
	h := newHost(t, nil)
	h.sleep(5 * time.Second)
	h.d.ReportError(h.now, 9)
	var count protocol.Word
	if h.get(protocol.ErrorCount, &count); count != 1 {
		t.Errorf("%d errors", count)
	}
	request := protocol.Packet{Number: 1, Count: 1, Command: protocol.ErrorLogEntry, Size: 1}
	reply := h.exchange(&request)
	if reply.Size != protocol.ErrorEntrySize || reply.Data[4] != 9 || reply.Data[16] != 5 {
		t.Errorf("entry 0: % x", reply.Data)
	}
	h.must(protocol.ClearErrorLog, nil)
	if h.get(protocol.ErrorCount, &count); count != 0 {
		t.Errorf("%d errors after 25", count)
	}
}

// Every GET is answered with the size that its type's table gives.
func TestAnswerSizes(t *testing.T) {
	h := newHost(t, nil)
	for c, want := range map[protocol.Command]uint16{
		1: 3040, 10: 4, 15: 36, 21: 235, 23: 4, 36: 228, 62: 15, 103: 416, 104: 36, 105: 36, 106: 36, 107: 36, 108: 36, 109: 36,
		110: 36, 111: 56, 112: 48, 113: 36, 114: 36, 115: 48, 116: 36, 117: 72, 120: 56, 121: 48, 123: 48, 200: 1024, 304: 12,
		307: 148, 310: 56, 403: 300, 39: 4408, 41: 14816, 505: 56, 507: 56, 1043: 4, 5001: 4,
	} {
		reply := h.exchange(&protocol.Packet{Number: 1, Count: 1, Command: c, Size: 1})
		if reply.Size != want || reply.NACK || int(reply.Count) != protocol.Packets(int(want)) {
			t.Errorf("command %s: size %d, want %d; count %d, refused %v", c, reply.Size, want, reply.Count, reply.NACK)
		}
	}
}
