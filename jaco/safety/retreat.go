package safety

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	"colonnade/jaco/clock"
	"colonnade/sim"
)

// ErrStuck is wrapped by what Resume returns when the arm does not get out of its margins: somebody
// must move it by hand.
var ErrStuck = errors.New("the arm does not get out of its safety margins by itself")

const (
	retreatRoom = 0.010 // beyond the margins before it stops, m or rad: it sags when it stops
	// by which it may go deeper before it gets out, m or rad: it sags when it begins
	retreatSlack    = 0.008
	retreatRate     = 0.15                   // with which it leaves, m/s
	retreatSpeed    = 0.4                    // of each joint at most, rad/s
	retreatPeriod   = 50 * time.Millisecond  // between two looks
	retreatAttempts = 4                      // of ways out, after which somebody must help
	retreatTime     = 5 * time.Second        // more than any way out takes
	retreatPause    = 150 * time.Millisecond // until it has sagged
)

// retreat refuses a pose that cannot be, and moves an arm that stands within its margins out of
// them, if its readings are not in doubt.
func (g *Guard) retreat(ctx context.Context, doubtful bool) error {
	if !g.opt.Motion || !g.enabled.Load() {
		return nil
	}
	c := g.opt.Arm.Clock
	state, err := g.arm.Angles(ctx, c.Now())
	if err != nil {
		return err
	}
	if t := g.impossible(&state); t != nil {
		return g.stop(t)
	}
	if doubtful || g.Fits(&state.Q) {
		return nil
	}
	g.setRetreating(true)
	defer g.setRetreating(false)
	for until := c.Now().Add(retreatTime); c.Now().Before(until); {
		v, out := g.outwards(&state.Q)
		if out {
			if err := g.Stop(ctx); err != nil {
				return err
			}
			if err := clock.Sleep(ctx, c, retreatPause); err != nil {
				return err
			}
		} else {
			if err := g.SetVelocity(&v); err != nil {
				return err
			}
			if err := clock.Sleep(ctx, c, retreatPeriod); err != nil {
				return err
			}
		}
		if state, err = g.arm.Angles(ctx, c.Now()); err != nil {
			return errors.Join(err, g.refusal())
		}
		if out && g.Fits(&state.Q) {
			return nil
		}
	}
	return errors.Join(fmt.Errorf("safety: %w", ErrStuck), g.Stop(ctx))
}

func (g *Guard) setRetreating(on bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.retreating = on
}

// outwards returns the velocities that lead out of the margins at q, or out if there is room
// enough.
func (g *Guard) outwards(q *[sim.NumJoints]float64) (v [sim.NumJoints]float64, out bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	here := *q
	g.ahead.sag(&here)
	r := g.measure(&here)
	var s sim.Surroundings
	g.model.Surroundings(g.ahead.data, &s)
	var near [4][sim.NumJoints]float64 // slopes of what there is not enough room to
	n := 0
	for _, x := range [...]struct {
		room     *room
		gradient *[sim.NumJoints]float64
	}{{&r.limit, &s.Limit.Gradient}, {&r.table, &s.Table.Gradient}, {&r.self, &s.Self.Gradient}} {
		if x.room.excess() < retreatRoom {
			near[n] = *x.gradient
			n++
		}
	}
	if r.box.excess() < retreatRoom {
		near[n] = g.boxGradient(&here)
		n++
	}
	if n == 0 {
		return v, true
	}
	var most [sim.NumJoints]float64
	for i := range most {
		most[i] = min(retreatSpeed, g.limits.Speed[i])
	}
	v = leaving(near[:n], &most)
	fastest := 0.0
	for i := range v {
		fastest = max(fastest, math.Abs(v[i])/most[i])
	}
	for i := range v {
		v[i] /= max(1, fastest)
	}
	return v, false
}

// leaving returns velocities with which all distances grow at retreatRate at least, or as fast as
// one can for itself with joints of the largest speeds most, given how each changes with the
// joints, if there are any. A finger that would have to turn at 7 rad/s to leave another one at
// that rate must not slow down, when all is scaled, the joint that lifts the arm from the table.
//
// Each distance in turn adds what it lacks along its own slope (Kaczmarz's method for inequalities:
// Agmon 1954), so that two that pull one joint different ways end with other joints doing what that
// one cannot.
func leaving(gradients [][sim.NumJoints]float64, most *[sim.NumJoints]float64) (v [sim.NumJoints]float64) {
	for range leavingRounds {
		for k := range gradients {
			rate, square, alone := 0.0, 0.0, 0.0
			for i, slope := range gradients[k] {
				rate += slope * v[i]
				square += slope * slope
				alone += math.Abs(slope) * most[i]
			}
			if lacks := min(retreatRate, alone) - rate; lacks > 0 && square > 0 {
				for i, slope := range gradients[k] {
					v[i] += slope / square * lacks
				}
			}
		}
	}
	return v
}

// leavingRounds leave a thousandth lacking where two slopes are 15 degrees from opposite: a round
// leaves cos² of that.
const leavingRounds = 100

// boxGradient is how the distance from the workspace's sides changes with each joint, by
// differences: it has no formula worth having.
func (g *Guard) boxGradient(q *[sim.NumJoints]float64) (gradient [sim.NumJoints]float64) {
	const step = 1e-5
	d := g.ahead.data
	for i := range gradient {
		for _, side := range [...]float64{-1, 1} {
			d.Q = *q
			d.Q[i] += side * step
			g.model.Kinematics(d)
			r := g.inBox(d)
			gradient[i] += side * r.Distance / (2 * step)
		}
	}
	return gradient
}
