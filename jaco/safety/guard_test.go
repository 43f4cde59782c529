package safety

import (
	"encoding/json"
	"errors"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"colonnade/jaco/arm"
	"colonnade/jaco/clock"
	"colonnade/jaco/emulator"
	"colonnade/jaco/protocol"
	"colonnade/jaco/transport"
	"colonnade/sim"
)

// trip returns the Trip in an error.
func trip(t *testing.T, err error) *Trip {
	t.Helper()
	var found *Trip
	if !errors.As(err, &found) {
		t.Fatalf("%v is no Trip", err)
	}
	return found
}

func TestNonsenseStopsTheArm(t *testing.T) {
	for _, test := range []struct {
		bad  float64
		want Cause
	}{{math.NaN(), NotFinite}, {math.Inf(-1), NotFinite}, {0.7, TooFast}, {-50, TooFast}} {
		r := newRig(t, setup{})
		if err := r.drive(50*time.Millisecond, 500*time.Millisecond, steady([sim.NumJoints]float64{0.6})); err != nil {
			t.Fatal(err)
		}
		v := [sim.NumJoints]float64{0, 0, test.bad}
		if got := trip(t, r.guard.SetVelocity(&v)); got.Cause != test.want {
			t.Errorf("%v: tripped for %q, want %q", test.bad, got.Cause, test.want)
		}
		r.sleep(150 * time.Millisecond)
		if s := r.device.State(r.clock.Now()); math.Abs(s.V[0]) > 0.05 || s.Queue != 0 {
			t.Errorf("%v: after 150 ms joint 1 turns with %.2f rad/s, %d points are left", test.bad, s.V[0], s.Queue)
		}
		still := [sim.NumJoints]float64{}
		if err := r.guard.SetVelocity(&still); err == nil {
			t.Errorf("%v: the trip is not latched", test.bad)
		}
		if err := r.guard.Resume(background); err != nil {
			t.Fatal(err)
		}
		if err := r.guard.SetVelocity(&still); err != nil {
			t.Errorf("%v: after Resume: %v", test.bad, err)
		}
		r.close()
	}
}

func TestAccelerationIsLimited(t *testing.T) {
	r := newRig(t, setup{})
	defer r.close()
	v := [sim.NumJoints]float64{0.6}
	if err := r.guard.SetVelocity(&v); err != nil {
		t.Fatal(err)
	}
	last, fastest := 0.0, 0.0
	for range 20 {
		r.sleep(10 * time.Millisecond)
		if c := r.device.State(r.clock.Now()).Command[0]; c > last {
			fastest, last = max(fastest, c-last), c
		}
	}
	if want := 25 * 0.01; fastest > want+1e-6 || last < 0.599 {
		t.Errorf("the velocity rose by %.3f rad/s a tick to %.3f, want at most %.3f, and 0.6", fastest, last, want)
	}
}

func TestWithoutTheFlagNothingMoves(t *testing.T) {
	r := newRig(t, setup{change: func(o *Options) { o.Motion = false }})
	defer r.close()
	for what, err := range map[string]error{
		"enable": r.guard.Enable(background), "home": r.guard.Home(background),
		"retract": r.guard.Retract(background), "fingers": r.guard.InitFingers(background),
	} {
		if !errors.Is(err, ErrNoMotion) {
			t.Errorf("%s: %v", what, err)
		}
	}
	if err := r.guard.SetVelocity(&[sim.NumJoints]float64{0.1}); !errors.Is(err, arm.ErrDisabled) {
		t.Errorf("set velocity: %v", err)
	}
}

// Arms that the model does not describe are read only, whatever the driver can do.
func TestOtherArmsAreNotMoved(t *testing.T) {
	virtual := clock.NewVirtual()
	virtual.Enter()
	defer virtual.Leave()
	device, err := emulator.New(emulator.NewOptions(protocol.Jaco1))
	if err != nil {
		t.Fatal(err)
	}
	socket := transport.NewMemory(virtual, device, time.Millisecond)
	guard, err := Connect(background, Options{Arm: arm.Options{Clock: virtual, Open: socket.Open}, Motion: true})
	if err != nil {
		t.Fatal(err)
	}
	defer guard.Close()
	for what, err := range map[string]error{
		"enable": guard.Enable(background), "home": guard.Home(background),
		"retract": guard.Retract(background), "fingers": guard.InitFingers(background),
	} {
		if !errors.Is(err, ErrUnsupported) || !strings.Contains(err.Error(), "Jaco 1") {
			t.Errorf("%s: %v", what, err)
		}
	}
	if s := device.State(virtual.Now()); s.API || guard.State().QTime.IsZero() {
		t.Errorf("API control %v, angles of %v", s.API, guard.State().QTime)
	}
}

func TestLogIsAppendedAndTellsCauses(t *testing.T) {
	path := filepath.Join(t.TempDir(), "safety.jsonl")
	for range 2 {
		log, err := OpenLog(path)
		if err != nil {
			t.Fatal(err)
		}
		r := newRig(t, setup{change: func(o *Options) { o.Log = log }})
		v := [sim.NumJoints]float64{0, math.NaN()}
		if err := r.guard.SetVelocity(&v); err == nil {
			t.Error("NaN is obeyed")
		}
		down := [sim.NumJoints]float64{0, 0.6, -0.6}
		if err := r.guard.Resume(background); err != nil {
			t.Fatal(err)
		}
		if err := r.drive(50*time.Millisecond, 8*time.Second, steady(down)); err == nil {
			t.Error("the arm can be driven into something")
		}
		r.close()
		if err := log.Close(); err != nil {
			t.Fatal(err)
		}
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	counts := map[Cause]int{}
	for line := range strings.Lines(string(text)) {
		var e Entry
		if err := json.Unmarshal([]byte(line), &e); err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		counts[e.Cause]++
		if e.Kind == "trip" && (e.Q == nil || len(e.Command) != sim.NumJoints || e.Time.IsZero()) {
			t.Errorf("a trip without its circumstances: %s", line)
		}
		if e.Cause == NotFinite && (e.Command[1] != nil || e.Command[0] == nil) {
			t.Errorf("the command is %v", e.Command)
		}
	}
	if counts[NotFinite] != 2 || counts[JointLimit]+counts[Table]+counts[Self] != 2 {
		t.Errorf("causes %v, want two of each", counts)
	}
}

// settled waits until all is written and returns the first error that writing gave.
func (l *Log) settled() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.wait()
	return l.err
}

func TestLogReportsItsErrors(t *testing.T) {
	log, err := OpenLog(filepath.Join(t.TempDir(), "log"))
	if err != nil {
		t.Fatal(err)
	}
	log.file.Close()
	log.write(Entry{})
	if log.settled() == nil || log.Close() == nil {
		t.Error("a log that cannot be written is no error")
	}
	if _, err := OpenLog(t.TempDir()); err == nil {
		t.Error("a folder is a log")
	}
}

func TestLimitsCannotBeTurnedOff(t *testing.T) {
	m := sim.Canonical()
	for name, change := range map[string]func(l *Limits){
		"joint": func(l *Limits) { l.Joint = 0 }, "table": func(l *Limits) { l.Table = -1 },
		"table too high": func(l *Limits) { l.Table = 0.03 }, "self": func(l *Limits) { l.Self = math.NaN() },
		"zero": func(l *Limits) { l.Zero = 0 }, "box": func(l *Limits) { l.Box = [2]sim.Vec3{} },
		"endless box": func(l *Limits) { l.Box[1][2] = math.Inf(1) }, "speed": func(l *Limits) { l.Speed[8] = 2 },
		"acceleration": func(l *Limits) { l.Acceleration[0] = math.Inf(1) },
	} {
		l := DefaultLimits()
		if err := l.Validate(m); err != nil {
			t.Fatal(err)
		}
		if change(&l); l.Validate(m) == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	for name, change := range map[string]func(s *Stopping){
		"delay": func(s *Stopping) { s.Delay = 0 }, "lag": func(s *Stopping) { s.Lag = -1 },
		"speed": func(s *Stopping) { s.SpeedError = math.NaN() }, "sag": func(s *Stopping) { s.Sag = 0 },
	} {
		s := DefaultStopping()
		if err := s.Validate(); err != nil {
			t.Fatal(err)
		}
		if change(&s); s.Validate() == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

// A cable that is cut at full speed towards the table must not matter: the arm comes to rest before
// it.
func TestCutCable(t *testing.T) {
	motion := robotMotion(t)
	start, _ := sim.Canonical().Keyframe("reach_start")
	for cut := 300 * time.Millisecond; cut < 3*time.Second; cut += 150 * time.Millisecond {
		r := newRig(t, setup{start: &start, motion: motion})
		r.clock.Go(func() {
			r.sleep(cut)
			r.socket.Unplug()
		})
		r.drive(20*time.Millisecond, 4*time.Second, steady([sim.NumJoints]float64{0, 0.62, -0.62}))
		r.sleep(time.Second)
		if what := r.broken(); what != "" {
			t.Errorf("cut after %v: %s", cut, what)
		}
		r.close()
	}
}

func TestGovernAllocatesNothing(t *testing.T) {
	r := newRig(t, setup{})
	defer r.close()
	s := r.guard.State()
	now := r.clock.Now()
	v := [sim.NumJoints]float64{0.3}
	n := testing.AllocsPerRun(100, func() {
		now = now.Add(10 * time.Millisecond)
		s.QTime, s.VTime, s.TorqueTime = now, now, now
		if f := &r.guard.follow; f.known {
			s.Q[0], s.V[0] = (f.low[0]+f.high[0])/2, v[0]
		}
		if err := r.guard.govern(now, &s, &v); err != nil {
			t.Fatal(err)
		}
	})
	if n != 0 {
		t.Errorf("a point allocates %v times", n)
	}
}

func BenchmarkGovern(b *testing.B) {
	r := newRig(b, setup{})
	defer r.close()
	s := r.guard.State()
	now := r.clock.Now()
	v := [sim.NumJoints]float64{0.3}
	b.ReportAllocs()
	for b.Loop() {
		now = now.Add(10 * time.Millisecond)
		s.QTime, s.VTime, s.TorqueTime = now, now, now
		if f := &r.guard.follow; f.known {
			s.Q[0], s.V[0] = (f.low[0]+f.high[0])/2, v[0]
		}
		if err := r.guard.govern(now, &s, &v); err != nil {
			b.Fatal(err)
		}
	}
}
