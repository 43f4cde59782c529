package safety

import (
	"fmt"
	"time"

	"colonnade/jaco/arm"
	"colonnade/sim"
)

// oldest is the age of joint angles at which the Guard is blind. They are asked for every 20 ms.
const oldest = 80 * time.Millisecond

// govern is asked about every point before it is sent. It limits the acceleration, looks ahead, and refuses what leads
// the arm too near to anything.
func (g *Guard) govern(now time.Time, s *arm.State, v *[sim.NumJoints]float64) error {
	t := g.judge(now, s, v)
	if t == nil {
		return nil
	}
	t.At, t.Q, t.Command = now, s.Q, *v
	g.latch(t)
	return t
}

// judge returns why a point must not be sent, or nil, with the point changed where it was too sudden.
func (g *Guard) judge(now time.Time, s *arm.State, v *[sim.NumJoints]float64) *Trip {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.trip != nil {
		again := *g.trip
		again.What = "a point after a trip: " + again.What
		return &again
	}
	if age := now.Sub(s.QTime); s.QTime.IsZero() || age > oldest {
		return &Trip{Cause: Blind, What: fmt.Sprintf("the joint angles are %v old", age)}
	}
	g.accelerate(now, v)
	at := now.Sub(g.began)
	g.ahead.add(sent{g.ahead.begins(at), *v})
	return g.look(&s.Q, s.QTime.Sub(g.began))
}

// rest is the pause in the stream after which the arm counts as standing.
const rest = 100 * time.Millisecond

// accelerate keeps each velocity near that of the point before.
func (g *Guard) accelerate(now time.Time, v *[sim.NumJoints]float64) {
	if now.Sub(g.lastPoint) > rest {
		g.velocity, g.begun = [sim.NumJoints]float64{}, true
	}
	for i := range v {
		change := g.limits.Acceleration[i] * tick
		v[i] = max(g.velocity[i]-change, min(g.velocity[i]+change, v[i]))
	}
	g.velocity, g.lastPoint = *v, now
}

// deepest is how far within its margins an arm may begin to move, m or rad: as far as it sags when it stops at them. From
// deeper, where many stops or a person can have brought it, only Resume leads out: each stop costs some of what is left.
var deepest = depths{-0.02, -0.006, -0.006, -0.02}

// look measures the poses on the way to the arm's standstill.
func (g *Guard) look(q *[sim.NumJoints]float64, measured time.Duration) *Trip {
	if g.begun || g.within != (depths{}) {
		here := *q
		g.ahead.sag(&here)
		r := g.measure(&here)
		g.within.note(&r, g.begun)
		g.begun = false
		if t := r.beyond(&deepest, g.model); t != nil && !g.retreating {
			return t
		}
	}
	var way [2][sim.NumJoints]float64
	g.ahead.way(q, measured, &way[0], &way[1])
	for i := range way {
		there := g.measure(&way[i])
		within := g.within
		if g.retreating {
			for k := range within {
				within[k] -= retreatSlack
			}
		}
		if t := there.beyond(&within, g.model); t != nil {
			return t
		}
	}
	return nil
}

// Fits tells whether an arm that stands at joint angles q (rad) keeps all margins.
func (g *Guard) Fits(q *[sim.NumJoints]float64) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	here := *q
	g.ahead.sag(&here)
	m := g.measure(&here)
	return m.kept()
}
