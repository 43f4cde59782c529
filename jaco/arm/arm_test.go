package arm

import (
	"context"
	"errors"
	"math"
	"testing"
	"time"

	"colonnade/jaco/clock"
	"colonnade/jaco/emulator"
	"colonnade/jaco/protocol"
	"colonnade/jaco/transport"
	"colonnade/sim"
)

func TestConnect(t *testing.T) {
	r := newRig(t, "", nil)
	r.connect()
	if info := r.arm.Info(); info.Type != protocol.Jaco2 || info.Serial.String() != "PJ00000000000000001" {
		t.Errorf("arm %v, serial %q", info.Type, info.Serial)
	}
	state, truth := r.arm.State(), r.state()
	for i, q := range state.Q {
		if !near(q, truth.Q[i], 1e-3) {
			t.Errorf("joint %d reads %.4f, is %.4f", i+1, q, truth.Q[i])
		}
	}
	if state.Retract != protocol.NotInitialised || state.API || state.VTime.IsZero() || state.TorqueTime.IsZero() ||
		state.QueueTime.IsZero() {
		t.Errorf("state %+v", state)
	}
	if math.Abs(state.Torque[1]) < 1 {
		t.Errorf("joint 2 carries %.2f N m", state.Torque[1])
	}
	if err := r.arm.SetVelocity(&[NumJoints]float64{0.1}); !errors.Is(err, ErrDisabled) {
		t.Errorf("a velocity before Enable gave %v", err)
	}
	if _, err := Connect(background, r.opt); !errors.Is(err, transport.ErrBusy) {
		t.Errorf("a second driver got %v, want ErrBusy", err)
	}
}

// Who only looks sends no SET, not even at the end.
func TestLookingLeavesTheArmAlone(t *testing.T) {
	r := newRig(t, "", nil)
	watch := &watcher{Device: r.device}
	r.socket.Plug(watch)
	r.connect()
	r.sleep(time.Second)
	r.arm.Close()
	for command := range watch.seen {
		switch command {
		case protocol.InfoRead, protocol.AngularPosition, protocol.AngularVelocity, protocol.QuickStatusRead,
			protocol.QueueRead,
			protocol.AngularTorque, protocol.ErrorCount:
		default:
			t.Errorf("command %s was sent", command)
		}
	}
}

// watcher counts the commands that go by.
type watcher struct {
	*emulator.Device
	seen map[protocol.Command]int
}

func (w *watcher) Out(now time.Time, p []byte) error {
	var packet protocol.Packet
	if packet.Decode(p) == nil {
		if w.seen == nil {
			w.seen = map[protocol.Command]int{}
		}
		w.seen[packet.Command]++
	}
	return w.Device.Out(now, p)
}

// The stream turns the joints as it says, a point each 10 ms, and the arm's queue stays short.
func TestStream(t *testing.T) {
	r := connected(t, "", nil)
	before, start := r.state().Q, r.arm.Stats()
	longest := 0
	for range 40 {
		if err := r.drive([NumJoints]float64{0: 0.3, 5: -0.4, 6: 0.2}, 100*time.Millisecond); err != nil {
			t.Fatal(err)
		}
		longest = max(longest, r.state().Queue)
	}
	after := r.state()
	for i, want := range map[int]float64{0: 1.2, 5: -1.6, 6: 0.8} {
		if got := after.Q[i] - before[i]; !near(got, want, 0.02) {
			t.Errorf("joint %d turned by %.3f rad, want %.3f", i+1, got, want)
		}
	}
	stats := r.arm.Stats()
	if longest > r.opt.Depth+3 || longest < 1 {
		t.Errorf("up to %d points in the queue", longest)
	}
	if points := stats.Points - start.Points; points < 400 || points > 403 {
		t.Errorf("%d points in 4 s, want 400 and those kept in the queue", points)
	}
	if stats.Failures != start.Failures || stats.Late > start.Late+1 { // the first period, after Enable
		t.Errorf("%d failures, %d late periods", stats.Failures-start.Failures, stats.Late-start.Late)
	}
	if mean := stats.ExchangeTime / time.Duration(stats.Exchanges); mean != 2*time.Millisecond {
		t.Errorf("an exchange takes %v, want 2 ms", mean)
	}
	if age := r.clock.Now().Sub(r.arm.State().QTime); age > 20*time.Millisecond {
		t.Errorf("the angles are %v old", age)
	}
}

// An arm whose tick is a little longer or shorter than our period gets no fewer and no more points
// than it uses.
func TestQueueAgainstDrift(t *testing.T) {
	for _, period := range []time.Duration{9600 * time.Microsecond, 10400 * time.Microsecond} {
		r := connected(t, "", func(_ *emulator.Options, o *Options) { o.Period = period })
		before := r.state().Q[0]
		longest := 0
		for range 100 {
			if err := r.drive([NumJoints]float64{0.3}, 100*time.Millisecond); err != nil {
				t.Fatal(err)
			}
			longest = max(longest, r.state().Queue)
		}
		if turned := r.state().Q[0] - before; !near(turned, 3, 0.06) {
			t.Errorf("period %v: turned by %.3f rad in 10 s, want 3", period, turned)
		}
		stats := r.arm.Stats()
		if longest > 5 || stats.Skipped+stats.Extra < 20 {
			t.Errorf("period %v: up to %d points in the queue, %d left out, %d extra", period, longest, stats.Skipped,
				stats.Extra)
		}
	}
}

func TestVelocitiesRefused(t *testing.T) {
	r := connected(t, "", nil)
	for _, v := range []float64{math.NaN(), math.Inf(1), 0.7, -0.7} {
		if err := r.arm.SetVelocity(&[NumJoints]float64{1: v}); err == nil {
			t.Errorf("%g rad/s accepted", v)
		}
	}
}

func TestStop(t *testing.T) {
	r := connected(t, "", nil)
	if err := r.drive([NumJoints]float64{0.5}, time.Second); err != nil {
		t.Fatal(err)
	}
	asked := r.clock.Now()
	if err := r.arm.Stop(background); err != nil {
		t.Fatal(err)
	}
	if took := r.clock.Now().Sub(asked); took > 10*time.Millisecond {
		t.Errorf("stop took %v", took)
	}
	r.sleep(50*time.Millisecond - r.clock.Now().Sub(asked))
	if s := r.state(); speed(s) > 0.02 || s.Queue != 0 || !s.API {
		t.Errorf("50 ms after Stop: %.3f rad/s, %d points, API %v", speed(s), s.Queue, s.API)
	}
	if err := r.drive([NumJoints]float64{0.5}, time.Second); err != nil {
		t.Errorf("after Stop the stream cannot begin again: %v", err)
	}
}

func TestClose(t *testing.T) {
	r := connected(t, "", nil)
	if err := r.drive([NumJoints]float64{0.5}, time.Second); err != nil {
		t.Fatal(err)
	}
	if err := r.arm.Close(); err != nil {
		t.Fatal(err)
	}
	r.sleep(50 * time.Millisecond)
	if s := r.state(); speed(s) > 0.02 || s.Queue != 0 || s.API {
		t.Errorf("after Close: %.3f rad/s, %d points, API %v", speed(s), s.Queue, s.API)
	}
	if err := r.arm.SetVelocity(&[NumJoints]float64{}); !errors.Is(err, ErrClosed) {
		t.Errorf("a velocity after Close gave %v", err)
	}
	if err := r.arm.Home(background); !errors.Is(err, ErrClosed) {
		t.Errorf("Home after Close gave %v", err)
	}
	if err := r.arm.Close(); err != nil {
		t.Errorf("a second Close gave %v", err)
	}
	if conn, err := r.socket.Open(background); err != nil {
		t.Errorf("the device is still held: %v", err)
	} else {
		conn.Close()
	}
}

func TestAnglesWaitsForFreshOnes(t *testing.T) {
	r := connected(t, "", nil)
	for range 20 {
		since := r.clock.Now()
		state, err := r.arm.Angles(background, since)
		if err != nil || state.QTime.Before(since) {
			t.Fatalf("angles of %v before, %v", since.Sub(state.QTime), err)
		}
		r.arm.SetVelocity(&[NumJoints]float64{0.1})
		r.sleep(7 * time.Millisecond)
	}
	ctx, cancel := context.WithCancel(background)
	cancel()
	if _, err := r.arm.Angles(ctx, r.clock.Now().Add(time.Hour)); !errors.Is(err, context.Canceled) {
		t.Errorf("a cancelled wait gave %v", err)
	}
}

func TestJaco1(t *testing.T) {
	r := connected(t, "", func(e *emulator.Options, _ *Options) {
		start := e.Start
		*e = emulator.NewOptions(protocol.Jaco1)
		e.Start = start
	})
	if info := r.arm.Info(); info.Type != protocol.Jaco1 || info.Model.String() != "j1n6s300" {
		t.Errorf("%v, model %q", info.Type, info.Model)
	}
	before := r.state().Q
	if err := r.drive([NumJoints]float64{0: 0.3, 7: 0.5}, time.Second); err != nil {
		t.Fatal(err)
	}
	if q := r.state().Q; !near(q[0]-before[0], 0.3, 0.02) || !near(q[7]-before[7], 0.5, 0.03) {
		t.Errorf("joint 1 turned by %.3f, finger 2 by %.3f", q[0]-before[0], q[7]-before[7])
	}
	r.arm.Stop(background)
	if err := r.arm.Home(background); err != nil {
		t.Error(err)
	}
	if err := r.arm.InitFingers(background); err != nil {
		t.Error(err)
	}
	if s := r.state(); s.Retract != protocol.Normal || s.Q[6] > 0.05 {
		t.Errorf("%v, finger 1 at %.3f", s.Retract, s.Q[6])
	}
}

func TestOptionsRefused(t *testing.T) {
	good := newRig(t, "", nil).opt
	for name, change := range map[string]func(o *Options){
		"clock":    func(o *Options) { o.Clock = nil },
		"open":     func(o *Options) { o.Open = nil },
		"settings": func(o *Options) { o.Settings = new(protocol.Settings) },
		"period":   func(o *Options) { o.Period = time.Microsecond },
		"stale":    func(o *Options) { o.Stale = time.Hour },
		"depth":    func(o *Options) { o.Depth = 100 },
		"speed":    func(o *Options) { o.MaxSpeed[3] = math.Inf(1) },
	} {
		o := good
		change(&o)
		if _, err := Connect(background, o); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

// Firmware with quirks, and settings that know them.
func TestQuirks(t *testing.T) {
	settings := protocol.Jaco2Settings()
	settings.VelocityFactor, settings.VelocityWraps = 2, true
	r := connected(t, "", func(e *emulator.Options, o *Options) { e.Settings, o.Settings = settings, &settings })
	if err := r.drive([NumJoints]float64{-0.4}, time.Second); err != nil {
		t.Fatal(err)
	}
	if v := r.arm.State().V[0]; !near(v, -0.4, 0.02) {
		t.Errorf("joint 1 turns with %.3f rad/s, want -0.4", v)
	}
}

// The same on real time: nothing here measures it.
func TestRealTime(t *testing.T) {
	e := emulator.NewOptions(protocol.Jaco2)
	home, _ := sim.Canonical().Keyframe("home")
	e.Start = &home
	device, err := emulator.New(e)
	if err != nil {
		t.Fatal(err)
	}
	real := clock.Real()
	socket := transport.NewMemory(real, device, 0)
	a, err := Connect(background, Options{Clock: real, Open: socket.Open, Timeout: 2 * time.Second,
		Stale: 5 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	if err := a.Enable(background); err != nil {
		t.Fatal(err)
	}
	if err := a.SetVelocity(&[NumJoints]float64{0.5}); err != nil {
		t.Fatal(err)
	}
	for range 30 {
		if _, err := a.Angles(background, time.Now()); err != nil {
			t.Fatal(err)
		}
	}
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	if s := device.State(time.Now()); s.Q[0]-home[0] < 0.01 || s.API {
		t.Errorf("joint 1 turned by %.3f rad, API %v", s.Q[0]-home[0], s.API)
	}
}

func TestPeriodAllocatesNothing(t *testing.T) {
	r := connected(t, "", nil)
	v := [NumJoints]float64{0.1}
	r.drive(v, time.Second)
	if n := testing.AllocsPerRun(50, func() {
		if err := r.arm.SetVelocity(&v); err != nil {
			t.Fatal(err)
		}
		r.sleep(100 * time.Millisecond)
	}); n > 0 {
		t.Errorf("100 ms of streaming allocate %g times", n)
	}
}

// BenchmarkControlStep is 100 ms of a policy's life: a velocity, ten periods, fresh angles.
func BenchmarkControlStep(b *testing.B) {
	b.Run("period=10ms", func(b *testing.B) {
		b.ReportAllocs()
		r := connected(b, "", nil)
		v := [NumJoints]float64{0.1}
		for b.Loop() {
			v[0] = -v[0]
			if err := r.arm.SetVelocity(&v); err != nil {
				b.Fatal(err)
			}
			r.sleep(100 * time.Millisecond)
		}
		b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "steps/s")
	})
}
