package safety

import (
	"errors"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"colonnade/jaco/emulator"
	"colonnade/sim"
)

// A cable that holds packets up while the arm moves lets its queue run empty: the arm stands, and
// does later what it was told, whether the Guard is blind meanwhile or not. No joint is to blame
// for that, also after Resume and where the next motion is the other way. The driver is as patient
// as one that an emulated processor runs.
func TestAStalledCableIsNoFollowingError(t *testing.T) {
	motion := robotMotion(t)
	lags := [...]float64{motion.Lag, 0.01}
	for _, rules := range []string{
		"delay out transfer 64 for 79ms", "delay in transfer 64 for 100ms",
		"delay out transfer 67 for 60ms; delay out transfer 68 for 60ms",
		"delay out transfer 64 for 79ms; delay out transfer 68 for 79ms",
		"delay in transfer 65 for 79ms; delay in transfer 69 for 79ms",
		"delay out transfer 64 for 88ms; delay out transfer 72 for 242ms",
		"delay in transfer 67 for 242ms; delay in transfer 75 for 60ms", "delay out every 31 for 60ms",
		"delay out every 40 for 150ms", "delay in every 53 for 250ms", "delay out every 1 for 8ms",
		"delay in every 1 for 12ms", "delay out every 1 for 18ms", "delay out chance 0.5 for 35ms",
		"delay chance 0.3 for 22ms", "delay out chance 0.2 for 28ms; delay chance 0.04 for 88ms",
	} {
		for _, lag := range lags {
			for _, sign := range []float64{1, -1} {
				motion.Lag = lag
				r := newRig(t, setup{motion: motion, rules: rules, change: func(o *Options) {
					o.Arm.Timeout, o.Arm.Stale = 2*time.Second, 10*time.Second
				}})
				v := [sim.NumJoints]float64{0.46 * sign, 0, 0, 0.8 * sign, -0.8 * sign, 0.8 * sign}
				for range 8 {
					err := r.drive(50*time.Millisecond, 600*time.Millisecond, steady(v))
					var trip *Trip
					if errors.As(err, &trip) && trip.Doubtful() {
						t.Errorf("%s, lag %v, %+v: %v", rules, lag, sign, err)
						break
					}
					if err != nil {
						if err := r.guard.Resume(background); err != nil {
							t.Fatal(err)
						}
					}
					for i := range v {
						v[i] = -v[i]
					}
				}
				r.close()
			}
		}
	}
}

// Angles that are older than 80 ms trip: the Guard is blind. It is not for one answer that takes 60
// ms.
func TestOldAnglesTrip(t *testing.T) {
	for rules, blind := range map[string]bool{"delay in transfer 67 for 60ms": false,
		"delay in transfer 67 for 100ms": true} {
		r := newRig(t, setup{motion: robotMotion(t), rules: rules,
			change: func(o *Options) { o.Arm.Timeout, o.Arm.Stale = 2*time.Second, 10*time.Second }})
		err := r.drive(50*time.Millisecond, time.Second, steady([sim.NumJoints]float64{0.3}))
		if !blind && err != nil || blind && trip(t, err).Cause != Blind {
			t.Errorf("%s: %v", rules, err)
		}
		r.close()
	}
}

// A cable that is slow hides no fault: where the arm's queue runs empty between points, so that a
// joint that stands is at first no different from one that was told nothing in time, it takes
// longer.
func TestASlowCableHidesNoFault(t *testing.T) {
	for _, x := range []struct {
		rules  string
		took   time.Duration // at most
		astray float64       // rad, from what the points lead to, at most
	}{
		{"delay out every 1 for 3ms", 160 * time.Millisecond, 0.05},
		{"delay out every 1 for 5ms", 550 * time.Millisecond, 0.12},
		{"delay out every 1 for 8ms", 800 * time.Millisecond, 0.12},
	} {
		for _, l := range []lie{
			{"angle stands still", 0, emulator.Angle, emulator.Fault{Frozen: true}, Following},
			{"blocked", 2, emulator.Motor, emulator.Fault{}, Following},
			{"motor runs the other way", 3, emulator.Motor, emulator.Fault{Scale: -1}, Following},
			{"motor too fast", 0, emulator.Motor, emulator.Fault{Scale: 2}, Following},
			{"moves uncommanded", 4, emulator.Motor, emulator.Fault{Scale: 1, Offset: 0.3}, Following},
		} {
			r := newRig(t, setup{motion: robotMotion(t), rules: x.rules})
			var v [sim.NumJoints]float64
			v[l.joint] = 0.3
			err := r.drive(50*time.Millisecond, 500*time.Millisecond, steady(v))
			began, from, points := r.clock.Now(), r.guard.State().Q[l.joint], r.guard.Stats().Points
			r.breaks(l.joint, l.part, l.fault)
			if err == nil {
				err = r.drive(5*time.Millisecond, 2*time.Second, steady(v))
			}
			took := r.clock.Now().Sub(began)
			astray := math.Abs(r.guard.State().Q[l.joint] - from -
				float64(r.guard.Stats().Points-points)*tick*v[l.joint])
			found := trip(t, err)
			if found.Cause != Following || !strings.Contains(found.What, sim.Canonical().JointName(l.joint)) ||
				took > x.took || astray > x.astray {
				t.Errorf("%s, %s: %v after %v and %.3f rad", x.rules, l.name, err, took, astray)
			}
			r.close()
		}
	}
}

// A cable on which it would take more than about a second is refused, as nobody watches the arm
// then. One that is slow for a moment is not, nor does a driver refuse it that was told to be
// patient.
func TestACableThatIsTooSlowIsRefused(t *testing.T) {
	patient := func(o *Options) { o.Arm.Timeout, o.Arm.Stale = 200*time.Millisecond, 10*time.Second }
	for _, x := range []struct {
		rules  string
		change func(*Options)
		trips  bool
	}{
		{"delay out every 1 for 12ms", nil, true}, {"delay every 1 for 9ms", nil, true},
		{"delay out every 1 for 8ms", nil, false}, {"delay out every 40 for 25ms", nil, false},
		{"delay out every 1 for 12ms", patient, false},
	} {
		r := newRig(t, setup{motion: robotMotion(t), rules: x.rules, change: x.change})
		began := r.clock.Now()
		err := r.drive(50*time.Millisecond, 3*time.Second, steady([sim.NumJoints]float64{0.3}))
		took := r.clock.Now().Sub(began)
		if !x.trips && err != nil {
			t.Errorf("%s: %v", x.rules, err)
		}
		if x.trips {
			if found := trip(t, err); found.Cause != Sluggish || found.Doubtful() || took > 1200*time.Millisecond ||
				!strings.Contains(found.What, "chrt") {
				t.Errorf("%s: %v after %v", x.rules, err, took)
			}
		}
		r.close()
	}
}

// Nor is a sound arm blamed on a slow cable, however it is told to turn.
func TestASlowCableIsNoFault(t *testing.T) {
	for rules, depth := range map[string]int{
		"": 10, "delay out every 1 for 4ms": 2, "delay out every 1 for 6ms": 2, "delay out every 1 for 8ms": 2,
		"delay every 1 for 3ms": 2, "delay out chance 0.4 for 9ms": 2,
	} {
		rng := rand.New(rand.NewPCG(5, 8))
		r := newRig(t, setup{motion: robotMotion(t), rules: rules, change: func(o *Options) { o.Arm.Depth = depth }})
		for range 60 {
			var v [sim.NumJoints]float64
			for i := range sim.NumArmJoints {
				v[i] = float64(rng.IntN(3)-1) * sim.Canonical().MaxSpeed(i) * (0.2 + 0.8*float64(rng.IntN(2)))
			}
			err := r.drive(50*time.Millisecond, time.Duration(50+rng.IntN(600))*time.Millisecond, steady(v))
			if err != nil && !trip(t, err).Violation() {
				t.Fatalf("%s: %v", rules, err)
			}
			if err != nil {
				if err := r.guard.Resume(background); err != nil {
					t.Fatal(err)
				}
			}
			if rng.IntN(4) == 0 {
				if err := r.guard.Stop(background); err != nil {
					t.Fatal(err)
				}
				r.sleep(time.Duration(rng.IntN(300)) * time.Millisecond)
			}
		}
		r.close()
	}
}

// Where joints stop and go, as points come late, their torques are no weight.
func TestTorquesOfAJerkyMotionAreNotWeighed(t *testing.T) {
	for _, speed := range []float64{0.1, 0.19, -0.19} {
		for _, ms := range []string{"5", "6", "7", "8"} {
			r := newRig(t, setup{motion: robotMotion(t), rules: "delay out every 1 for " + ms + "ms"})
			if err := r.drive(50*time.Millisecond, 20*time.Second,
				steady([sim.NumJoints]float64{speed, 0, 0, speed, 0, speed})); err != nil {
				t.Errorf("%s ms, %g rad/s: %v", ms, speed, err)
			}
			r.close()
		}
	}
}
