package safety

import (
	"fmt"
	"time"

	"colonnade/jaco/arm"
	"colonnade/sim"
)

// oldest is the age of joint angles at which the Guard is blind. They are asked for every 20 ms.
const oldest = 80 * time.Millisecond

// govern is asked about every point before it is sent. It limits the acceleration, looks ahead,
// slows down what leads too near to anything, and refuses what presses on.
func (g *Guard) govern(now time.Time, s *arm.State, v *[sim.NumJoints]float64) error {
	t := g.judge(now, s, v)
	if t == nil {
		return nil
	}
	t.At, t.Q, t.Command = now, s.Q, *v
	g.latch(t)
	g.opt.Log.trip(t)
	return t
}

// judge returns why a point must not be sent, or nil, with the point changed where it was too
// sudden.
func (g *Guard) judge(now time.Time, s *arm.State, v *[sim.NumJoints]float64) *Trip {
	g.mu.Lock()
	defer g.mu.Unlock()
	if t := g.refused(); t != nil {
		again := *t
		again.What = "a point after a trip: " + again.What
		return &again
	}
	if age := now.Sub(s.QTime); s.QTime.IsZero() || age > oldest {
		return &Trip{Cause: Blind, What: fmt.Sprintf("the joint angles are %v old", age)}
	}
	if t := g.impossible(s); t != nil {
		return t
	}
	if t := g.compare(s, v, g.accelerate(now, v)); t != nil {
		return t
	}
	at := now.Sub(g.began)
	if gap, yes := g.ahead.sluggish(at); yes {
		return &Trip{Cause: Sluggish,
			What: fmt.Sprintf("points go out every %v instead of every 10ms, which is too slow to watch the arm: "+
				"plug it into another port, without a hub, end other programs, or run this one with real-time "+
				"priority (chrt -f 10)", gap.Round(100*time.Microsecond))}
	}
	return g.slow(at, s, v)
}

// slower are the parts of a velocity that are tried, one after the other, where the whole leads too
// near to something.
var slower = [...]float64{1, 0.6, 0.3, 0}

// pressed is the number of points in a row that may be slowed to nothing: three control steps. A
// policy that still wants to go on then is refused.
const pressed = 30

// slow lets the arm be as fast as its way to a standstill allows, and refuses a policy that presses
// on.
func (g *Guard) slow(at time.Duration, s *arm.State, v *[sim.NumJoints]float64) *Trip {
	measured := s.QTime.Sub(g.began)
	g.ahead.add(sent{sent: at, begin: g.ahead.begins(at), velocity: *v})
	if g.begun || g.within != (depths{}) {
		if t := g.tooDeep(&s.Q); t != nil {
			return t
		}
	}
	there, ok := g.look(&s.Q, measured, g.allowance())
	if ok || *v == ([sim.NumJoints]float64{}) {
		g.pressed, g.velocity = 0, *v
		return nil
	}
	if t := g.tooDeep(&s.Q); t != nil {
		return t
	}
	// What comes no nearer than standing still does is no worse.
	wanted := *v
	g.ahead.last().velocity = [sim.NumJoints]float64{}
	within := g.allowance()
	g.ahead.way(&s.Q, measured, &g.way[0], &g.way[1])
	for i := range g.way {
		still := g.measure(&g.way[i])
		within.deepen(&still)
	}
	for _, part := range slower {
		for i := range v {
			v[i] = part * wanted[i]
		}
		g.ahead.last().velocity = *v
		if _, ok := g.look(&s.Q, measured, within); ok {
			break
		}
	}
	g.velocity = *v
	if *v != ([sim.NumJoints]float64{}) {
		g.pressed = 0
		return nil
	}
	if g.pressed++; g.pressed <= pressed {
		return nil
	}
	g.pressed = 0
	return there.beyond(&g.within, g.model)
}

// rest is the pause in the stream after which the arm counts as standing.
const rest = 100 * time.Millisecond

// accelerate keeps each velocity near that of the point before, and tells whether there was a pause
// before it.
func (g *Guard) accelerate(now time.Time, v *[sim.NumJoints]float64) (paused bool) {
	if paused = now.Sub(g.lastPoint) > rest; paused {
		g.velocity, g.begun, g.ahead.streak = [sim.NumJoints]float64{}, true, 0
	}
	for i := range v {
		change := g.limits.Acceleration[i] * tick
		v[i] = max(g.velocity[i]-change, min(g.velocity[i]+change, v[i]))
	}
	g.lastPoint = now
	return paused
}

// deepest is how far within its margins an arm may begin to move, m or rad: as far as it sags when
// it stops at them. From deeper, where many stops or a person can have brought it, only Resume
// leads out: each stop costs some of what is left.
var deepest = depths{-0.02, -0.006, -0.006, -0.02}

// tooDeep takes note of how far the arm is within its margins, and refuses to go on from too deep.
func (g *Guard) tooDeep(q *[sim.NumJoints]float64) *Trip {
	here := *q
	g.ahead.sag(&here)
	r := g.measure(&here)
	g.within.note(&r, g.begun)
	g.begun = false
	if g.retreating {
		return nil
	}
	return r.beyond(&deepest, g.model)
}

// allowance is how deep the arm may be within its margins.
func (g *Guard) allowance() depths {
	within := g.within
	if g.retreating {
		for k := range within {
			within[k] -= retreatSlack
		}
	}
	return within
}

// look measures the poses on the way to the arm's standstill. If one is deeper than allowed, it is
// returned.
func (g *Guard) look(q *[sim.NumJoints]float64, measured time.Duration, within depths) (there rooms, ok bool) {
	g.ahead.way(q, measured, &g.way[0], &g.way[1])
	for i := range g.way {
		if there = g.measure(&g.way[i]); there.exceed(&within) {
			return there, false
		}
	}
	return there, true
}

// Fits tells whether an arm that stands at joint angles q (rad) keeps all margins.
func (g *Guard) Fits(q *[sim.NumJoints]float64) bool {
	return g.impossible(&arm.State{Q: *q}) == nil && g.Spare(q) >= 0
}

// Spare returns by how much an arm that stands at joint angles q (rad) keeps the margin that it is
// nearest to: a distance in m, or an angle in rad from a joint's limit; below 0 it stands within
// one.
func (g *Guard) Spare(q *[sim.NumJoints]float64) float64 {
	g.mu.Lock()
	defer g.mu.Unlock()
	here := *q
	g.ahead.sag(&here)
	m := g.measure(&here)
	return m.least()
}
