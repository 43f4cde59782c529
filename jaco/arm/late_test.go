package arm

import (
	"context"
	"encoding/binary"
	"errors"
	"math"
	"testing"
	"time"

	"colonnade/jaco/clock"
	"colonnade/jaco/emulator"
	"colonnade/jaco/protocol"
	"colonnade/jaco/transport"
)

// A machine that slept while the arm moved does not let it go on, nor a command that came before
// the driver was back.
func TestAMachineThatSleptStopsTheArm(t *testing.T) {
	r := connected(t, "", nil)
	v := [NumJoints]float64{0.3}
	if err := r.drive(v, 500*time.Millisecond); err != nil {
		t.Fatal(err)
	}
	r.clock.Suspend(time.Minute)
	r.sleep(15 * time.Millisecond)
	if err := r.arm.SetVelocity(&v); !errors.Is(err, ErrSuspended) || !r.said("suspended for 1m0s") {
		t.Errorf("after the sleep: %v; log %q", err, r.log)
	}
	r.sleep(300 * time.Millisecond)
	before := r.state().Q[0]
	r.sleep(time.Second)
	if moved := math.Abs(r.state().Q[0] - before); moved > 0.001 {
		t.Errorf("it went on for %.3f rad", moved)
	}
	if err := r.arm.Recover(background); err != nil {
		t.Fatal(err)
	}
	if err := r.drive(v, 300*time.Millisecond); err != nil {
		t.Errorf("after Recover: %v", err)
	}
	// At rest, too, and on its own way home.
	if err := r.arm.Stop(background); err != nil {
		t.Fatal(err)
	}
	r.clock.Suspend(time.Second)
	r.sleep(15 * time.Millisecond)
	if err := r.arm.Err(); !errors.Is(err, ErrSuspended) {
		t.Errorf("at rest: %v", err)
	}
	if err := r.arm.Recover(background); err != nil {
		t.Fatal(err)
	}
	r.clock.Go(func() {
		if clock.Sleep(background, r.clock, 100*time.Millisecond) == nil {
			r.clock.Suspend(time.Second)
		}
	})
	if err := r.arm.Home(background); !errors.Is(err, ErrSuspended) {
		t.Errorf("home: %v", err)
	}
}

// blocking is a connection whose reads come back late once, and with the answer.
type blocking struct {
	transport.Conn
	clock clock.Clock
	late  *time.Duration
}

func (b *blocking) Read(ctx context.Context, p []byte) (int, error) {
	n, err := b.Conn.Read(ctx, p)
	if late := *b.late; late > 0 {
		*b.late = 0
		if err := clock.Sleep(background, b.clock, late); err != nil {
			return 0, err
		}
	}
	return n, err
}

// An answer that is older than Timeout is none, whoever held it up.
func TestAnAnswerThatIsLateIsNone(t *testing.T) {
	var late time.Duration
	r := newRig(t, "", nil)
	open := r.opt.Open
	r.opt.Open = func(ctx context.Context) (transport.Conn, error) {
		conn, err := open(ctx)
		if err != nil {
			return nil, err
		}
		return &blocking{conn, r.clock, &late}, nil
	}
	r.connect()
	if err := r.arm.Enable(background); err != nil {
		t.Fatal(err)
	}
	for _, x := range []struct {
		late time.Duration
		want error
	}{{20 * time.Millisecond, nil}, {81 * time.Millisecond, transport.ErrTimeout}} {
		late = x.late
		if err := r.drive([NumJoints]float64{0.2}, 300*time.Millisecond); !errors.Is(err, x.want) {
			t.Errorf("an answer after %v: %v, want %v", x.late, err, x.want)
		}
	}
}

// Home is an error if somebody takes API control on the way, also right before the arm gets there.
func TestHomeWithoutControlIsAnError(t *testing.T) {
	for after := 200 * time.Millisecond; after < 12*time.Second; after += 900 * time.Millisecond {
		r := connected(t, "", func(e *emulator.Options, _ *Options) { e.Start = nil })
		taken := false
		r.clock.Go(func() {
			if clock.Sleep(background, r.clock, after) == nil {
				r.device.TakeControl(r.clock.Now())
				taken = true
			}
		})
		err := r.arm.Home(background)
		if taken && !errors.Is(err, ErrControlLost) {
			t.Errorf("taken after %v: %v", after, err)
		}
		if !taken {
			if err != nil {
				t.Error(err)
			}
			break
		}
	}
}

// A driver that was held up for longer than a velocity may be old stops, though a new one was set
// meanwhile.
func TestAPeriodThatIsMissedStopsTheArm(t *testing.T) {
	held := time.Duration(0)
	r := connected(t, "", func(_ *emulator.Options, o *Options) {
		o.Govern = func(time.Time, *State, *[NumJoints]float64) error {
			d := held
			held = 0
			return clock.Sleep(background, o.Clock, d)
		}
	})
	for _, x := range []struct {
		held time.Duration
		want error
	}{{100 * time.Millisecond, nil}, {200 * time.Millisecond, ErrSuspended}} {
		if err := r.drive([NumJoints]float64{0.2}, 200*time.Millisecond); err != nil {
			t.Fatal(err)
		}
		held = x.held
		if err := r.drive([NumJoints]float64{0.2}, 500*time.Millisecond); !errors.Is(err, x.want) {
			t.Errorf("held up for %v: %v, want %v", x.held, err, x.want)
		}
	}
}

// ownTime returns an arm whose own clock says what says makes of the true time since it was
// switched on, in s.
func ownTime(d *emulator.Device, says func(s float64) float64) *altered {
	return &altered{d, protocol.GeneralRead, func(data []byte) {
		field := data[clockOffset:]
		binary.LittleEndian.PutUint64(field,
			math.Float64bits(says(math.Float64frombits(binary.LittleEndian.Uint64(field)))))
	}}
}

// A virtual machine that is paused, or an arm that is switched off and on, shows in the arm's own
// clock alone. It stops the arm within a quarter of a second, if that clock has told the time until
// then; another one is not compared.
func TestTheArmsOwnClock(t *testing.T) {
	const when, pause = 6, 0.5 // s
	for name, c := range map[string]struct {
		says  func(s float64) float64
		trips bool
	}{
		"true":                {func(s float64) float64 { return s }, false},
		"paused":              {func(s float64) float64 { return s + pause*math.Floor(min(1, s/when)) }, true},
		"switched off and on": {func(s float64) float64 { return s - when*math.Floor(min(1, s/when)) }, true},
		"no number at last": {func(s float64) float64 {
			return s / math.Ceil(max(0, when-s)) * math.Ceil(max(0,
				when-s))
		}, true},
		"paused for a moment":    {func(s float64) float64 { return s + 0.1*math.Floor(min(1, s/when)) }, false},
		"drifts by a thousandth": {func(s float64) float64 { return 1.001 * s }, false},
		"milliseconds":           {func(s float64) float64 { return 1000 * s }, false},
		"none":                   {func(float64) float64 { return 0 }, false},
		"infinite":               {func(float64) float64 { return math.Inf(1) }, false},
		"a tick of 1 s":          {math.Floor, false},
		"a tick of 0.2 s":        {func(s float64) float64 { return math.Floor(5*s) / 5 }, false},
	} {
		r := newRig(t, "", nil)
		r.socket.Plug(ownTime(r.device, c.says))
		r.connect()
		if err := r.arm.Enable(background); err != nil {
			t.Fatal(err)
		}
		start := r.clock.Now()
		var err error
		for v := 0.3; err == nil && r.clock.Now().Sub(start) < 8*time.Second; v = -v {
			err = r.drive([NumJoints]float64{v}, time.Second)
		}
		if (err != nil) != c.trips || c.trips && !errors.Is(err, ErrSuspended) {
			t.Errorf("%s: %v, want a trip %v", name, err, c.trips)
		}
		if after := r.noted.Sub(start).Seconds() - when; c.trips && (after < -0.5 || after > 0.25) {
			t.Errorf("%s: noticed %.2f s after it", name, after)
		}
		if err := r.arm.Close(); err != nil {
			t.Error(name, err)
		}
	}
}

// A way home that the arm gives up is an error at once, not when the time for it is over.
func TestHomeThatTheArmGivesUp(t *testing.T) {
	r := newRig(t, "", nil)
	r.socket.Plug(&altered{r.device, protocol.QuickStatusRead, func(data []byte) {
		var s protocol.QuickStatus
		if s.Decode(data) == nil {
			s.Retract = uint8(protocol.RetractError & 0xff) // all that the byte has of it
			copy(data, s.Append(nil))
		}
	}})
	r.connect()
	if err := r.arm.Enable(background); err != nil {
		t.Fatal(err)
	}
	start := r.clock.Now()
	if err := r.arm.Home(background); !errors.Is(err, ErrNoProgress) || r.clock.Now().Sub(start) > time.Second {
		t.Errorf("%v after %v", err, r.clock.Now().Sub(start))
	}
}
