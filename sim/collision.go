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
	// A is the joint for JointLimit, else a body. B is the other body for SelfContact, A < B; else
	// -1.
	A, B int
	// Distance to the limit in rad, or between the shapes in m; below 0 when the rule is broken.
	// Overlap is measured from the axes of capsules, so it never reads deeper than their radii.
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
		h := float64(rot[6]*s.from.x) + float64(rot[7]*s.from.y) + float64(rot[8]*s.from.z)
		if s.box {
			h -= float64(math.Abs(rot[6])*s.half.x) + float64(math.Abs(rot[7])*s.half.y) +
				float64(math.Abs(rot[8])*s.half.z)
		} else {
			h += min(0, float64(rot[6]*s.along.x)+float64(rot[7]*s.along.y)+float64(rot[8]*s.along.z)) - s.radius
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
				gap = segmentDistance(from, turn(&d.BodyRot[a], s.along), other,
					turn(&d.BodyRot[b], t.along)) - s.radius - t.radius
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
	return segmentBoxDistance(turn(&boxFromWorld, from).sub(box.from), turn(&boxFromWorld, along),
		box.half) - capsule.radius
}

// Checker finds violations in the poses of one arm, one after the other. It remembers how far apart
// each pair was and skips the pair until the joints have turned far enough to close that gap, so
// checking small steps is cheap; the answers are the same as without. It belongs to one goroutine.
type Checker struct {
	model *Model
	at    [NumJoints]float64 // joint angles at the last check
	// Lower bounds of the distances at that check: gap[b][a] of bodies a < b, table[b] of body b
	// from the table. Infinite where the two may touch.
	gap   [NumBodies][NumBodies]float64
	table [NumBodies]float64
}

const (
	// safety is taken off every distance that lets a pair be skipped, m: far above rounding errors.
	safety = 1e-9
	// sphereSlack is the distance of two bodies' bounding spheres, m, beyond which their shapes are
	// not looked at.
	sphereSlack = 0.02
)

// NewChecker returns a checker that knows nothing yet: its first check measures every pair.
func (m *Model) NewChecker() *Checker {
	c := &Checker{model: m}
	c.forget()
	return c
}

// forget makes the next check measure everything.
func (c *Checker) forget() {
	for b := range c.gap {
		for a := range c.gap[b] {
			c.gap[b][a] = math.Inf(1)
		}
	}
	for _, p := range c.model.pairs {
		c.gap[p.b][p.a] = 0
	}
	c.table = [NumBodies]float64{}
}

// Check returns the first violation of the pose in d, its cause None if there is none. The joint
// limits come first; then, body by body from the base outwards, contact with inner bodies and with
// the table; then the fingers with each other.
func (c *Checker) Check(d *Data) Violation {
	c.model.pose(d)
	v := c.check(d)
	if v.Cause != None {
		c.forget() // as the bounds not reached belong to the pose before
	}
	return v
}

func (c *Checker) check(d *Data) Violation {
	m := c.model
	if v := m.limitViolation(d); v.Distance < 0 {
		return v
	}
	var turned [NumBodies]float64
	for i := range NumJoints {
		turned[i+1] = math.Abs(d.Q[i] - c.at[i])
		if !(turned[i+1] <= MaxAngle) { // not a number
			turned[i+1] = 0
			c.forget()
		}
	}
	c.at = d.Q

	// moved bounds how far any point of body b has moved as seen from body a, further and further
	// in.
	for b := 1; b < NumBodies; b++ {
		sweep, gaps := &m.sweep[b], &c.gap[b]
		moved := float64(turned[b] * sweep[b])
		for a := min(b-1, Hand); ; a-- {
			gaps[a] -= moved
			if !(gaps[a] > 0) {
				if v := c.measure(d, a, b); v.Cause != None {
					return v
				}
			}
			if a == Base {
				break
			}
			moved += float64(turned[a] * sweep[a])
		}
		c.table[b] -= moved
		if !(c.table[b] > 0) {
			h := m.height(d, b)
			if h < 0 {
				return Violation{TableTouch, b, -1, h}
			}
			c.table[b] = h - safety
		}
	}
	for b := Finger2; b <= Finger3; b++ {
		for a := Finger1; a < b; a++ {
			c.gap[b][a] -= float64(turned[a]*m.sweep[a][a]) + float64(turned[b]*m.sweep[b][b])
			if !(c.gap[b][a] > 0) {
				if v := c.measure(d, a, b); v.Cause != None {
					return v
				}
			}
		}
	}
	return Violation{}
}

// measure brings the gap of bodies a and b up to the pose in d.
func (c *Checker) measure(d *Data, a, b int) Violation {
	gap := c.model.sphereGap(d, a, b)
	if gap < sphereSlack {
		gap = c.model.distance(d, a, b)
	}
	if gap < 0 {
		return Violation{SelfContact, a, b, gap}
	}
	c.gap[b][a] = gap - safety
	return Violation{}
}
