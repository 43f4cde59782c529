package arm

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"colonnade/jaco/clock"
	"colonnade/jaco/emulator"
	"colonnade/jaco/protocol"
	"colonnade/jaco/transport"
)

// spoil decides on each packet to the arm: nil lets it through, errLost makes it disappear, another
// error is the transfer's.
type spoil func(now time.Time, p *protocol.Packet) error

var errLost = errors.New("lost")

// spoilt is a rig before an arm in its retracted pose whose cable is spoilt as *s says, which may
// change.
func spoilt(t *testing.T, s *spoil) *rig {
	return connected(t, "", func(e *emulator.Options, o *Options) { e.Start, o.Depth = nil, 10 }, func(r *rig) {
		open := r.opt.Open
		r.opt.Open = func(ctx context.Context) (transport.Conn, error) {
			conn, err := open(ctx)
			return &spoiltConn{Conn: conn, clock: r.clock, spoil: s}, err
		}
	})
}

type spoiltConn struct {
	transport.Conn
	clock clock.Clock
	spoil *spoil
}

func (c *spoiltConn) Write(ctx context.Context, p []byte) (int, error) {
	var packet protocol.Packet
	if *c.spoil == nil || packet.Decode(p) != nil {
		return c.Conn.Write(ctx, p)
	}
	switch err := (*c.spoil)(c.clock.Now(), &packet); err {
	case nil:
		return c.Conn.Write(ctx, p)
	case errLost:
		return len(p), nil
	default:
		return 0, err
	}
}

// deaf loses all packets for a while from now on.
func (r *rig) deaf(d time.Duration) spoil {
	until := r.clock.Now().Add(d)
	return func(now time.Time, _ *protocol.Packet) error {
		if now.Before(until) {
			return errLost
		}
		return nil
	}
}

// ways are all in which a way home ends before it is over.
var ways = map[string]func(r *rig, cancel func()) error{
	"stop":   func(r *rig, _ func()) error { return r.arm.Stop(background) },
	"abort":  func(r *rig, _ func()) error { r.arm.Abort(errors.New("a hand")); return nil },
	"cancel": func(r *rig, cancel func()) error { cancel(); return nil },
	"close":  func(r *rig, _ func()) error { return r.arm.Close() },
}

// ended has the arm go home and ends that after half a second, with the cable spoilt from then on.
// It returns when Home has.
func (r *rig) ended(how string, spoilt func()) (ended error) {
	r.t.Helper()
	ctx, cancel := context.WithCancel(background)
	defer cancel()
	done := r.clock.NewSignal()
	r.clock.Go(func() {
		clock.Sleep(background, r.clock, 500*time.Millisecond)
		spoilt()
		ended = ways[how](r, cancel)
		done.Raise()
	})
	if err := r.arm.Home(ctx); err == nil {
		r.t.Fatalf("%s: Home was not ended", how)
	}
	if err := r.clock.Wait(background, done, 0, time.Time{}); err != nil {
		r.t.Fatal(err)
	}
	return ended
}

// stays checks that the arm stands where it is, half-way.
func (r *rig) stays(name string) {
	r.t.Helper()
	before := r.state()
	r.sleep(3 * time.Second)
	after := r.state()
	for i := range before.Q {
		if !near(after.Q[i], before.Q[i], 0.02) {
			r.t.Errorf("%s: joint %d went on from %.3f to %.3f rad", name, i+1, before.Q[i], after.Q[i])
		}
	}
	if after.Retract == protocol.Ready {
		r.t.Errorf("%s: the arm got to its ready pose", name)
	}
}

// However a way home ends and however deaf the cable is then, the arm stands as soon as it is not.
func TestHeldButtonIsLetGo(t *testing.T) {
	var longest time.Duration
	for how := range ways {
		for _, d := range []time.Duration{0, 50 * time.Millisecond, 220 * time.Millisecond, 700 * time.Millisecond,
			3 * time.Second} {
			name := fmt.Sprintf("%s, deaf for %v", how, d)
			var s spoil
			r := spoilt(t, &s)
			var wake time.Time
			err := r.ended(how, func() { s, wake = r.deaf(d), r.clock.Now().Add(d) })
			if how == "close" && d > 2*time.Second {
				if !errors.Is(err, ErrUnacknowledged) {
					t.Errorf("%s: %v", name, err)
				}
				continue
			}
			if how != "stop" && err != nil || err != nil && !errors.Is(err, ErrUnacknowledged) {
				t.Errorf("%s: %v", name, err)
			}
			if d > 200*time.Millisecond && how != "close" && r.arm.Err() == nil {
				t.Errorf("%s: there is no fault", name)
			}
			r.sleep(max(0, wake.Sub(r.clock.Now())))
			for speed(r.state()) > standing {
				r.sleep(time.Millisecond)
			}
			stood := r.clock.Now().Sub(wake)
			if stood > 2*limit {
				t.Errorf("%s: the arm stands %v after the cable was well", name, stood)
			}
			longest = max(longest, stood)
			r.stays(name)
			if err := r.arm.Err(); errors.Is(err, ErrUnacknowledged) {
				t.Errorf("%s: still %v", name, err)
			}
		}
	}
	t.Logf("at the latest the arm stood %v after the stop, or after the cable was well again", longest)
}

// A single fault of the bus, which takes the connection with it, does not keep the button down; nor
// does a cable that is out for a while.
func TestHeldButtonOnABrokenBus(t *testing.T) {
	broken := &transport.Error{Op: "write", Kind: transport.ErrNoDevice}
	for how := range ways {
		var s spoil
		r := spoilt(t, &s)
		err := r.ended(how, func() {
			s = func(_ time.Time, p *protocol.Packet) error { s = nil; return broken }
		})
		if err != nil {
			t.Errorf("%s, one fault: %v", how, err)
		}
		r.sleep(100 * time.Millisecond)
		r.stays(how + ", one fault")

		s = nil
		r = spoilt(t, &s)
		err = r.ended(how, func() {
			r.socket.Unplug()
			r.clock.Go(func() {
				clock.Sleep(background, r.clock, 700*time.Millisecond)
				r.socket.Plug(r.device)
			})
		})
		if how == "close" && err != nil || how == "stop" && !errors.Is(err, ErrUnacknowledged) {
			t.Errorf("%s, unplugged: %v", how, err)
		}
		r.sleep(time.Second)
		r.stays(how + ", unplugged")
	}
}

// Without API control the arm acknowledges the release and does not listen: Recover has to repeat
// it once it does.
func TestHeldButtonWithoutControl(t *testing.T) {
	var s spoil
	r := spoilt(t, &s)
	r.ended("abort", func() { r.device.TakeControl(r.clock.Now()) })
	r.sleep(100 * time.Millisecond)
	if err := r.arm.Recover(background); err != nil {
		t.Fatal(err)
	}
	r.sleep(limit)
	r.stays("after Recover")
}

// The stream's queue is dropped as well as soon as the cable hears, and not before Err says so.
func TestStopIsSentUntilAcknowledged(t *testing.T) {
	var s spoil
	r := spoilt(t, &s)
	if err := r.drive([NumJoints]float64{0.3}, time.Second); err != nil {
		t.Fatal(err)
	}
	s = r.deaf(time.Second)
	r.arm.Abort(errors.New("a hand"))
	if err := r.arm.Stop(background); !errors.Is(err, ErrUnacknowledged) {
		t.Errorf("Stop gave %v", err)
	}
	if err := r.arm.Err(); !errors.Is(err, ErrUnacknowledged) {
		t.Errorf("Err is %v", err)
	}
	r.sleep(time.Second)
	if err := r.arm.Err(); err == nil || errors.Is(err, ErrUnacknowledged) || !r.said("a hand") ||
		!r.said("acknowledged the stop") {
		t.Errorf("afterwards Err is %v, log %q", err, r.log)
	}
	if err := r.arm.Stop(background); err != nil {
		t.Errorf("a second Stop gave %v", err)
	}
}

// That is so after a Stop without a fault, and for fingers that somebody stopped, too.
func TestAnyStopIsSentUntilAcknowledged(t *testing.T) {
	erases := 0
	deaf := func(r *rig) spoil {
		deaf := r.deaf(500 * time.Millisecond)
		erases = 0
		return func(now time.Time, p *protocol.Packet) error {
			err := deaf(now, p)
			if err == nil && p.Command == protocol.EraseTrajectories {
				erases++
			}
			return err
		}
	}
	for how := range ways {
		var s spoil
		r := spoilt(t, &s)
		ctx, cancel := context.WithCancel(background)
		defer cancel()
		r.clock.Go(func() {
			clock.Sleep(background, r.clock, 300*time.Millisecond)
			s = deaf(r)
			ways[how](r, cancel)
		})
		if err := r.arm.InitFingers(ctx); err == nil {
			t.Errorf("%s: the fingers were initialised", how)
		}
		r.sleep(time.Second)
		if err := r.arm.Err(); erases == 0 || err == nil {
			t.Errorf("%s: 301 came through %d times; fault %v", how, erases, err)
		}
	}
	var s spoil
	r := spoilt(t, &s)
	if err := r.drive([NumJoints]float64{0.3}, time.Second); err != nil {
		t.Fatal(err)
	}
	s = deaf(r)
	if err := r.arm.Stop(background); !errors.Is(err, ErrUnacknowledged) {
		t.Errorf("Stop gave %v", err)
	}
	r.sleep(time.Second)
	if erases != 1 || r.arm.Err() != nil {
		t.Errorf("301 came through %d times, want 1; fault %v", erases, r.arm.Err())
	}
}

// The log hears of a stop when the arm has: it may take its time.
func TestTheArmComesBeforeTheLog(t *testing.T) {
	left := -1
	r := connected(t, "", func(_ *emulator.Options, o *Options) { o.Depth = 10 }, func(r *rig) {
		r.opt.Log = func(time.Time, string) {
			if left < 0 {
				left = r.state().Queue
			}
		}
	})
	for how, end := range map[string]func(){"stale": func() {}, "abort": func() { r.arm.Abort(errors.New("a hand")) }} {
		if left = 0; r.drive([NumJoints]float64{0.3}, time.Second) != nil || r.state().Queue < 5 {
			t.Fatalf("%s: the queue is short", how)
		}
		left = -1
		end()
		r.sleep(time.Second)
		if left != 0 {
			t.Errorf("%s: when it was logged there were %d points in the queue", how, left)
		}
		if err := r.arm.Recover(background); err != nil {
			t.Fatal(err)
		}
	}
}

// A lost answer to 303 does not leave API control on.
func TestCloseInsists(t *testing.T) {
	for lost := range 3 {
		var s spoil
		r := spoilt(t, &s)
		n := 0
		s = func(_ time.Time, p *protocol.Packet) error {
			if p.Command != protocol.StopAPI {
				return nil
			}
			if n++; n > lost {
				return nil
			}
			return errLost
		}
		if err := r.arm.Close(); err != nil || r.state().API {
			t.Errorf("%d packets lost: %v, API %v", lost, err, r.state().API)
		}
	}
}

// After a stop the state is that of the arm, not that of the moment before.
func TestStateAfterAStop(t *testing.T) {
	r := connected(t, "", nil)
	if err := r.drive([NumJoints]float64{0.5}, time.Second); err != nil {
		t.Fatal(err)
	}
	r.arm.Abort(errors.New("a hand"))
	r.sleep(300 * time.Millisecond)
	state, now := r.arm.State(), r.clock.Now()
	for what, at := range map[string]time.Time{"angles": state.QTime, "velocities": state.VTime,
		"status": state.StatusTime, "queue": state.QueueTime} {
		if age := now.Sub(at); age > 100*time.Millisecond {
			t.Errorf("%s are %v old", what, age)
		}
	}
	if !near(state.V[0], 0, 0.05) || state.Queue != 0 || !near(state.Q[0], r.state().Q[0], 1e-3) {
		t.Errorf("joint 1 at %.3f rad with %.3f rad/s, %d points in the queue", state.Q[0], state.V[0], state.Queue)
	}
}

// An emergency stop ends a Recover, whatever it is at, and is not undone by it.
func TestAbortEndsRecover(t *testing.T) {
	r := connected(t, "", nil)
	r.socket.Unplug()
	r.sleep(time.Second)
	r.clock.Go(func() {
		clock.Sleep(background, r.clock, time.Second)
		r.arm.Abort(errors.New("a hand"))
	})
	began := r.clock.Now()
	var d clock.Deadline
	d.Set(background, began.Add(30*time.Second))
	if err := r.arm.Recover(&d); !errors.Is(err, ErrStopped) {
		t.Errorf("Recover gave %v", err)
	}
	if took := r.clock.Now().Sub(began); took > 1050*time.Millisecond {
		t.Errorf("Recover ended after %v", took)
	}
	for after := time.Duration(0); after < 150*time.Millisecond; after += time.Millisecond {
		r := connected(t, "", nil)
		r.socket.Unplug()
		r.device.PowerCycle()
		r.sleep(100 * time.Millisecond)
		r.socket.Plug(r.device)
		stopped := false
		r.clock.Go(func() {
			clock.Sleep(background, r.clock, after)
			stopped = true
			r.arm.Abort(errors.New("a hand"))
		})
		err := r.arm.Recover(background)
		if stopped != errors.Is(err, ErrStopped) {
			t.Fatalf("stopped %v after Recover began: it gave %v", after, err)
		}
		r.sleep(150 * time.Millisecond)
		if r.arm.Err() == nil {
			t.Fatalf("stopped %v after Recover began: there is no fault", after)
		}
		if after < 50*time.Millisecond && r.state().API {
			t.Fatalf("stopped %v after Recover began: API control is on", after)
		}
	}
}
