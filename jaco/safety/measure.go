package safety

import (
	"math"

	"colonnade/sim"
)

// room is a distance and how much of it is to be kept.
type room struct {
	sim.Violation
	margin float64
}

// excess is what is left above the margin: below 0 within it.
func (r *room) excess() float64 { return r.Distance - r.margin }

// rooms are the distances of a pose from everything that it must not touch. A is the body that is
// nearest to a side of the workspace, or -1 for the palm.
type rooms struct{ limit, table, self, box room }

// all returns them in the order in which they are looked at, which is that of depths.
func (r *rooms) all() [4]*room { return [4]*room{&r.limit, &r.table, &r.self, &r.box} }

// least is the least excess, m or rad.
func (r *rooms) least() float64 {
	least := math.Inf(1)
	for _, x := range r.all() {
		least = min(least, x.excess())
	}
	return least
}

// depths is how far the arm may be within its margins, m or rad, 0 or below: as deep as it was when
// it began to move, and less as it comes out. So it can leave, and neither creep nor swing deeper.
type depths [4]float64

// note takes note of where the arm is; begun says that it begins to move.
func (d *depths) note(here *rooms, begun bool) {
	for i, x := range here.all() {
		if deep := min(0, x.excess()); begun || deep > d[i] {
			d[i] = deep
		}
	}
}

// More than Zero can come to at any pose, m for each rad: the sum of the arm's levers, and of two
// fingers' against each other, which are always near.
const (
	stretched     = 4.0
	betweenFinger = 0.4
)

// measure measures the pose that the joints report as q, and the one that they have if
// Options.Zeros is right: of each distance it returns the one with less above its margin.
func (g *Guard) measure(q *[sim.NumJoints]float64) rooms {
	r := g.measureAt(q)
	if g.opt.Zeros == [sim.NumJoints]float64{} {
		return r
	}
	is := *q
	for i, zero := range g.opt.Zeros {
		is[i] -= zero
	}
	corrected := g.measureAt(&is)
	worse := corrected.all()
	for i, x := range r.all() {
		if worse[i].excess() < x.excess() {
			*x = *worse[i]
		}
	}
	return r
}

// measureAt measures the pose with joint angles q, fingers stopped at the ends of their ranges as
// they are by the hand.
func (g *Guard) measureAt(q *[sim.NumJoints]float64) (r rooms) {
	d, l := g.ahead.data, &g.limits
	d.Q = *q
	for i := sim.NumArmJoints; i < sim.NumJoints; i++ {
		lower, upper, _ := g.model.Range(i)
		d.Q[i] = max(lower, min(upper, q[i]))
	}
	c := g.model.Clearance(d)
	r = rooms{limit: room{c.Limit, l.Joint}, table: room{c.Table, l.Table}, self: room{c.Self, l.Self}, box: g.inBox(d)}
	levers := stretched
	if c.Self.A >= sim.Finger1 {
		levers = betweenFinger
	}
	if c.Table.Distance < l.Table+stretched*l.Zero || c.Self.Distance < l.Self+levers*l.Zero {
		var s sim.Surroundings
		g.model.Surroundings(d, &s)
		r.table.margin += uncertainty(&s.Table, l.Zero)
		r.self.margin += uncertainty(&s.Self, l.Zero)
	}
	return r
}

// uncertainty is how far a distance may be off if each joint may be by zero.
func uncertainty(n *sim.Nearby, zero float64) (sum float64) {
	for _, slope := range n.Gradient {
		sum += math.Abs(slope) * zero
	}
	return sum
}

// inBox measures palm, fingertips and link frames against the workspace.
func (g *Guard) inBox(d *sim.Data) room {
	r := room{Violation: sim.Violation{A: -1, B: -1, Distance: math.Inf(1)}}
	consider := func(p *sim.Vec3, what int) {
		for i, x := range p {
			if gap := min(x-g.limits.Box[0][i], g.limits.Box[1][i]-x); gap < r.Distance {
				r.Distance, r.A = gap, what
			}
		}
	}
	consider(&d.Palm, -1)
	for b := sim.Link2; b < sim.NumBodies; b++ {
		consider(&d.BodyPos[b], b)
	}
	for f := range sim.NumFingers {
		tip := g.model.Tip(d, f)
		consider(&tip, sim.Finger1+f)
	}
	return r
}

// deepen allows for what r has.
func (d *depths) deepen(r *rooms) {
	for i, x := range r.all() {
		d[i] = min(d[i], x.excess())
	}
}

// exceed tells whether anything is deeper within its margin than allowed.
func (r *rooms) exceed(within *depths) bool {
	for i, x := range r.all() {
		if x.excess() < within[i] {
			return true
		}
	}
	return false
}

// beyond returns what comes too near, if anything.
func (r *rooms) beyond(within *depths, m *sim.Model) *Trip {
	for i, x := range r.all() {
		if x.excess() >= within[i] {
			continue
		}
		t := &Trip{Distance: x.Distance, Margin: x.margin}
		switch x {
		case &r.limit:
			t.Cause, t.What = JointLimit, m.JointName(x.A)
		case &r.table:
			t.Cause, t.What = Table, m.BodyName(x.A)
		case &r.self:
			t.Cause, t.What = Self, m.BodyName(x.A)+" and "+m.BodyName(x.B)
		case &r.box:
			t.Cause, t.What = Workspace, "the palm"
			if x.A >= 0 {
				t.What = m.BodyName(x.A)
			}
		}
		return t
	}
	return nil
}

// Fitter returns a function that tells whether an arm that stands at joint angles q (rad) keeps all
// margins of limits, sag included: for those who choose poses without an arm at hand. It belongs to
// one goroutine.
func Fitter(m *sim.Model, limits Limits) func(q *[sim.NumJoints]float64) bool {
	g := &Guard{model: m, limits: limits, ahead: newAhead(m, DefaultStopping())}
	return g.Fits
}
