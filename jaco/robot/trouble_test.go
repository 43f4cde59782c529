package robot

import (
	"errors"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"colonnade/jaco/clock"
	"colonnade/jaco/emulator"
	"colonnade/jaco/protocol"
	"colonnade/jaco/safety"
	"colonnade/jaco/transport"
	"colonnade/sim"
)

// play plays steps of random actions, over as many episodes as it takes.
func play(t *testing.T, e *Env, steps int, before func(step int)) {
	t.Helper()
	b, rng, over := newBuffers(), rand.New(rand.NewPCG(2, 2)), true
	for step := range steps {
		if over {
			if err := e.Reset(uint64(step), b.pixels, b.proprio); err != nil {
				t.Fatalf("step %d: %v", step, err)
			}
		}
		if before != nil {
			before(step)
		}
		_, terminated, truncated, err := e.Step(b.random(rng), b.pixels, b.proprio)
		if err != nil {
			t.Fatalf("step %d: %v", step, err)
		}
		over = terminated || truncated
	}
}

// inView begins an episode in which the arm does not hide the target.
func inView(t *testing.T, e *Env, b *buffers) {
	t.Helper()
	for seed := range uint64(100) {
		e.episodes = 0 // another place, too
		if err := e.Reset(seed, b.pixels, b.proprio); err != nil {
			t.Fatal(err)
		}
		if !e.hidden() && e.moment.Confidence > 0.9 {
			return
		}
	}
	t.Fatal("the arm hides the target in all of 100 episodes")
}

// A cable with every fault that there is costs steps their motion, and nothing else.
func TestFaultyCable(t *testing.T) {
	rules, err := transport.ParseRules("lose in every 911; delay in chance 0.002 for 40ms; garbage in every 1301; " +
		"short in every 1777; stall out every 2003; lose out every 1499; unplug byte 400000 for 2s; unplug byte " +
		"2000001 for 500ms")
	if err != nil {
		t.Fatal(err)
	}
	cell := emulate(t, func(o *Emulation) { o.Faults = rules })
	e := newEnv(t, Options{Workcell: cell.Workcell})
	play(t, e, 1500, nil)
	c := e.Counts()
	if c.Steps != 1500 || c.Recoveries < 20 {
		t.Errorf("%+v, want 1500 steps and more than 20 recoveries", c)
	}
	for _, f := range []transport.Fault{transport.Lose, transport.Delay, transport.Garbage, transport.Short,
		transport.Stall, transport.Unplug} {
		if cell.Faults.Count(f) == 0 {
			t.Errorf("no %v happened", f)
		}
	}
	if n := cell.Arm.State(cell.Clock.Now()).Contacts; n > 0 {
		t.Errorf("%d contacts", n)
	}
}

// A target that is taken away stops the arm until it is back; one that stays away is an error in
// plain words.
func TestLostTarget(t *testing.T) {
	cell := emulate(t, nil)
	var log []string
	e := newEnv(t, Options{Workcell: cell.Workcell, Patience: 5 * time.Second,
		Log: func(_ time.Time, text string) { log = append(log, text) }})
	b := newBuffers()
	inView(t, e, b)
	place := cell.TrueTarget()
	cell.PutTarget(5, 5)
	cell.Clock.Go(func() {
		if clock.Sleep(t.Context(), cell.Clock, 3*time.Second) == nil {
			cell.PutTarget(place[0], place[1])
		}
	})
	began := cell.Clock.Now()
	for range 10 {
		if _, _, _, err := e.Step(b.still(), b.pixels, b.proprio); err != nil {
			t.Fatal(err)
		}
	}
	if took := cell.Clock.Now().Sub(began); took < 3*time.Second || e.Counts().Pauses != 1 {
		t.Errorf("ten steps took %v with %d pauses", took, e.Counts().Pauses)
	}
	if text := strings.Join(log, "\n"); !strings.Contains(text, "out of sight") || !strings.Contains(text, "over") {
		t.Errorf("the log says %s", text)
	}
	cell.PutTarget(5, 5)
	var err error
	for range 10 {
		if _, _, _, err = e.Step(b.still(), b.pixels, b.proprio); err != nil {
			break
		}
	}
	if err == nil || !strings.Contains(err.Error(), "out of sight") {
		t.Errorf("a target that stays away: %v", err)
	}
	if _, _, _, err := e.Step(b.still(), b.pixels, b.proprio); err == nil {
		t.Error("the episode goes on after an error")
	}
}

// A target that somebody moves unasked is followed.
func TestMovedTarget(t *testing.T) {
	cell := emulate(t, nil)
	e := newEnv(t, Options{Workcell: cell.Workcell})
	b := newBuffers()
	inView(t, e, b)
	moves := 0
	for _, at := range []sim.Vec3{{-0.15, -0.55}, {0.1, -0.55}, {0, -0.4}, {0.18, -0.35}, {-0.18, -0.35}} {
		if e.hides(at) {
			continue
		}
		cell.PutTarget(at[0], at[1])
		for range 5 {
			if _, _, _, err := e.Step(b.still(), b.pixels, b.proprio); err != nil {
				t.Fatal(err)
			}
		}
		if e.moment.Confidence < 0.8 {
			continue // half hidden after all
		}
		moves++
		if d := e.Target().Distance(at); d > 0.01 {
			t.Errorf("the target at %v is believed %.0f mm off", at, 1000*d)
		}
	}
	if moves == 0 {
		t.Fatal("the arm hides all places")
	}
}

func TestLostCamera(t *testing.T) {
	cell := emulate(t, nil)
	e := newEnv(t, Options{Workcell: cell.Workcell, Patience: 3 * time.Second})
	b := newBuffers()
	inView(t, e, b)
	cell.Eye.Unplug()
	cell.Clock.Go(func() {
		if clock.Sleep(t.Context(), cell.Clock, 2*time.Second) == nil {
			cell.Eye.Plug()
		}
	})
	if _, _, _, err := e.Step(b.still(), b.pixels, b.proprio); err != nil || e.Counts().Pauses != 1 {
		t.Errorf("a camera that comes back: %v, %+v", err, e.Counts())
	}
	cell.Eye.Unplug()
	if _, _, _, err := e.Step(b.still(), b.pixels, b.proprio); !errors.Is(err, transport.ErrNoDevice) {
		t.Errorf("a camera that stays away: %v", err)
	}
}

// An arm that does not come back is an error that says so.
func TestLostArm(t *testing.T) {
	cell := emulate(t, nil)
	e := newEnv(t, Options{Workcell: cell.Workcell, Patience: 2 * time.Second})
	b := newBuffers()
	if err := e.Reset(4, b.pixels, b.proprio); err != nil {
		t.Fatal(err)
	}
	cell.Socket.Unplug()
	if _, _, _, err := e.Step(b.still(), b.pixels, b.proprio); !errors.Is(err, transport.ErrNoDevice) ||
		!strings.Contains(err.Error(), "did not come back") {
		t.Errorf("%v", err)
	}
	cell.Socket.Plug(cell.Arm)
	if err := e.Reset(5, b.pixels, b.proprio); err != nil {
		t.Errorf("after it was plugged in again: %v", err)
	}
}

func TestEmergencyStopIsAnError(t *testing.T) {
	cell := emulate(t, nil)
	e := newEnv(t, Options{Workcell: cell.Workcell})
	b := newBuffers()
	if err := e.Reset(4, b.pixels, b.proprio); err != nil {
		t.Fatal(err)
	}
	cell.Guard.EmergencyStop("a test")
	if _, _, _, err := e.Step(b.still(), b.pixels, b.proprio); !errors.Is(err, safety.ErrEmergency) {
		t.Errorf("step: %v", err)
	}
	if err := e.Reset(5, b.pixels, b.proprio); !errors.Is(err, safety.ErrEmergency) {
		t.Errorf("reset: %v", err)
	}
}

// An emergency stop is heard while something is waited for: a target, a camera, the arm.
func TestEmergencyStopWhileWaiting(t *testing.T) {
	for what, lose := range map[string]func(l *Emulated){
		"target": func(l *Emulated) { l.PutTarget(5, 5) },
		"camera": func(l *Emulated) { l.Eye.Unplug() },
		"arm":    func(l *Emulated) { l.Socket.Unplug() },
	} {
		cell := emulate(t, nil)
		e := newEnv(t, Options{Workcell: cell.Workcell})
		b := newBuffers()
		inView(t, e, b)
		lose(cell)
		var pulled time.Time
		cell.Clock.Go(func() {
			if clock.Sleep(t.Context(), cell.Clock, 3*time.Second) == nil {
				pulled = cell.Clock.Now()
				cell.Guard.EmergencyStop("a test")
			}
		})
		var err error
		for step := 0; step < 50 && err == nil; step++ {
			_, _, _, err = e.Step(b.still(), b.pixels, b.proprio)
		}
		if !errors.Is(err, safety.ErrEmergency) {
			t.Errorf("%s: %v", what, err)
		} else if late := cell.Clock.Now().Sub(pulled); late > lookEvery {
			t.Errorf("%s: the step ended %v after the stop", what, late)
		}
	}
}

// springy is an arm whose joint 3 springs back to where it was at first whenever it was stopped.
type springy struct {
	*emulator.Device
	first float64
}

func (l *springy) Out(now time.Time, p []byte) error {
	var packet protocol.Packet
	if packet.Decode(p) == nil && packet.Command == protocol.EraseTrajectories {
		if err := l.Break(now, 2, emulator.Motor, emulator.Fault{Offset: -0.8}); err != nil {
			return err
		}
	}
	if l.State(now).Q[2] <= l.first {
		l.Mend(now)
	}
	return l.Device.Out(now, p)
}

// An arm that is stuck within its margins is not sent home: that is an error, and the next Reset
// tries again.
func TestStuckArm(t *testing.T) {
	cell := emulate(t, nil)
	e := newEnv(t, Options{Workcell: cell.Workcell})
	b := newBuffers()
	if err := e.Reset(4, b.pixels, b.proprio); err != nil {
		t.Fatal(err)
	}
	// It comes back folded, and springs back there.
	o := emulator.NewOptions(protocol.Jaco2)
	folded, _ := sim.Canonical().Keyframe("home")
	folded[2] = 0.34
	o.Start = &folded
	stuck, err := emulator.New(o)
	if err != nil {
		t.Fatal(err)
	}
	cell.Socket.Plug(&springy{stuck, folded[2]})
	for _, f := range []func() error{
		func() error { _, _, _, err := e.Step(b.still(), b.pixels, b.proprio); return err },
		func() error { return e.Reset(5, b.pixels, b.proprio) },
	} {
		began := cell.Clock.Now()
		if err := f(); !errors.Is(err, safety.ErrStuck) || !strings.Contains(err.Error(), "by hand") {
			t.Errorf("%v", err)
		}
		if took := cell.Clock.Now().Sub(began); took < 30*time.Second || took > time.Minute {
			t.Errorf("it took %v", took)
		}
	}
	if s := stuck.State(cell.Clock.Now()); s.Retract == protocol.Ready {
		t.Errorf("it was sent home: %v", s.Retract)
	}
	cell.Socket.Plug(cell.Arm)
	if err := e.Reset(6, b.pixels, b.proprio); err != nil {
		t.Errorf("after it was helped: %v", err)
	}
}

// An arm that does not get to a pose, as where the Guard lets it go nowhere near, says so. It
// touches nothing, and is not sent home.
func TestNoWayLeads(t *testing.T) {
	cell, e := onArm(t)
	goal, _ := e.model.Keyframe("reach_start")
	goal[1] = 4.6 // down through the table
	if err := e.moveTo(&goal); !errors.Is(err, errNoWay) || !violation(err) {
		t.Errorf("%v", err)
	}
	if s := cell.Arm.State(cell.Clock.Now()); s.Contacts > 0 || s.Retract == protocol.Ready {
		t.Errorf("%d contacts, %v", s.Contacts, s.Retract)
	}
}

// A start that the arm does not get to is given up for another one.
func TestStartIsDrawnAgain(t *testing.T) {
	cell, e := onArm(t)
	drawn := 0
	fits := func(q *pose) bool {
		if drawn++; drawn == 1 {
			q[1] = 4.6 // down through the table
			return true
		}
		return cell.Guard.Fits(q)
	}
	if err := e.toStart(newRandom(1), fits); err != nil {
		t.Fatal(err)
	}
	if q := cell.Arm.State(cell.Clock.Now()).Q; e.Counts().Redraws != 1 || apart(&q, &e.start) > 0.08 {
		t.Errorf("%+v, %.3f rad from the start", e.Counts(), apart(&q, &e.start))
	}
	hopeless := func(q *pose) bool { q[1] = 4.6; return true }
	if err := e.toStart(newRandom(1), hopeless); !errors.Is(err, errNoWay) ||
		!strings.Contains(err.Error(), "by hand") {
		t.Errorf("%v", err)
	}
}

// A policy that presses on towards the table ends its episode as a violation would, and the next
// one begins.
func TestTripTerminates(t *testing.T) {
	cell := emulate(t, nil)
	e := newEnv(t, Options{Workcell: cell.Workcell})
	b := newBuffers()
	if err := e.Reset(1, b.pixels, b.proprio); err != nil {
		t.Fatal(err)
	}
	terminated := false
	for range 50 {
		b.still()[1] = 2 // down
		reward, over, truncated, err := e.Step(b.action, b.pixels, b.proprio)
		if err != nil {
			t.Fatal(err)
		}
		if over {
			terminated = true
			if reward != 0 || truncated || e.Trip() == nil {
				t.Errorf("reward %v, truncated %t, trip %v", reward, truncated, e.Trip())
			}
			break
		}
	}
	if v := e.Violation(); v.Cause != sim.TableTouch {
		t.Errorf("the violation is %v", v.Cause)
	}
	if !terminated || e.Counts().Trips != 1 {
		t.Fatalf("%+v", e.Counts())
	}
	if err := e.Reset(2, b.pixels, b.proprio); err != nil {
		t.Fatal(err)
	}
	if _, over, _, err := e.Step(b.still(), b.pixels, b.proprio); over || err != nil {
		t.Errorf("after the trip: %t, %v", over, err)
	}
}
