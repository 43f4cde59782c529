package sim

import "math"

// Clearance is the nearest violation of each cause, whether broken or not.
type Clearance struct{ Limit, Table, Self Violation }

// Clearance measures every limit and every pair at the pose in d. A distance is below 0 exactly
// where a Checker would report that cause if it looked for it alone. The link that turns about the
// vertical, at a height of its own, is left out of Table: it can hide what may really touch.
func (m *Model) Clearance(d *Data) Clearance {
	m.pose(d)
	c := Clearance{
		Limit: m.limitViolation(d),
		Table: Violation{TableTouch, -1, -1, math.Inf(1)},
		Self:  Violation{SelfContact, -1, -1, math.Inf(1)},
	}
	for b := m.firstLow; b < NumBodies; b++ {
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

// Nearby is a violation that is near, with what it takes to stay away from it.
type Nearby struct {
	Violation

	// On are the points that are nearest to each other, world, m: of body A's surface, then of body
	// B's or of the table. For a JointLimit there are none. Within an overlap they lie on the axes'
	// connection.
	On [2]Vec3

	// Gradient is the derivative of Distance by each joint angle, m/rad (for a JointLimit 1): the
	// distance changes at Gradient·V. It is 0 where the distance has none, which is where a
	// capsule's axis meets another's or a box: deeper than any look ahead should let the arm go.
	// Where the nearest place jumps from one shape to another it is that of the one nearer by
	// rounding.
	Gradient [NumJoints]float64
}

// Surroundings is what the arm may run into first, by cause, as in Clearance.
type Surroundings struct{ Limit, Table, Self Nearby }

// Surroundings fills s for the pose in d: for a safety layer that looks ahead. It costs little more
// than Clearance and does not allocate.
func (m *Model) Surroundings(d *Data, s *Surroundings) {
	c := m.Clearance(d)
	*s = Surroundings{Limit: Nearby{Violation: c.Limit}, Table: Nearby{Violation: c.Table},
		Self: Nearby{Violation: c.Self}}
	if c.Limit.A >= 0 {
		m.nearLimit(d, &s.Limit)
	}
	if c.Table.A >= 0 {
		m.nearTable(d, &s.Table)
	}
	if c.Self.A >= 0 {
		m.nearBody(d, &s.Self)
	}
}

// nearLimit fills in the gradient of the joint that n names.
func (m *Model) nearLimit(d *Data, n *Nearby) {
	i := n.A
	n.Gradient[i] = 1
	if m.upper[i]-d.Q[i] < d.Q[i]-m.lower[i] {
		n.Gradient[i] = -1
	}
}

// nearTable fills in points and gradient of the body that n names.
func (m *Model) nearTable(d *Data, n *Nearby) {
	p := m.lowest(d, n.A)
	n.On = [2]Vec3{{p.x, p.y, p.z}, {p.x, p.y, m.tableHeight}}
	m.addMotion(d, n.A, p, v3{0, 0, 1}, &n.Gradient)
}

// addMotion adds to gradient how fast the point p of body b, world, moves along a direction as each
// joint turns.
func (m *Model) addMotion(d *Data, b int, p, along v3, gradient *[NumJoints]float64) {
	for ; b > Base; b = parents[b] {
		rot := &d.BodyRot[b]
		axis := v3{rot[2], rot[5], rot[8]}
		gradient[b-1] += axis.cross(p.sub(vec(&d.BodyPos[b]))).dot(along)
	}
}

// lowest returns the lowest point of body b, world.
func (m *Model) lowest(d *Data, b int) v3 {
	best := v3{z: math.Inf(1)}
	rot := &d.BodyRot[b]
	for i := range m.solids[b] {
		s := &m.solids[b][i]
		p := s.from
		if s.box {
			p = p.add(v3{-math.Copysign(s.half.x, rot[6]), -math.Copysign(s.half.y, rot[7]),
				-math.Copysign(s.half.z, rot[8])})
		} else if turn(rot, s.along).z < 0 {
			p = p.add(s.along)
		}
		p = vec(&d.BodyPos[b]).add(turn(rot, p))
		p.z -= s.radius // 0 for a box
		if p.z < best.z {
			best = p
		}
	}
	return best
}

// nearBody fills in points and gradient of the two bodies that n names.
func (m *Model) nearBody(d *Data, n *Nearby) {
	a, b := n.A, n.B
	nearest := math.Inf(1)
	var p, q v3 // nearest points of the axes, or of the box
	var radiusP, radiusQ float64
	for i := range m.solids[a] {
		for j := range m.solids[b] {
			s, t := &m.solids[a][i], &m.solids[b][j]
			var x, y v3
			switch {
			case s.box:
				x, y = m.boxCapsuleNearest(d, a, s, b, t)
			case t.box:
				y, x = m.boxCapsuleNearest(d, b, t, a, s)
			default:
				x, y = vec(&d.BodyPos[a]).add(turn(&d.BodyRot[a], s.from)),
					vec(&d.BodyPos[b]).add(turn(&d.BodyRot[b], t.from))
				u, v := turn(&d.BodyRot[a], s.along), turn(&d.BodyRot[b], t.along)
				along, other := segmentNearest(x.sub(y), u, v)
				x, y = x.addScaled(along, u), y.addScaled(other, v)
			}
			w := x.sub(y)
			if gap := math.Sqrt(w.dot(w)) - s.radius - t.radius; gap < nearest {
				nearest, p, q, radiusP, radiusQ = gap, x, y, s.radius, t.radius
			}
		}
	}
	w := p.sub(q)
	if length := math.Sqrt(w.dot(w)); length > 0 {
		w = w.scale(1 / length)
	}
	onA, onB := p.addScaled(-radiusP, w), q.addScaled(radiusQ, w)
	n.On = [2]Vec3{{onA.x, onA.y, onA.z}, {onB.x, onB.y, onB.z}}
	m.addMotion(d, a, p, w, &n.Gradient)
	m.addMotion(d, b, q, w.scale(-1), &n.Gradient)
}

// boxCapsuleNearest returns the nearest points of a box of body a and of the axis of a capsule of
// body b, world.
func (m *Model) boxCapsuleNearest(d *Data, a int, box *solid, b int, capsule *solid) (onBox, onAxis v3) {
	rot := &d.BodyRot[a]
	boxFromWorld := rot.Transpose()
	from := vec(&d.BodyPos[b]).add(turn(&d.BodyRot[b], capsule.from))
	along := turn(&d.BodyRot[b], capsule.along)
	start := turn(&boxFromWorld, from.sub(vec(&d.BodyPos[a]))).sub(box.from)
	direction := turn(&boxFromWorld, along)
	t := segmentBoxNearest(start, direction, box.half)
	p := start.addScaled(t, direction)
	p = v3{p.x - beyond(p.x, box.half.x), p.y - beyond(p.y, box.half.y), p.z - beyond(p.z, box.half.z)}
	return vec(&d.BodyPos[a]).add(turn(rot, p.add(box.from))), from.addScaled(t, along)
}
