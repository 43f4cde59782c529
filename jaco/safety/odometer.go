package safety

import (
	"fmt"
	"math"
	"time"

	"colonnade/jaco/arm"
	"colonnade/sim"
)

// odometer compares how far each joint turned with how far the points take it that the arm has
// done. follow must know when a point is done, and does not where the cable is so slow that the
// arm's queue runs empty between points. But such a cable makes the arm slower, and its way no
// shorter: a servo that lags gets there in the end.
type odometer struct {
	marks [2]mark // the first is compared with, the second is the next first
	known int     // of them
}

// mark is where the joints were.
type mark struct {
	at        time.Duration
	readings  int
	low, high [sim.NumJoints]float64 // rad: the readings less the way of the points that the arm had done
	slowest   [sim.NumJoints]float64 // velocities since then and shortly before, 0 among them, rad/s
	fastest   [sim.NumJoints]float64
	path      [sim.NumJoints]float64 // rad: the way of all points until then, there and back
}

const (
	markEvery = 500 * time.Millisecond
	markFrom  = 2 // readings that a mark is made of: the cable may have spoilt one
	surplus   = 6 // points that there may be in the arm's queue beyond those that are to be
)

// restart forgets the marks: points may have been dropped.
func (o *odometer) restart() { o.known = 0 }

// far returns the arm joint that turned too far or not far enough, or nil. The angles are such that
// follow believes them.
func (g *Guard) far(s *arm.State, light, full *[sim.NumJoints]float64) *Trip {
	o := &g.odometer
	at := s.QTime.Sub(g.began)
	way, ok := g.ahead.done(at)
	if !ok || g.nearEnd(s) {
		o.restart()
		return nil
	}
	if o.known == 2 && at-o.marks[1].at >= markEvery {
		o.marks[0], o.known = o.marks[1], 1
	}
	if o.known == 0 || o.known == 1 && at-o.marks[0].at >= markEvery {
		o.marks[o.known], o.known = mark{at: at, path: way.path}, o.known+1
	}
	for i := range o.known {
		o.marks[i].note(s, &way)
	}
	m := &o.marks[0]
	if m.readings < markFrom {
		return nil
	}
	for i := range sim.NumArmJoints {
		sag := max(math.Abs(light[i]), math.Abs(full[i])) * g.ahead.yield[i] * (at - m.at).Seconds()
		slack := loose + astray + sag + g.ahead.stop.Lag*(m.fastest[i]-m.slowest[i]) +
			g.ahead.stop.SpeedError*(way.path[i]-m.path[i])
		low, high := m.low[i]+way.least[i]-slack, m.high[i]+way.most[i]+slack
		if s.Q[i] >= low && s.Q[i] <= high {
			continue
		}
		return &Trip{Cause: Following, What: fmt.Sprintf("%s does not do what it is told: it reads %.3f rad; what it "+
			"was told within %v leads to %.3f to %.3f. "+
			"Is it blocked, or its sensor broken?", g.model.JointName(i), s.Q[i],
			(at - m.at).Round(10*time.Millisecond), low, high)}
	}
	return nil
}

// nearEnd tells whether a joint stands where the end of its range may stop it.
func (g *Guard) nearEnd(s *arm.State) bool {
	for i := range sim.NumArmJoints {
		if lower, upper, limited := g.model.Range(i); limited &&
			(s.Q[i] < lower+g.ends(i) || s.Q[i] > upper-g.ends(i)) {
			return true
		}
	}
	return false
}

// note takes a reading into account.
func (m *mark) note(s *arm.State, way *way) {
	for i := range s.Q {
		m.slowest[i], m.fastest[i] = min(m.slowest[i], way.slowest[i]), max(m.fastest[i], way.fastest[i])
	}
	if m.readings == markFrom {
		return
	}
	for i, q := range s.Q {
		if low := q - way.most[i]; m.readings == 0 || low < m.low[i] {
			m.low[i] = low
		}
		if high := q - way.least[i]; m.readings == 0 || high > m.high[i] {
			m.high[i] = high
		}
	}
	m.readings++
}

// way is where points lead to, and what they are.
type way struct {
	least, most      [sim.NumJoints]float64 // rad: since the Guard's beginning, as far as the arm may have done them
	path             [sim.NumJoints]float64 // rad: of all that were sent, there and back
	slowest, fastest [sim.NumJoints]float64 // velocities of those that are remembered, 0 among them, rad/s
}

// done returns where the points lead to that the arm may have done at the time at: all that have
// been received for longer than the queue is, and any number of those that were sent since. It is
// not ok where they are no longer remembered.
func (a *ahead) done(at time.Duration) (w way, ok bool) {
	newest := true
	received := time.Duration(math.MaxInt64) // when that point had been
	for n := a.count - 1; n >= max(0, a.count-remembered); n-- {
		p := &a.points[n%remembered]
		for i, v := range p.velocity {
			w.slowest[i], w.fastest[i] = min(w.slowest[i], v), max(w.fastest[i], v)
		}
		if p.sent <= at && !ok {
			for i, v := range p.velocity {
				through := p.before[i] + v*tick
				if newest {
					w.least[i], w.most[i], w.path[i] = through, through, p.path[i]+math.Abs(v)*tick
				}
				w.least[i], w.most[i] = min(w.least[i], through), max(w.most[i], through)
			}
			newest = false
			ok = received <= at-a.queue
		}
		received = p.sent
	}
	return w, ok
}
