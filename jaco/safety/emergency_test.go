package safety

import (
	"bytes"
	"errors"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"colonnade/jaco/clock"
	"colonnade/sim"
)

func TestEmergencyStop(t *testing.T) {
	var lines bytes.Buffer
	log := NewLog(&lines)
	r := newRig(t, setup{change: func(o *Options) { o.Log = log }})
	defer r.close()
	v := [sim.NumJoints]float64{0.6}
	if err := r.drive(50*time.Millisecond, 300*time.Millisecond, steady(v)); err != nil {
		t.Fatal(err)
	}
	r.guard.EmergencyStop("the space bar")
	r.sleep(120 * time.Millisecond)
	if s := r.device.State(r.clock.Now()); math.Abs(s.V[0]) > 0.05 {
		t.Errorf("120 ms after an emergency stop joint 1 turns with %.2f rad/s", s.V[0])
	}
	for what, err := range map[string]error{
		"set velocity": r.guard.SetVelocity(&v), "resume": r.guard.Resume(background), "home": r.guard.Home(background),
		"enable": r.guard.Enable(background), "err": r.guard.Err(),
	} {
		if !errors.Is(err, ErrEmergency) || !strings.Contains(err.Error(), "space bar") {
			t.Errorf("%s: %v", what, err)
		}
	}
	if err := r.guard.ResetEmergencyStop(); err != nil {
		t.Fatal(err)
	}
	if err := r.guard.SetVelocity(&v); err == nil {
		t.Error("the arm obeys after a reset without Resume")
	}
	if err := r.guard.Resume(background); err != nil {
		t.Fatal(err)
	}
	if err := r.drive(50*time.Millisecond, 300*time.Millisecond, steady(v)); err != nil {
		t.Errorf("after reset and resume: %v", err)
	}
	if n := r.guard.Trips()[Emergency]; n != 1 {
		t.Errorf("%d emergency stops counted", n)
	}
	if err := log.settled(); err != nil {
		t.Error(err)
	}
	if text := lines.String(); !strings.Contains(text, `"cause":"emergency stop"`) || !strings.Contains(text, `"kind":"reset"`) {
		t.Errorf("the log has %s", text)
	}
}

// An emergency stop ends the arm's own way home, too.
func TestEmergencyStopOnTheWayHome(t *testing.T) {
	start := sim.Canonical().NewData().Q
	home, _ := sim.Canonical().Keyframe("home")
	start = home
	start[0] += 2
	r := newRig(t, setup{start: &start})
	defer r.close()
	r.clock.Go(func() {
		r.sleep(time.Second)
		r.guard.EmergencyStop("a hand")
	})
	if err := r.guard.Home(background); !errors.Is(err, ErrEmergency) {
		t.Errorf("home: %v", err)
	}
	r.sleep(200 * time.Millisecond)
	a := r.device.State(r.clock.Now()).Q[0]
	r.sleep(time.Second)
	if b := r.device.State(r.clock.Now()).Q[0]; math.Abs(a-b) > 0.01 {
		t.Errorf("joint 1 moved on by %.3f rad", b-a)
	}
}

// An emergency stop ends a Resume that waits for a lost arm, and the arm's return changes nothing.
func TestEmergencyStopWhileTheArmIsLost(t *testing.T) {
	r := newRig(t, setup{})
	defer r.close()
	r.socket.Unplug()
	r.device.PowerCycle()
	r.sleep(100 * time.Millisecond)
	r.clock.Go(func() {
		r.sleep(time.Second)
		r.guard.EmergencyStop("a hand")
		r.sleep(50 * time.Millisecond)
		r.socket.Plug(r.device)
	})
	began := r.clock.Now()
	var within clock.Deadline
	within.Set(background, began.Add(30*time.Second))
	if err := r.guard.Resume(&within); !errors.Is(err, ErrEmergency) {
		t.Errorf("resume: %v", err)
	}
	if took := r.clock.Now().Sub(began); took > 1050*time.Millisecond {
		t.Errorf("resume took %v", took)
	}
	r.sleep(time.Second)
	if err := r.guard.Err(); !errors.Is(err, ErrEmergency) || r.device.State(r.clock.Now()).API {
		t.Errorf("with the arm there again: %v, API control %v", err, r.device.State(r.clock.Now()).API)
	}
	r.guard.trip = nil // whatever cleared it
	s, v := r.guard.State(), [sim.NumJoints]float64{0.1}
	if err := r.guard.govern(s.QTime, &s, &v); !errors.Is(err, ErrEmergency) {
		t.Errorf("a point gave %v", err)
	}
}

// Who pulls the emergency stop, and what it ends, hears if the arm did not acknowledge it.
func TestUnacknowledgedStop(t *testing.T) {
	start, _ := sim.Canonical().Keyframe("home")
	start[0] += 2
	r := newRig(t, setup{start: &start})
	defer r.close()
	r.clock.Go(func() {
		r.sleep(time.Second)
		r.socket.Unplug()
		r.guard.EmergencyStop("a hand")
	})
	if err := r.guard.Home(background); !errors.Is(err, ErrEmergency) || !errors.Is(err, ErrUnacknowledged) {
		t.Errorf("home: %v", err)
	}
	for what, err := range map[string]error{"err": r.guard.Err(), "stop": r.guard.Stop(background)} {
		if !errors.Is(err, ErrUnacknowledged) || what == "err" && !errors.Is(err, ErrEmergency) {
			t.Errorf("%s: %v", what, err)
		}
	}
	r.socket.Plug(r.device)
	r.sleep(200 * time.Millisecond)
	if err := r.guard.Err(); !errors.Is(err, ErrEmergency) || errors.Is(err, ErrUnacknowledged) {
		t.Errorf("with the arm there again: %v", err)
	}
	if err := r.guard.Stop(background); err != nil {
		t.Errorf("stop: %v", err)
	}
	r.stands("its return")
}

func TestStopFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "stop")
	r := newRig(t, setup{change: func(o *Options) { o.StopFile = path }})
	defer r.close()
	v := [sim.NumJoints]float64{0.6}
	if err := r.drive(50*time.Millisecond, 300*time.Millisecond, steady(v)); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, nil, 0o666); err != nil {
		t.Fatal(err)
	}
	err := r.drive(50*time.Millisecond, 300*time.Millisecond, steady(v))
	if !errors.Is(err, ErrEmergency) || !strings.Contains(err.Error(), path) {
		t.Errorf("with the file: %v", err)
	}
	if err := r.guard.ResetEmergencyStop(); !errors.Is(err, ErrEmergency) {
		t.Errorf("reset with the file: %v", err)
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(r.guard.ResetEmergencyStop(), r.guard.Resume(background)); err != nil {
		t.Fatal(err)
	}
	if err := r.drive(50*time.Millisecond, 300*time.Millisecond, steady(v)); err != nil {
		t.Errorf("after the file went: %v", err)
	}
}

// Where nobody can tell whether the stop file is there, it counts as if it were.
func TestAStopFileThatNobodyCanSee(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "dir")
	if err := os.Mkdir(dir, 0o777); err != nil {
		t.Fatal(err)
	}
	r := newRig(t, setup{change: func(o *Options) { o.StopFile = filepath.Join(dir, "stop") }})
	defer r.close()
	v := steady([sim.NumJoints]float64{0.3})
	if err := r.drive(50*time.Millisecond, 200*time.Millisecond, v); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(os.Remove(dir), os.WriteFile(dir, nil, 0o666)); err != nil { // a file, in which none can be
		t.Fatal(err)
	}
	err := r.drive(50*time.Millisecond, 200*time.Millisecond, v)
	if !errors.Is(err, ErrEmergency) || !strings.Contains(err.Error(), "nobody can tell") {
		t.Errorf("%v", err)
	}
}
