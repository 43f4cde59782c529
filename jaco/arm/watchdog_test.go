package arm

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"colonnade/jaco/clock"
	"colonnade/jaco/emulator"
	"colonnade/jaco/protocol"
	"colonnade/jaco/transport"
	"colonnade/sim/domain"
)

// limit is what the design allows between noticing that something is wrong and the arm standing.
const limit = 50 * time.Millisecond

// standing is the speed below which an arm stands: a joint whose servo is at 0 may creep with 0.04
// rad/s under its weight.
const standing = 0.05 // rad/s

// afterNotice checks that the arm stands limit after the driver has noticed, and from then on.
func (r *rig) afterNotice(name string) {
	r.t.Helper()
	r.served()
	if r.arm.Err() == nil || r.noted.IsZero() {
		r.t.Fatalf("%s: not noticed; log %q", name, r.log)
	}
	if wait := r.noted.Add(limit).Sub(r.clock.Now()); wait > 0 {
		r.sleep(wait)
	}
	for end := r.noted.Add(time.Second); r.clock.Now().Before(end); r.sleep(10 * time.Millisecond) {
		if s := r.state(); speed(s) > standing || s.Queue != 0 {
			r.t.Fatalf("%s: %v after it was noticed: %.3f rad/s, %d points in the queue", name,
				r.clock.Now().Sub(r.noted), speed(s), s.Queue)
		}
	}
}

// fast turns five joints with nearly all the speed they have.
var fast = [NumJoints]float64{0.6, 0, 0.5, 0.8, 0.8, 0.8}

// tripped drives the arm fast until the driver notices something, for 5 s at most, and returns why
// and how long after that the arm stood.
func (r *rig) tripped() (cause error, stood time.Duration) {
	r.t.Helper()
	for ms := 0; ms < 5000 && cause == nil; ms++ {
		if ms%100 == 0 {
			r.arm.SetVelocity(&fast) // refused once it has tripped, which the loop sees
		}
		r.sleep(time.Millisecond)
		cause = r.arm.Err()
	}
	for noticed := r.clock.Now(); speed(r.state()) > standing &&
		stood < time.Second; stood = r.clock.Now().Sub(noticed) {
		r.sleep(time.Millisecond)
	}
	return cause, stood
}

// The queue is long here: without a stop the arm would go on for 100 ms.
func TestStaleCommand(t *testing.T) {
	r := connected(t, "", func(_ *emulator.Options, o *Options) { o.Depth = 10 })
	if err := r.drive(fast, time.Second); err != nil {
		t.Fatal(err)
	}
	last := r.clock.Now().Add(-100 * time.Millisecond)
	for r.noted.IsZero() {
		r.sleep(time.Millisecond)
	}
	if late := r.noted.Sub(last); late < 150*time.Millisecond || late > 165*time.Millisecond {
		t.Errorf("noticed %v after the last command, want 150 ms and a period at most", late)
	}
	if !errors.Is(r.arm.Err(), ErrStale) {
		t.Errorf("fault %v, want ErrStale", r.arm.Err())
	}
	r.afterNotice("stale")
	if err := r.arm.SetVelocity(&[NumJoints]float64{}); !errors.Is(err, ErrStale) {
		t.Errorf("the fault does not last: %v", err)
	}
	if err := r.arm.Recover(background); err != nil {
		t.Fatal(err)
	}
	if err := r.drive([NumJoints]float64{0.3}, time.Second); err != nil {
		t.Error(err)
	}
}

// Whatever happens to one transfer while the arm moves, it stands within 50 ms of the driver
// noticing, says why, and goes on after Recover.
func TestFaultsWhileMoving(t *testing.T) {
	var longest time.Duration
	for _, c := range []struct {
		rule string
		want error
	}{
		{"lose in transfer %d", transport.ErrTimeout},
		{"lose out transfer %d", transport.ErrTimeout},
		{"delay in transfer %d for 25ms", nil}, // late, but in time
		{"delay in transfer %d for 45ms", transport.ErrTimeout},
		{"stall in transfer %d", transport.ErrStall},
		{"stall out transfer %d", transport.ErrStall},
		{"short in transfer %d", protocol.ErrSize},
		{"short out transfer %d", transport.ErrStall},
		{"unplug in transfer %d for 1s", transport.ErrNoDevice},
		{"unplug out transfer %d for 1s", transport.ErrNoDevice},
	} {
		for _, at := range []int{150, 151, 152, 153} { // points and questions
			name := fmt.Sprintf(c.rule, at)
			r := connected(t, name, nil)
			err, stood := r.tripped()
			if c.want == nil {
				if err != nil {
					t.Errorf("%s: %v", name, err)
				}
				continue
			}
			if !errors.Is(err, c.want) || !errors.Is(r.arm.Err(), c.want) {
				t.Fatalf("%s: %v, want %v", name, err, c.want)
			}
			if stood > limit {
				t.Errorf("%s: the arm stands %v after it was noticed", name, stood)
			}
			longest = max(longest, stood)
			r.afterNotice(name)
			r.recovers(name)
		}
	}
	t.Logf("at the latest the arm stood %v after it was noticed", longest)
}

// With the mechanics of the emulated robot, whose servos lag by 50 ms, the arm coasts after it is
// asked for nothing any more: that it is asked for nothing takes no longer than before.
func TestStopWithLag(t *testing.T) {
	robot, err := domain.Load("robot")
	if err != nil {
		t.Fatal(err)
	}
	var world domain.World
	robot.Draw(rand.New(rand.NewPCG(1, 1)), &world)
	for _, rule := range []string{"lose in transfer 150", "stall in transfer 150", "unplug in transfer 150"} {
		r := connected(t, rule, func(e *emulator.Options, _ *Options) { e.Motion = world.Motion })
		for ms := 0; r.noted.IsZero() && ms < 5000; ms++ {
			if ms%100 == 0 {
				r.arm.SetVelocity(&fast) // refused once it has tripped, which the loop sees
			}
			r.sleep(time.Millisecond)
		}
		for r.state().Command != [NumJoints]float64{} {
			r.sleep(time.Millisecond)
		}
		asked := r.clock.Now().Sub(r.noted)
		for speed(r.state()) > standing {
			r.sleep(time.Millisecond)
		}
		stood := r.clock.Now().Sub(r.noted)
		if asked > limit || stood > 250*time.Millisecond {
			t.Errorf("%s: nothing is asked of the arm %v after it was noticed, it stands after %v", rule, asked, stood)
		}
		t.Logf("%s: nothing is asked of the arm after %v, it stands after %v", rule, asked, stood)
	}
}

// recovers checks that Recover works and that the arm can be driven again.
func (r *rig) recovers(name string) {
	r.t.Helper()
	var d clock.Deadline
	d.Set(background, r.clock.Now().Add(10*time.Second))
	if err := r.arm.Recover(&d); err != nil {
		r.t.Fatalf("%s: %v", name, err)
	}
	before := r.state().Q[0]
	if err := r.drive([NumJoints]float64{0.3}, time.Second); err != nil {
		r.t.Fatalf("%s: after Recover: %v", name, err)
	}
	if turned := r.state().Q[0] - before; !near(turned, 0.3, 0.03) {
		r.t.Errorf("%s: after Recover joint 1 turned by %.3f rad, want 0.3", name, turned)
	}
}

// The cable comes out at any byte of an exchange, and stays out for a while.
func TestUnplugAtAnyByte(t *testing.T) {
	for at := 10000; at < 10000+2*128; at += 7 {
		name := fmt.Sprintf("unplug byte %d for 3s", at)
		r := connected(t, name, nil)
		if err, stood := r.tripped(); !errors.Is(err, transport.ErrNoDevice) || stood > limit {
			t.Fatalf("%s: %v; the arm stood after %v", name, err, stood)
		}
		r.afterNotice(name)
		r.recovers(name)
		if !r.said("recovered") {
			t.Errorf("%s: log %q", name, r.log)
		}
	}
}

// Garbage may strike anywhere in a reply: the arm stops, or the reply is one that can be believed.
func TestGarbage(t *testing.T) {
	r := connected(t, "garbage in chance 0.01", nil)
	noticed := 0
	for range 40 {
		q := r.state().Q[0]
		v := 0.4
		if noticed%2 == 1 {
			v = -v
		}
		if err := r.drive([NumJoints]float64{v}, time.Second); err != nil {
			noticed++
			r.afterNotice(err.Error())
			for r.arm.Recover(background) != nil { // garbage again
			}
		}
		if got := r.arm.State().Q[0]; !near(got, q, 2) {
			t.Errorf("joint 1 reads %g, it was at %g", got, q)
		}
	}
	if noticed < 10 {
		t.Errorf("%d of 40 seconds with garbage", noticed)
	}
}

func TestNACK(t *testing.T) {
	r := connected(t, "", func(e *emulator.Options, _ *Options) { e.Choices.NACKEvery = 500 })
	if err := r.drive([NumJoints]float64{0.6}, 5*time.Second); !errors.Is(err, protocol.ErrNACK) {
		t.Errorf("drive ended with %v", err)
	}
	r.afterNotice("NACK")
	r.recovers("NACK")
}

// Somebody touches the arm's own joystick.
func TestControlLost(t *testing.T) {
	r := connected(t, "", nil)
	r.clock.Go(func() {
		clock.Sleep(background, r.clock, time.Second)
		r.device.TakeControl(r.clock.Now())
	})
	if err := r.drive([NumJoints]float64{0.6}, 3*time.Second); !errors.Is(err, ErrControlLost) {
		t.Errorf("drive ended with %v", err)
	}
	r.afterNotice("control lost")
	r.recovers("control lost")
}

// A device that never comes back: Recover gives up when its context does, and Close does not hang.
func TestGoneForGood(t *testing.T) {
	r := connected(t, "", nil)
	r.clock.Go(func() {
		clock.Sleep(background, r.clock, time.Second)
		r.socket.Unplug()
	})
	if err := r.drive([NumJoints]float64{0.6}, 3*time.Second); !errors.Is(err, transport.ErrNoDevice) {
		t.Errorf("drive ended with %v", err)
	}
	if err := r.arm.Stop(background); !errors.Is(err, ErrUnacknowledged) || !errors.Is(err, transport.ErrNoDevice) {
		t.Errorf("Stop gave %v", err)
	}
	var d clock.Deadline
	d.Set(background, r.clock.Now().Add(5*time.Second))
	if err := r.arm.Recover(&d); !errors.Is(err, context.DeadlineExceeded) || !errors.Is(err, transport.ErrNoDevice) {
		t.Errorf("Recover gave %v", err)
	}
	if err := r.arm.Home(background); !errors.Is(err, transport.ErrNoDevice) {
		t.Errorf("Home gave %v", err)
	}
	if err := r.arm.Close(); !errors.Is(err, ErrUnacknowledged) {
		t.Errorf("Close gave %v", err)
	}
}

// Another arm in its place is not driven.
func TestAnotherArm(t *testing.T) {
	r := connected(t, "", nil)
	o := emulator.NewOptions(protocol.Jaco2)
	o.Serial = "another"
	other, err := emulator.New(o)
	if err != nil {
		t.Fatal(err)
	}
	r.socket.Plug(other)
	r.sleep(time.Second)
	if err := r.arm.Recover(background); !errors.Is(err, ErrUnsupported) {
		t.Errorf("Recover gave %v", err)
	}
	if info := r.arm.Info(); info.Serial.String() != "PJ00000000000000001" {
		t.Errorf("the arm is %q now", info.Serial)
	}
}

// A task that fails on the wire stops the arm, too.
func TestFaultWhileHoming(t *testing.T) {
	for _, rule := range []string{"lose in transfer 100", "unplug out transfer 100 for 1s"} {
		r := connected(t, rule, func(e *emulator.Options, _ *Options) { e.Start = nil })
		err := r.arm.Home(background)
		if err == nil || r.arm.Err() == nil {
			t.Fatalf("%s: Home gave %v, fault %v", rule, err, r.arm.Err())
		}
		r.recovers(rule)
		r.arm.Stop(background)
		if err := r.arm.Home(background); err != nil || r.state().Retract != protocol.Ready {
			t.Errorf("%s: home afterwards: %v, %v", rule, err, r.state().Retract)
		}
	}
}

// Twenty minutes of driving under random faults, recovering each time.
func TestManyFaults(t *testing.T) {
	r := connected(t, "lose chance 0.0005; garbage in chance 0.0002; stall chance 0.0002; short chance 0.0002; delay "+
		"chance 0.001 for 20ms; unplug chance 0.0001 for 300ms", nil)
	stops, minutes := 0, 20
	if testing.Short() {
		minutes = 4
	}
	for minute := range minutes {
		v := 0.4
		if minute%2 == 1 {
			v = -v
		}
		for end := r.clock.Now().Add(time.Minute); r.clock.Now().Before(end); {
			err := r.drive([NumJoints]float64{v}, 5*time.Second)
			if err == nil {
				continue
			}
			stops++
			var d clock.Deadline
			d.Set(background, r.clock.Now().Add(time.Minute))
			if err := r.arm.Recover(&d); err != nil {
				t.Fatal(err)
			}
		}
	}
	total := 0
	for f := transport.Delay; f <= transport.Unplug; f++ {
		total += r.faults.Count(f)
	}
	if stops < 10*minutes || total < stops {
		t.Errorf("%d stops for %d faults", stops, total)
	}
	t.Logf("%d faults, %d stops, all recovered, in %d minutes of virtual time", total, stops, minutes)
}

// The home button is still down when the cable comes out: Recover lets it go before anything else.
func TestRecoverReleasesTheButton(t *testing.T) {
	r := connected(t, "", func(e *emulator.Options, _ *Options) { e.Start = nil })
	r.clock.Go(func() {
		clock.Sleep(background, r.clock, 300*time.Millisecond)
		r.socket.Plug(r.device)
	})
	if err := r.arm.Home(background); !errors.Is(err, transport.ErrNoDevice) {
		t.Fatalf("Home gave %v", err)
	}
	if err := r.arm.Recover(background); err != nil {
		t.Fatal(err)
	}
	r.sleep(limit)
	before := r.state()
	r.sleep(3 * time.Second)
	if after := r.state(); !near(after.Q[4], before.Q[4], 0.02) || after.Retract == protocol.Ready {
		t.Errorf("after Recover joint 5 went on from %.3f to %.3f rad, %v", before.Q[4], after.Q[4], after.Retract)
	}
}

// liar is an arm that reports joint 3 elsewhere once it is told to.
type liar struct {
	*emulator.Device
	lies bool
}

func (l *liar) In(now time.Time, p []byte) (int, time.Time) {
	n, ready := l.Device.In(now, p)
	var packet protocol.Packet
	if l.lies && n > 0 && packet.Decode(p[:n]) == nil && packet.Command == protocol.AngularPosition {
		p[protocol.HeaderSize+8+3] ^= 1 // of the exponent
	}
	return n, ready
}

func TestImplausibleAngles(t *testing.T) {
	r := newRig(t, "", nil)
	device := &liar{Device: r.device}
	r.socket.Plug(device)
	r.connect()
	if err := r.arm.Enable(background); err != nil {
		t.Fatal(err)
	}
	r.clock.Go(func() {
		clock.Sleep(background, r.clock, 500*time.Millisecond)
		device.lies = true
	})
	cause, stood := r.tripped()
	if !errors.Is(cause, ErrImplausible) || stood > limit {
		t.Errorf("stopped %v after %v", stood, cause)
	}
}
