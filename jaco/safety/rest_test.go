package safety

import (
	"math"
	"strings"
	"testing"
	"time"

	"colonnade/jaco/emulator"
	"colonnade/sim"
)

// An arm that turned while it was to stand moves nowhere before somebody has resumed it, and the
// joint is named. What it takes to come to rest, sag included, is none of that.
func TestAnArmThatMovedWhileItStoodTrips(t *testing.T) {
	for _, x := range []struct {
		name  string
		joint int
		part  emulator.Part
		fault emulator.Fault
		trips bool
	}{
		{"nothing", 0, emulator.Angle, emulator.Fault{Scale: 1}, false},
		{"pushed", 0, emulator.Motor, emulator.Fault{Scale: 1, Offset: 0.4}, true},
		{"sinks", 1, emulator.Motor, emulator.Fault{Scale: 1, Offset: -0.4}, true},
		{"an angle of somebody else", 4, emulator.Angle, emulator.Fault{Scale: 1, Offset: 0.12}, true},
		{"an angle that is a little off", 4, emulator.Angle, emulator.Fault{Scale: 1, Offset: 0.04}, false},
	} {
		for _, pause := range []time.Duration{time.Second, 20 * time.Second} {
			r := newRig(t, setup{motion: robotMotion(t)})
			v := [sim.NumJoints]float64{0.4, -0.3, 0.3, 0.5, -0.5, 0.5}
			if err := r.drive(50*time.Millisecond, 600*time.Millisecond, steady(v)); err != nil {
				t.Fatal(err)
			}
			if err := r.guard.Stop(background); err != nil {
				t.Fatal(err)
			}
			r.sleep(pause - 600*time.Millisecond)
			r.breaks(x.joint, x.part, x.fault)
			r.sleep(600 * time.Millisecond)
			if x.part == emulator.Motor {
				r.device.Mend(r.clock.Now())
			}
			before := r.device.State(r.clock.Now()).Q
			fastest := 0.0
			err := r.drive(2*time.Millisecond, 200*time.Millisecond,
				func(*[sim.NumJoints]float64) [sim.NumJoints]float64 {
					fastest = max(fastest, r.device.State(r.clock.Now()).Command[5])
					return [sim.NumJoints]float64{5: 0.4}
				})
			if !x.trips {
				if err != nil {
					t.Errorf("%s, %v: %v", x.name, pause, err)
				}
				r.close()
				continue
			}
			if found := trip(t, err); found.Cause != Moved || found.Doubtful() ||
				!strings.Contains(found.What, sim.Canonical().JointName(x.joint)) {
				t.Errorf("%s, %v: %v", x.name, pause, found)
			}
			r.sleep(200 * time.Millisecond)
			if after := r.device.State(r.clock.Now()).Q; fastest != 0 || math.Abs(after[5]-before[5]) > 0.01 {
				t.Errorf("%s, %v: joint 6 moved by %.3f rad all the same, told to turn with %.2f rad/s", x.name, pause,
					after[5]-before[5], fastest)
			}
			if err := r.guard.Resume(background); err != nil {
				t.Error(err)
			}
			if err := r.drive(50*time.Millisecond, 300*time.Millisecond,
				steady([sim.NumJoints]float64{0.4})); err != nil {
				t.Errorf("%s, %v: after Resume: %v", x.name, pause, err)
			}
			r.close()
		}
	}
}

// Ways of the arm's own are no reason to refuse the next motion.
func TestAnArmThatWentHomeMayGoOn(t *testing.T) {
	r := newRig(t, setup{motion: robotMotion(t)})
	defer r.close()
	v := steady([sim.NumJoints]float64{0.4, 0, 0, 0.4})
	for range 2 {
		if err := r.drive(50*time.Millisecond, time.Second, v); err != nil {
			t.Fatal(err)
		}
		if err := r.guard.Stop(background); err != nil {
			t.Fatal(err)
		}
		if err := r.guard.Home(background); err != nil {
			t.Fatal(err)
		}
		r.sleep(time.Second)
	}
	if err := r.drive(50*time.Millisecond, time.Second, v); err != nil {
		t.Error(err)
	}
}

// One reading that the cable spoilt is no proof that the arm moved; while that is open nothing
// moves.
func TestOneSpoiltReadingAfterAPauseIsNoProof(t *testing.T) {
	r := newRig(t, setup{motion: robotMotion(t)})
	defer r.close()
	v := steady([sim.NumJoints]float64{0.4})
	if err := r.drive(50*time.Millisecond, 300*time.Millisecond, v); err != nil {
		t.Fatal(err)
	}
	if err := r.guard.Stop(background); err != nil {
		t.Fatal(err)
	}
	r.sleep(time.Second)
	r.breaks(2, emulator.Angle, emulator.Fault{Scale: 1, Offset: 0.2})
	if err := r.drive(5*time.Millisecond, 10*time.Millisecond, v); err != nil {
		t.Fatal(err)
	}
	r.device.Mend(r.clock.Now())
	if err := r.drive(50*time.Millisecond, time.Second, v); err != nil {
		t.Error(err)
	}
}
