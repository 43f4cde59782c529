package sim

import (
	"fmt"
	"math"
)

// Cause says which rule of the task a pose breaks.
type Cause uint8

// The causes, in the order in which they are looked for.
const (
	None        Cause = iota
	JointLimit        // an arm joint is outside of its range (fingers stop instead)
	TableTouch        // a moving link is below the table top
	SelfContact       // two links that are not parent and child overlap
)

func (c Cause) String() string {
	switch c {
	case None:
		return "none"
	case JointLimit:
		return "joint limit"
	case TableTouch:
		return "table touch"
	case SelfContact:
		return "self contact"
	}
	return fmt.Sprintf("Cause(%d)", uint8(c))
}

// Violation is a broken rule, or the one nearest to being broken. The zero value is none.
type Violation struct {
	Cause Cause
	// A is the joint for JointLimit, else a body. B is the other body for SelfContact, A < B; else -1.
	A, B int
	// Distance to the limit in rad, or between the shapes in m; below 0 when the rule is broken. Overlap is
	// measured from the axes of capsules, so it never reads deeper than their radii.
	Distance float64
}

// Describe puts a violation into words.
func (m *Model) Describe(v Violation) string {
	switch v.Cause {
	case JointLimit:
		return fmt.Sprintf("%s %.4f rad from its limit", m.JointName(v.A), v.Distance)
	case TableTouch:
		return fmt.Sprintf("%s %.4f m above the table", m.BodyName(v.A), v.Distance)
	case SelfContact:
		return fmt.Sprintf("%s %.4f m from %s", m.BodyName(v.A), v.Distance, m.BodyName(v.B))
	}
	return "no violation"
}

// Checker finds violations in the poses of one arm, one after the other. It remembers how far apart each
// pair was and skips the pair until the joints have turned far enough to close that gap, so checking
// small steps is cheap; the answers are the same as without. It belongs to one goroutine.
type Checker struct {
	model *Model
	last  [NumJoints]float64            // joint angles of the previous check
	table [NumBodies]float64            // lower bounds, now, of the heights over the table
	pairs []float64                     // lower bounds, now, of the distances of model.pairs
	moved [NumBodies][NumBodies]float64 // how far a body may have moved relative to an inner one
}

// NewChecker returns a checker that knows nothing yet: its first check measures every pair.
func (m *Model) NewChecker() *Checker {
	return &Checker{model: m, pairs: make([]float64, len(m.pairs))}
}

// Check returns the first violation of the pose in d: joint limits first, then the table in the order of the
// bodies, then the bodies with each other. Cause is None where there is none.
func (c *Checker) Check(d *Data) Violation {
	c.model.pose(d)
	v := c.check(d)
	if v.Cause != None {
		// The rest was not looked at: measure everything next time.
		c.table = [NumBodies]float64{}
		clear(c.pairs)
	}
	return v
}

func (c *Checker) check(d *Data) Violation {
	m := c.model
	c.advance(d)
	if v := m.limitViolation(d); v.Distance < 0 {
		return v
	}
	for b := 1; b < NumBodies; b++ {
		c.table[b] -= c.moved[b][Base]
		if c.table[b] > 0 {
			continue
		}
		h := m.height(d, b)
		c.table[b] = h - safety
		if h < 0 {
			return Violation{TableTouch, b, -1, h}
		}
	}
	for k := range m.pairs {
		p := &m.pairs[k]
		c.pairs[k] -= c.moved[p.a][p.common] + c.moved[p.b][p.common]
		if c.pairs[k] > 0 {
			continue
		}
		// Spheres first; their gap is worth remembering only if it lasts a while.
		if gap := m.sphereGap(d, p.a, p.b); gap > 0.02 {
			c.pairs[k] = gap - safety
			continue
		}
		gap := m.distance(d, p.a, p.b)
		c.pairs[k] = gap - safety
		if gap < 0 {
			return Violation{SelfContact, p.a, p.b, gap}
		}
	}
	return Violation{}
}

// advance bounds how far the bodies have moved relative to each other since the last check.
func (c *Checker) advance(d *Data) {
	var turned [NumBodies]float64
	for i := range NumJoints {
		turned[i+1] = math.Abs(d.Q[i] - c.last[i])
	}
	c.last = d.Q
	for b := 1; b < NumBodies; b++ {
		sum := 0.0
		for a := b; a != Base; a = parents[a] {
			sum += turned[a] * c.model.sweep[b][a]
			c.moved[b][parents[a]] = sum
		}
	}
}

// Clearance is the nearest violation of each cause, whether broken or not.
type Clearance struct{ Limit, Table, Self Violation }

// Clearance measures every limit and every pair at the pose in d.
func (m *Model) Clearance(d *Data) Clearance {
	m.pose(d)
	c := Clearance{
		Limit: m.limitViolation(d),
		Table: Violation{TableTouch, -1, -1, math.Inf(1)},
		Self:  Violation{SelfContact, -1, -1, math.Inf(1)},
	}
	for b := 1; b < NumBodies; b++ {
		if h := m.height(d, b); h < c.Table.Distance {
			c.Table.A, c.Table.Distance = b, h
		}
	}
	for _, p := range m.pairs {
		if m.sphereGap(d, p.a, p.b) >= c.Self.Distance {
			continue
		}
		if gap := m.distance(d, p.a, p.b); gap < c.Self.Distance {
			c.Self.A, c.Self.B, c.Self.Distance = p.a, p.b, gap
		}
	}
	return c
}

// limitViolation returns the arm joint nearest to, or farthest beyond, an end of its range.
func (m *Model) limitViolation(d *Data) Violation {
	v := Violation{JointLimit, -1, -1, math.Inf(1)}
	for i := range NumArmJoints {
		if gap := min(d.Q[i]-m.lower[i], m.upper[i]-d.Q[i]); m.limited[i] && gap < v.Distance {
			v.A, v.Distance = i, gap
		}
	}
	return v
}

// height returns the height of the lowest point of body b over the table.
func (m *Model) height(d *Data, b int) float64 {
	lowest := math.Inf(1)
	rot, z := &d.BodyRot[b], d.BodyPos[b][2]
	for i := range m.solids[b] {
		s := &m.solids[b][i]
		h := rot[6]*s.from.x + rot[7]*s.from.y + rot[8]*s.from.z
		if s.box {
			h -= math.Abs(rot[6])*s.half.x + math.Abs(rot[7])*s.half.y + math.Abs(rot[8])*s.half.z
		} else {
			h += min(0, rot[6]*s.along.x+rot[7]*s.along.y+rot[8]*s.along.z) - s.radius
		}
		lowest = min(lowest, h)
	}
	return lowest + z - m.tableHeight
}

// sphereGap returns the distance of the spheres around two bodies: no more than the bodies' own.
func (m *Model) sphereGap(d *Data, a, b int) float64 {
	w := vec(&d.BodyPos[a]).add(turn(&d.BodyRot[a], m.bound[a].centre)).
		sub(vec(&d.BodyPos[b]).add(turn(&d.BodyRot[b], m.bound[b].centre)))
	return math.Sqrt(w.dot(w)) - m.bound[a].radius - m.bound[b].radius
}

// distance returns the distance of two bodies' solids, below 0 where they overlap.
func (m *Model) distance(d *Data, a, b int) float64 {
	nearest := math.Inf(1)
	for i := range m.solids[a] {
		for j := range m.solids[b] {
			s, t := &m.solids[a][i], &m.solids[b][j]
			var gap float64
			switch {
			case s.box:
				gap = m.boxCapsule(d, a, s, b, t)
			case t.box:
				gap = m.boxCapsule(d, b, t, a, s)
			default:
				from := vec(&d.BodyPos[a]).add(turn(&d.BodyRot[a], s.from))
				other := vec(&d.BodyPos[b]).add(turn(&d.BodyRot[b], t.from))
				gap = segmentDistance(from, turn(&d.BodyRot[a], s.along), other, turn(&d.BodyRot[b], t.along)) - s.radius - t.radius
			}
			nearest = min(nearest, gap)
		}
	}
	return nearest
}

// boxCapsule returns the distance of a box of body a and a capsule of body b.
func (m *Model) boxCapsule(d *Data, a int, box *solid, b int, capsule *solid) float64 {
	boxFromWorld := d.BodyRot[a].Transpose()
	from := vec(&d.BodyPos[b]).add(turn(&d.BodyRot[b], capsule.from)).sub(vec(&d.BodyPos[a]))
	along := turn(&d.BodyRot[b], capsule.along)
	return segmentBoxDistance(turn(&boxFromWorld, from).sub(box.from), turn(&boxFromWorld, along), box.half) - capsule.radius
}
