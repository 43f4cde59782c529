package safety

import (
	"errors"
	"testing"
	"time"

	"colonnade/jaco/emulator"
	"colonnade/sim"
)

// A cable that holds packets up while the arm moves lets its queue run empty: the arm stands, and does later what it was told, whether
// the Guard is blind meanwhile or not. No joint is to blame for that, also after Resume and where the next motion is the other way. The
// driver is as patient as one that an emulated processor runs.
func TestAStalledCableIsNoFollowingError(t *testing.T) {
	motion := robotMotion(t)
	lags := [...]float64{motion.Lag, 0.01}
	for _, rules := range []string{
		"delay out transfer 64 for 79ms", "delay in transfer 64 for 100ms", "delay out transfer 67 for 60ms; delay out transfer 68 for 60ms",
		"delay out transfer 64 for 79ms; delay out transfer 68 for 79ms", "delay in transfer 65 for 79ms; delay in transfer 69 for 79ms",
		"delay out transfer 64 for 88ms; delay out transfer 72 for 242ms", "delay in transfer 67 for 242ms; delay in transfer 75 for 60ms",
		"delay out every 31 for 60ms", "delay out every 40 for 150ms", "delay in every 53 for 250ms",
		"delay out every 1 for 8ms", "delay in every 1 for 12ms", "delay out every 1 for 18ms", "delay out chance 0.5 for 35ms",
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

// Angles that are older than 80 ms trip: the Guard is blind. It is not for one answer that takes 60 ms.
func TestOldAnglesTrip(t *testing.T) {
	for rules, blind := range map[string]bool{"delay in transfer 67 for 60ms": false, "delay in transfer 67 for 100ms": true} {
		r := newRig(t, setup{motion: robotMotion(t), rules: rules, change: func(o *Options) { o.Arm.Timeout, o.Arm.Stale = 2*time.Second, 10*time.Second }})
		err := r.drive(50*time.Millisecond, time.Second, steady([sim.NumJoints]float64{0.3}))
		if !blind && err != nil || blind && trip(t, err).Cause != Blind {
			t.Errorf("%s: %v", rules, err)
		}
		r.close()
	}
}

// A cable that is a little slow, by 3 ms a packet, hides no fault; on a much slower one whoever runs wild still trips.
func TestASlowCableHidesNoFault(t *testing.T) {
	for _, l := range []lie{
		{"angle stands still", 0, emulator.Angle, emulator.Fault{Frozen: true}, Following},
		{"blocked", 0, emulator.Motor, emulator.Fault{}, Following},
		{"motor runs the other way", 0, emulator.Motor, emulator.Fault{Scale: -1}, Following},
	} {
		r := newRig(t, setup{motion: robotMotion(t), rules: "delay out every 1 for 3ms"})
		r.tries(l, 0.3)
		r.close()
	}
	r := newRig(t, setup{motion: robotMotion(t), rules: "delay out every 1 for 8ms"})
	defer r.close()
	r.tries(lie{"moves uncommanded", 0, emulator.Motor, emulator.Fault{Scale: 1, Offset: 0.3}, Following}, 0)
}
