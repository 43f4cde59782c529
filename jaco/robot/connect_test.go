package robot

import (
	"context"
	"errors"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"colonnade/jaco/camera"
	"colonnade/jaco/clock"
	"colonnade/jaco/safety"
	"colonnade/jaco/tracker"
	"colonnade/jaco/transport"
	"colonnade/sim"
)

// hardware describes devices that a Workcell takes for real ones: those of an emulated workcell,
// whose own driver is let go.
func hardware(t *testing.T) (*Emulated, Hardware) {
	t.Helper()
	l := emulate(t, nil)
	l.Clock.Enter()
	defer l.Clock.Leave()
	if err := l.Guard.Close(); err != nil {
		t.Fatal(err)
	}
	return l, Hardware{Clock: l.Clock, Open: l.Socket.Open, Camera: l.Eye, Plane: l.Plane, Move: true}
}

// A Workcell of real devices is used as an emulated one is; a person moves the target, takes time,
// and tries other places while the arm hides it.
func TestConnect(t *testing.T) {
	l, h := hardware(t)
	h.AutoPlace = true
	asked := 0
	placed := func() {}
	h.Ask = func(text string) {
		asked++
		if !strings.Contains(text, "put the target at x") {
			t.Errorf("the person reads %q", text)
		}
		var ctx context.Context
		ctx, placed = context.WithCancel(context.Background())
		l.Clock.Go(func() {
			for i := 0; clock.Sleep(ctx, l.Clock, 7*time.Second) == nil; i++ {
				l.PutTarget(0.06*float64((i+asked)%5-2), -0.35-0.06*float64(i%4))
			}
		})
	}
	cell, err := Connect(context.Background(), h)
	if err != nil {
		t.Fatal(err)
	}
	e := newEnv(t, Options{Workcell: cell})
	b, sure := newBuffers(), 0
	for seed := range uint64(7) {
		if err := e.Reset(seed, b.pixels, b.proprio); err != nil {
			t.Fatal(err)
		}
		placed()
		if e.moment.Confidence > 0.8 {
			sure++
			if d := e.Target().Distance(l.TrueTarget()); d > 0.01 {
				t.Errorf("episode %d: the target is believed %.0f mm off", seed, 1000*d)
			}
		}
		if _, _, _, err := e.Step(b.still(), b.pixels, b.proprio); err != nil {
			t.Fatal(err)
		}
	}
	if asked != 3 || sure == 0 {
		t.Errorf("asked %d times, target in sight for sure %d times", asked, sure)
	}
}

// Nobody who moves it, and a stop while a person is waited for, are errors.
func TestConnectWithoutAPerson(t *testing.T) {
	for _, c := range []struct {
		name string
		ask  func(cell **Workcell) func(string)
		want string
	}{
		{"nobody", func(**Workcell) func(string) { return nil }, "nobody to move the target"},
		{"absent", func(**Workcell) func(string) { return func(string) {} }, "may still not move"},
		{"stop", func(l **Workcell) func(string) { return func(string) { (*l).Guard.EmergencyStop("a test") } },
			"emergency stop"},
	} {
		t.Run(c.name, func(t *testing.T) {
			l, h := hardware(t)
			l.PutTarget(5, 5)
			var cell *Workcell
			h.Ask, h.AutoPlace = c.ask(&cell), true
			var err error
			if cell, err = Connect(context.Background(), h); err != nil {
				t.Fatal(err)
			}
			e := newEnv(t, Options{Workcell: cell})
			if err := e.Reset(1, nil, nil); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("reset: %v", err)
			}
		})
	}
}

// Without Move nothing is enabled, and what would move is refused; errors close the camera.
func TestConnectOnlyLooks(t *testing.T) {
	l, h := hardware(t)
	h.Move = false
	cell, err := Connect(context.Background(), h)
	if err != nil {
		t.Fatal(err)
	}
	l.Clock.Enter()
	if err := cell.Guard.Home(context.Background()); !errors.Is(err, safety.ErrNoMotion) {
		t.Errorf("home: %v", err)
	}
	if s := l.Arm.State(l.Clock.Now()); s.API {
		t.Error("API control was started")
	}
	l.Clock.Leave()
	if err := cell.Shut(); err != nil {
		t.Error(err)
	}

	l, h = hardware(t)
	h.StopFile = filepath.Join(t.TempDir(), "stop")
	if err := os.WriteFile(h.StopFile, nil, 0o666); err != nil {
		t.Fatal(err)
	}
	if _, err := Connect(context.Background(), h); !errors.Is(err, safety.ErrEmergency) {
		t.Errorf("with the stop file there: %v", err)
	}
	if _, err := l.Eye.Frame(make([]uint8, 64*64*3)); !errors.Is(err, transport.ErrClosed) {
		t.Errorf("the camera was left open: %v", err)
	}
	l, h = hardware(t)
	l.Socket.Unplug()
	if _, err := Connect(context.Background(), h); !errors.Is(err, transport.ErrNoDevice) {
		t.Errorf("no arm: %v", err)
	}
}

// viewer is a camera with a view.
type viewer struct {
	*camera.Emulated
	view string
}

func (v viewer) View() string { return v.view }

// A calibration that was made with another crop is refused.
func TestConnectChecksTheView(t *testing.T) {
	l, h := hardware(t)
	plane := *h.Plane
	plane.SetView("640x480, crop 80,0,560,480")
	h.Plane, h.Camera, h.Move = &plane, viewer{l.Eye, "640x480, crop 0,0,480,480"}, false
	if _, err := Connect(context.Background(), h); !errors.Is(err, ErrView) ||
		!strings.Contains(err.Error(), "crop 0,0") {
		t.Errorf("%v", err)
	}
}

// Points in other units, or counted to another edge, do not calibrate the table, however well they
// fit.
func TestCalibrateChecksTheSize(t *testing.T) {
	for _, c := range []struct {
		scale float64 // of what is told against what is
		well  bool
	}{{1, true}, {1.1, true}, {1.4, false}, {0.7, false}, {10, false}} {
		l := emulate(t, func(o *Emulation) {
			away, _ := sim.Canonical().Keyframe("home")
			away[0] += math.Pi
			o.Start, o.Still = &away, true
		})
		var told [][2]float64
		for _, at := range CalibrationPlaces() {
			told = append(told, [2]float64{c.scale * at[0], c.scale * at[1]})
		}
		l.Clock.Enter()
		_, err := Calibrate(l.Eye, told, func(x, y float64) error { l.PutTarget(x/c.scale, y/c.scale); return nil })
		l.Clock.Leave()
		if c.well != (err == nil) || err != nil && !errors.Is(err, tracker.ErrDegenerate) {
			t.Errorf("places told %g times as far: %v", c.scale, err)
		}
		if err := l.Shut(); err != nil {
			t.Error(err)
		}
	}
}
