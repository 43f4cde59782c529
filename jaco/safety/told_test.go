package safety

import (
	"testing"
	"time"

	"colonnade/sim"
)

// points are what was sent, one velocity of joint 1 after the other.
func points(patience time.Duration, every time.Duration, v ...float64) (a ahead, f follow) {
	a = newAhead(sim.Canonical(), DefaultStopping())
	a.patience = patience
	for i, x := range v {
		at := time.Duration(i) * every
		a.add(sent{sent: at, begin: a.begins(at), velocity: [sim.NumJoints]float64{x}})
	}
	return a, f
}

// can returns between which velocities joint 1 can be told to be at a time, and whether the arm's
// queue may be empty.
func (f *follow) can(a *ahead, at time.Duration) (slowest, fastest float64, idle bool) {
	f.at = at
	_, idle = f.told(a)
	return f.slowest[0], f.fastest[0], idle
}

// A point that is held up moves the arm as long as the driver waits for its answer, and no longer.
func TestAPointCountsAsLongAsItIsWaitedFor(t *testing.T) {
	const ms = time.Millisecond
	a, f := points(300*ms, 10*ms, 0, 0, 0.6)
	for at, may := range map[time.Duration]bool{60 * ms: true, 150 * ms: true, 330 * ms: true, 400 * ms: false} {
		if slowest, fastest, _ := f.can(&a, at); slowest != 0 || fastest > 0 != may {
			t.Errorf("after %v: %g to %g rad/s, may move: want %t", at, slowest, fastest, may)
		}
	}
}

// After a stop, which drops the arm's queue, the arm may stand until the next point begins, though
// points were sent without a gap.
func TestAStopEmptiesTheQueue(t *testing.T) {
	const ms = time.Millisecond
	for _, stopped := range []bool{false, true} {
		a, f := points(30*ms, 10*ms, 0.6, 0.6, 0.6, 0.6)
		if stopped {
			a.stopped()
		}
		a.add(sent{sent: 40 * ms, begin: a.begins(40 * ms), velocity: [sim.NumJoints]float64{0.6}})
		if slowest, _, idle := f.can(&a, 45*ms); idle != stopped || slowest > 0 == stopped {
			t.Errorf("stopped %t: at least %g rad/s, idle %t", stopped, slowest, idle)
		}
		if a.streak != 5 && !stopped || a.streak != 1 && stopped {
			t.Errorf("stopped %t: a streak of %d points", stopped, a.streak)
		}
	}
}

// Stop and Resume take note of that, and their first motion is no following error though points
// were dropped, again and again.
func TestPointsThatAStopDropsDoNotCount(t *testing.T) {
	r := newRig(t, setup{motion: robotMotion(t)})
	defer r.close()
	v := [sim.NumJoints]float64{0.6, 0, 0, 0.8}
	for i := range 20 {
		if err := r.drive(10*time.Millisecond, 150*time.Millisecond, steady(v)); err != nil {
			t.Fatalf("motion %d: %v", i, err)
		}
		stop := r.guard.Stop
		if i%2 == 1 {
			stop = r.guard.Resume
		}
		if err := stop(background); err != nil {
			t.Fatal(err)
		}
		r.guard.mu.Lock()
		if until, streak := r.guard.ahead.last().until, r.guard.ahead.streak; until != 0 || streak != 0 ||
			r.guard.odometer.known != 0 {
			t.Errorf("motion %d: the arm's queue lasts until %v, a streak of %d points, %d marks", i, until, streak,
				r.guard.odometer.known)
		}
		r.guard.mu.Unlock()
	}
}

// Servos may slow down for a while after a stop, or have: both are possible until it is known that
// the arm stood.
func TestServosMaySlowDownAfterAStop(t *testing.T) {
	for _, stood := range []bool{false, true} {
		var f follow
		f.known, f.lag[0][0], f.lag[1][0], f.lag[0][1], f.lag[1][1] = true, 0.5, 0.6, -0.6, -0.5
		f.restart(stood)
		want := [2][2]float64{{0, -0.6}, {0.6, 0}}
		if stood {
			want = [2][2]float64{}
		}
		if got := [2][2]float64{{f.lag[0][0], f.lag[0][1]}, {f.lag[1][0], f.lag[1][1]}}; got != want || f.known ||
			!f.first {
			t.Errorf("stood %t: velocities %v, want %v", stood, got, want)
		}
	}
}
