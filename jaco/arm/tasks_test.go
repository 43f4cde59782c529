package arm

import (
	"context"
	"errors"
	"testing"
	"time"

	"colonnade/jaco/clock"
	"colonnade/jaco/emulator"
	"colonnade/jaco/protocol"
)

func TestHomeAndRetract(t *testing.T) {
	r := connected(t, "", func(e *emulator.Options, _ *Options) { e.Start = nil })
	step := func(name string, f func(context.Context) error, want protocol.RetractState) {
		t.Helper()
		if err := f(background); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if s := r.state(); s.Retract != want || r.arm.State().Retract != want || s.Contacts != 0 {
			t.Fatalf("after %s: %v, %d contacts", name, s.Retract, s.Contacts)
		}
		at := r.state().Q
		r.sleep(3 * time.Second)
		if q := r.state().Q; !near(q[0], at[0], 0.02) || !near(q[2], at[2], 0.02) {
			t.Fatalf("after %s the arm goes on", name)
		}
	}
	step("home", r.arm.Home, protocol.Ready)
	step("home again", r.arm.Home, protocol.Ready)
	step("retract", r.arm.Retract, protocol.Retracted)
	step("home", r.arm.Home, protocol.Ready)
	// Stopped half-way, in either direction, it still gets home.
	for range 2 {
		ctx, cancel := context.WithCancel(background)
		r.clock.Go(func() { clock.Sleep(background, r.clock, 700*time.Millisecond); cancel() })
		if err := r.arm.Retract(ctx); !errors.Is(err, context.Canceled) {
			t.Fatalf("a cancelled retract gave %v", err)
		}
		if got := r.state().Retract; got == protocol.Retracted || got == protocol.Ready {
			t.Fatalf("half-way the arm is %v", got)
		}
		if err := r.arm.Err(); err != nil {
			t.Fatalf("a cancelled task left the fault %v", err)
		}
		step("home from half-way", r.arm.Home, protocol.Ready)
	}
	r.clock.Go(func() { clock.Sleep(background, r.clock, 300*time.Millisecond); r.arm.Stop(background) })
	if err := r.arm.Retract(background); !errors.Is(err, ErrStopped) {
		t.Errorf("a stopped retract gave %v", err)
	}
}

func TestInitFingers(t *testing.T) {
	r := connected(t, "", nil)
	if err := r.arm.InitFingers(background); err != nil {
		t.Fatal(err)
	}
	r.sleep(50 * time.Millisecond)
	s := r.state()
	if r.arm.State().Fingers != [3]bool{true, true, true} || s.Queue != 0 || s.Q[6] > 0.05 {
		t.Errorf("fingers %v, at %.3f, %d points left", r.arm.State().Fingers, s.Q[6], s.Queue)
	}
}
