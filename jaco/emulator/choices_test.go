package emulator

import (
	"math"
	"testing"
	"time"

	"colonnade/jaco/clock"
	"colonnade/jaco/protocol"
	"colonnade/sim"
)

func TestChoices(t *testing.T) {
	t.Run("unknown commands acknowledged", func(t *testing.T) {
		h := newHost(t, func(o *Options) { o.Choices.AckUnknown = true })
		h.must(9999, nil)
	})
	t.Run("one page", func(t *testing.T) {
		h := newHost(t, func(o *Options) { o.Choices.OnePage = true })
		if reply := h.exchange(&protocol.Packet{Number: 1, Count: 1, Command: protocol.GeneralRead, Size: 1}); reply.Count != 1 {
			t.Errorf("count %d", reply.Count)
		}
	})
	t.Run("motion without API", func(t *testing.T) {
		h := newHost(t, func(o *Options) { atHome(o); o.Choices.MoveWithoutAPI = true })
		if turned := h.stream(0.5, Tick, time.Second); !near(turned, 0.5, 0.05) {
			t.Errorf("turned by %.3f", turned)
		}
	})
	t.Run("home first", func(t *testing.T) {
		h := newHost(t, func(o *Options) { atHome(o); o.Choices.HomeFirst = HomeForAll })
		h.must(protocol.StartAPI, nil)
		if turned := h.stream(0.5, Tick, time.Second); !near(turned, 0, 0.01) {
			t.Errorf("turned by %.3f before homing", turned)
		}
	})
	t.Run("full queue", func(t *testing.T) {
		for _, drop := range []bool{false, true} {
			h := newHost(t, func(o *Options) { atHome(o); o.Choices.QueueCapacity, o.Choices.DropWhenFull = 3, drop })
			h.must(protocol.StartAPI, nil)
			for i := range 4 { // 2 ms each: all within the first tick
				if got := h.point([9]float64{0.1}); got != (drop || i < 3) {
					t.Errorf("drop %v: point %d acknowledged %v", drop, i+1, got)
				}
			}
		}
	})
	t.Run("303 erases", func(t *testing.T) {
		for _, erase := range []bool{false, true} {
			h := newHost(t, func(o *Options) { atHome(o); o.Choices.EraseOnStop = erase })
			h.must(protocol.StartAPI, nil)
			h.stream(0.5, 2*time.Millisecond, 100*time.Millisecond)
			h.must(protocol.StopAPI, nil)
			if left := h.d.State(h.now).Queue; (left == 0) != erase {
				t.Errorf("erase %v: %d points left", erase, left)
			}
		}
	})
	t.Run("unread replies", func(t *testing.T) {
		for _, drop := range []bool{false, true} {
			h := newHost(t, func(o *Options) { o.Choices.DropUnread = drop })
			var wire [protocol.PacketSize]byte
			for number := range uint16(3) {
				p := protocol.Packet{Number: number + 1, Count: 1, Command: protocol.GeneralRead, Size: 1}
				p.Encode(&wire)
				h.d.Out(h.now, wire[:])
			}
			h.sleep(time.Second)
			read := 0
			for n, _ := h.d.In(h.now, wire[:]); n > 0; n, _ = h.d.In(h.now, wire[:]) {
				read++
			}
			if want := map[bool]int{false: 3, true: 1}[drop]; read != want {
				t.Errorf("drop %v: %d replies, want %d", drop, read, want)
			}
		}
	})
	t.Run("one in n failed", func(t *testing.T) {
		h := newHost(t, func(o *Options) { o.Choices.FailEvery = 2 })
		for i := 1; i <= 4; i++ {
			if reply := h.exchange(&protocol.Packet{Number: 1, Count: 1, Command: protocol.StartAPI}); reply.Failed != (i%2 == 0) || reply.NACK {
				t.Errorf("packet %d: failed %v, refused %v", i, reply.Failed, reply.NACK)
			}
		}
	})
	t.Run("one in n refused", func(t *testing.T) {
		h := newHost(t, func(o *Options) { o.Choices.NACKEvery = 3 })
		for i := 1; i <= 9; i++ {
			if got := h.set(protocol.StartAPI, nil); got != (i%3 != 0) {
				t.Errorf("packet %d acknowledged %v", i, got)
			}
		}
	})
}

// Firmware that halves velocities, or writes them as 181 to 360 degrees/s.
func TestFirmwareQuirks(t *testing.T) {
	h := newHost(t, func(o *Options) {
		atHome(o)
		o.Settings.VelocityFactor, o.Settings.VelocityWraps = 2, true
	})
	h.must(protocol.StartAPI, nil)
	h.stream(-0.5, Tick, time.Second)
	var m protocol.JointVector
	h.get(protocol.AngularVelocity, &m)
	if want := 360 - 0.25*180/math.Pi; !near(float64(m.Joints[0]), want, 0.5) {
		t.Errorf("-0.5 rad/s reads %.2f degrees/s, want %.2f", m.Joints[0], want)
	}
}

// The mechanics of the real arm's domain come through: encoders are off, the servo is slow.
func TestMotion(t *testing.T) {
	h := newHost(t, func(o *Options) {
		atHome(o)
		o.Motion = sim.Motion{Lag: 0.05, Encoder: [9]float64{0.1}, Speed: [9]float64{-0.2}}
	})
	if q := h.angles(); !near(q[0]-h.d.State(h.now).Q[0], 0.1, 1e-3) {
		t.Errorf("joint 1 reads %.3f at %.3f", q[0], h.d.State(h.now).Q[0])
	}
	h.must(protocol.StartAPI, nil)
	if turned := h.stream(0.5, Tick, time.Second); !near(turned, 0.4*0.95, 0.03) {
		t.Errorf("turned by %.3f rad, want 0.38", turned)
	}
}

// Held joints with play in their gears come to rest.
func TestHoldWithBacklash(t *testing.T) {
	h := newHost(t, func(o *Options) { atHome(o); o.Motion = sim.Motion{Lag: 0.05, Backlash: 0.008, Payload: 0.3} })
	h.must(protocol.StartAPI, nil)
	h.stream(0.5, Tick, time.Second)
	h.sleep(3 * time.Second)
	before := h.d.State(h.now).Q
	for range 30 {
		h.sleep(100 * time.Millisecond)
		for i, q := range h.d.State(h.now).Q {
			if !near(q, before[i], 0.002) {
				t.Fatalf("joint or finger %d swings: from %.4f to %.4f rad", i+1, before[i], q)
			}
		}
	}
}

func TestOptionsRefused(t *testing.T) {
	for name, change := range map[string]func(o *Options){
		"type":    func(o *Options) { o.Type = protocol.Spherical7 },
		"scale":   func(o *Options) { o.Settings.FingerScale = 0 },
		"name":    func(o *Options) { o.Name = "01234567890123456789" },
		"hold":    func(o *Options) { o.Hold = math.NaN() },
		"start":   func(o *Options) { o.Start = &[9]float64{math.Inf(1)} },
		"step":    func(o *Options) { o.PhysicsStep = 0.004 },
		"motion":  func(o *Options) { o.Motion.Payload = -1 },
		"choices": func(o *Options) { o.Choices.QueueCapacity = -1 },
	} {
		o := NewOptions(protocol.Jaco2)
		change(&o)
		if _, err := New(o); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

func TestPowerCycleAndTakeover(t *testing.T) {
	h := newHost(t, nil)
	h.must(protocol.StartAPI, nil)
	h.must(protocol.GoReady, nil)
	h.sleep(time.Second)
	h.d.TakeControl(h.now)
	if s := h.d.State(h.now); s.API || s.Queue != 0 {
		t.Errorf("after the joystick was touched: %+v", s)
	}
	h.d.PowerCycle()
	if s := h.d.State(h.now); s.Q != retracted || s.Retract != protocol.NotInitialised || s.API {
		t.Errorf("after power-up: %+v", s)
	}
}

// Two arms that are given the same packets at the same times are in the same state.
func TestDeterministic(t *testing.T) {
	run := func() State {
		h := newHost(t, nil)
		h.must(protocol.StartAPI, nil)
		h.stream(0.3, 7*time.Millisecond, 2*time.Second)
		h.must(protocol.GoReady, nil)
		h.sleep(2 * time.Second)
		return h.d.State(h.now)
	}
	if a, b := run(), run(); a != b {
		t.Errorf("%+v\n%+v", a, b)
	}
}

// Whatever packets come, the arm answers each, its state stays finite, and nothing panics.
func FuzzDevice(f *testing.F) {
	var wire [protocol.PacketSize]byte
	for _, c := range []protocol.Command{protocol.StartAPI, protocol.BasicTrajectory, protocol.GeneralRead, protocol.JoystickSend, protocol.AdvancedTrajectory} {
		p := protocol.Packet{Number: 1, Count: 1, Command: c, Size: 52}
		p.Data[44] = 8
		p.Encode(&wire)
		f.Add(append([]byte{1}, wire[:]...), uint8(1))
	}
	f.Fuzz(func(t *testing.T, stream []byte, step uint8) {
		o := NewOptions(protocol.Jaco2)
		o.Choices.MoveWithoutAPI, o.Choices.HomeFirst = true, HomeForNone
		d, err := New(o)
		if err != nil {
			t.Fatal(err)
		}
		now, buf := clock.Epoch, make([]byte, 64)
		for len(stream) > 0 {
			n := min(len(stream), protocol.PacketSize)
			if err := d.Out(now, stream[:n]); err != nil {
				t.Fatal(err)
			}
			now = now.Add(time.Duration(step) * time.Millisecond)
			got, _ := d.In(now.Add(time.Second), buf)
			if (got == protocol.PacketSize) != (n == protocol.PacketSize) {
				t.Fatalf("%d bytes answered with %d", n, got)
			}
			now, stream = now.Add(time.Second), stream[n:]
		}
		for i, q := range d.State(now).Q {
			if math.IsNaN(q) || math.IsInf(q, 0) {
				t.Fatalf("joint %d is at %g", i+1, q)
			}
		}
	})
}

func TestExchangeAllocatesNothing(t *testing.T) {
	o := NewOptions(protocol.Jaco2)
	d, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	now := clock.Epoch
	s := protocol.Jaco2Settings()
	b := s.VelocityPoint(&[9]float64{0.1})
	w := protocol.Writing{Command: protocol.BasicTrajectory, Payload: b.Append(nil, 52)}
	var p protocol.Packet
	var wire [protocol.PacketSize]byte
	exchange := func() {
		p.Encode(&wire)
		d.Out(now, wire[:])
		now = now.Add(5 * time.Millisecond)
		d.In(now, wire[:])
	}
	p = protocol.Packet{Number: 1, Count: 1, Command: protocol.StartAPI}
	exchange()
	if n := testing.AllocsPerRun(200, func() {
		w.Packet(1, &p)
		exchange()
		p = protocol.Packet{Number: 1, Count: 1, Command: protocol.AngularPosition, Size: 1}
		exchange()
	}); n > 0 {
		t.Errorf("a tick with two exchanges allocates %g times", n)
	}
}

func BenchmarkTick(b *testing.B) {
	b.Run("exchanges=2", func(b *testing.B) {
		b.ReportAllocs()
		d, err := New(NewOptions(protocol.Jaco2))
		if err != nil {
			b.Fatal(err)
		}
		now := clock.Epoch
		var wire [protocol.PacketSize]byte
		for b.Loop() {
			for _, c := range [...]protocol.Command{protocol.AngularPosition, protocol.QueueRead} {
				p := protocol.Packet{Number: 1, Count: 1, Command: c, Size: 1}
				p.Encode(&wire)
				d.Out(now, wire[:])
				now = now.Add(5 * time.Millisecond)
				d.In(now, wire[:])
			}
		}
	})
}
