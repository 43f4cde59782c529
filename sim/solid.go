package sim

import (
	"errors"
	"fmt"
	"math"
)

// solid is a compiled Shape in its body's frame: a box, or the points within radius of a segment.
type solid struct {
	box    bool
	from   v3 // capsule: one end of the axis; box: the centre
	along  v3 // capsule: from that end to the other
	radius float64
	half   v3 // box
}

// sphere encloses all solids of a body.
type sphere struct {
	centre v3 // body frame
	radius float64
}

// pair is two bodies that must not touch, the inner one first.
type pair struct{ a, b int }

func (m *Model) compileShapes(b int, shapes []Shape) error {
	for _, g := range shapes {
		var s solid
		switch g.Type {
		case "capsule":
			if !finite(g.From[:]...) || !finite(g.To[:]...) || !finite(g.Radius) || !(g.Radius > 0) {
				return fmt.Errorf("capsule %q: from %v, to %v, radius %g: want finite points and a radius above 0",
					g.Name, g.From, g.To, g.Radius)
			}
			s = solid{from: vec(&g.From), along: vec(&g.To).sub(vec(&g.From)), radius: g.Radius}
		case "box":
			if !finite(g.Pos[:]...) || !finite(g.HalfSize[:]...) ||
				!(min(g.HalfSize[0], g.HalfSize[1], g.HalfSize[2]) > 0) {
				return fmt.Errorf("box %q: pos %v, half_size %v: want finite numbers and sizes above 0", g.Name, g.Pos,
					g.HalfSize)
			}
			s = solid{box: true, from: vec(&g.Pos), half: vec(&g.HalfSize)}
		default:
			return fmt.Errorf("shape %q has type %q, want \"capsule\" or \"box\"", g.Name, g.Type)
		}
		m.solids[b] = append(m.solids[b], s)
	}
	m.bound[b] = enclose(m.solids[b])
	return nil
}

// corners returns balls whose convex hull is the solid.
func (s *solid) corners() (points []v3, radius float64) {
	if !s.box {
		return []v3{s.from, s.from.add(s.along)}, s.radius
	}
	for k := range 8 {
		h := s.half
		if k&1 != 0 {
			h.x = -h.x
		}
		if k&2 != 0 {
			h.y = -h.y
		}
		if k&4 != 0 {
			h.z = -h.z
		}
		points = append(points, s.from.add(h))
	}
	return points, 0
}

// enclose returns a sphere around the solids, centred on the middle of their extents.
func enclose(solids []solid) sphere {
	low, high := v3{math.Inf(1), math.Inf(1), math.Inf(1)}, v3{math.Inf(-1), math.Inf(-1), math.Inf(-1)}
	for i := range solids {
		points, r := solids[i].corners()
		for _, p := range points {
			low = v3{min(low.x, p.x-r), min(low.y, p.y-r), min(low.z, p.z-r)}
			high = v3{max(high.x, p.x+r), max(high.y, p.y+r), max(high.z, p.z+r)}
		}
	}
	if len(solids) == 0 {
		return sphere{}
	}
	s := sphere{centre: low.add(high).scale(0.5)}
	for i := range solids {
		points, r := solids[i].corners()
		for _, p := range points {
			w := p.sub(s.centre)
			s.radius = max(s.radius, math.Sqrt(w.dot(w))+r)
		}
	}
	return s
}

// compilePairs lists the pairs of bodies to keep apart, and how far a turn of each joint can move
// each body.
func (m *Model) compilePairs(names map[string]int) error {
	excluded := make(map[[2]int]bool)
	for _, e := range m.desc.Exclude {
		a, knownA := names[e[0]]
		b, knownB := names[e[1]]
		if !knownA || !knownB {
			return fmt.Errorf("contact_exclude names unknown link in %q", e)
		}
		excluded[[2]int{min(a, b), max(a, b)}] = true
	}
	for b := range NumBodies {
		for a := range b {
			if parents[b] == a || excluded[[2]int{a, b}] || len(m.solids[a]) == 0 || len(m.solids[b]) == 0 {
				continue
			}
			if hasBox(m.solids[a]) && hasBox(m.solids[b]) {
				return errors.New("two links that may touch both have a box, but the distance of two boxes is not implemented: use capsules")
			}
			m.pairs = append(m.pairs, pair{a, b})
		}
	}
	m.compileSweep()
	m.firstLow = Link1
	d := m.NewData()
	if turns := &d.BodyRot[Link1]; turns[2] == 0 && turns[5] == 0 && m.height(d, Link1) >= 0 {
		m.firstLow = Link2
	}
	return nil
}

// compileSweep finds the farthest that a point of each body gets from the axis of its own joint and
// from the joints further in, whatever the angles between.
func (m *Model) compileSweep() {
	for b := 1; b < NumBodies; b++ {
		radial, far := 0.0, 0.0
		for i := range m.solids[b] {
			points, r := m.solids[b][i].corners()
			for _, p := range points {
				radial = max(radial, math.Hypot(p.x, p.y)+r)
				far = max(far, math.Sqrt(p.dot(p))+r)
			}
		}
		m.sweep[b][b] = radial
		for a := b; parents[a] != Base; a = parents[a] {
			far += m.pos[a].Norm()
			m.sweep[b][parents[a]] = far
		}
	}
}

func hasBox(solids []solid) bool {
	for i := range solids {
		if solids[i].box {
			return true
		}
	}
	return false
}
