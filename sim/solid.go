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
				return errors.New("two links that may touch both have a box, but the distance of two boxes is not " +
					"implemented: use capsules")
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

// segmentDistance returns the distance between the segments from a along u and from b along v (u
// and v being the whole extents; either may be zero).
func segmentDistance(a, u, b, v v3) float64 {
	r := a.sub(b)
	s, t := segmentNearest(r, u, v)
	w := r.addScaled(s, u).addScaled(-t, v)
	return math.Sqrt(w.dot(w))
}

// segmentNearest returns where the segments from b + r along u and from b along v are nearest, as
// shares of u and v. Ericson, Real-Time Collision Detection (2005), section 5.1.9.
func segmentNearest(r, u, v v3) (s, t float64) {
	uu, vv, uv := u.dot(u), v.dot(v), u.dot(v)
	ur, vr := u.dot(r), v.dot(r)
	switch {
	case uu <= 0 && vv <= 0:
	case uu <= 0:
		t = clamp01(vr / vv)
	case vv <= 0:
		s = clamp01(-ur / uu)
	default:
		// Nearest points of the two lines, then t for the clamped s, then s for the clamped t.
		if det := float64(uu*vv) - float64(uv*uv); det > 1e-14*uu*vv {
			s = clamp01((float64(uv*vr) - float64(ur*vv)) / det)
		}
		t = (float64(uv*s) + vr) / vv
		if t < 0 {
			t, s = 0, clamp01(-ur/uu)
		} else if t > 1 {
			t, s = 1, clamp01((uv-ur)/uu)
		}
	}
	return s, t
}

// segmentBoxDistance returns the distance between the segment from a along u and the solid box
// centred at the origin with its faces across the axes; 0 if they meet.
func segmentBoxDistance(a, u, half v3) float64 {
	return boxDistance(a.addScaled(segmentBoxNearest(a, u, half), u), half)
}

// segmentBoxNearest returns where the segment from a along u is nearest to the box, as a share of
// u.
//
// The squared distance from the point a + t·u to the box is convex in t, and its derivative is
// linear between the t at which the point crosses the plane of a face. So the minimum lies between
// the last such t with a derivative of at most 0 and the first one with at least 0, where the line
// through the two derivatives meets 0.
func segmentBoxNearest(a, u, half v3) float64 {
	lo, hi := 0.0, 1.0
	slopeLo, slopeHi := boxSlope(a, u, half, 0), boxSlope(a, u, half, 1)
	switch {
	case slopeLo >= 0:
		return 0
	case slopeHi <= 0:
		return 1
	}
	for _, axis := range [3][3]float64{{a.x, u.x, half.x}, {a.y, u.y, half.y}, {a.z, u.z, half.z}} {
		if axis[1] == 0 {
			continue
		}
		for _, face := range [2]float64{-axis[2], axis[2]} {
			t := (face - axis[0]) / axis[1]
			if !(t > lo && t < hi) {
				continue
			}
			if slope := boxSlope(a, u, half, t); slope < 0 {
				lo, slopeLo = t, slope
			} else {
				hi, slopeHi = t, slope
			}
		}
	}
	return lo + (hi-lo)*slopeLo/(slopeLo-slopeHi)
}

// boxSlope returns half the derivative by t of the squared distance from a + t·u to the box.
func boxSlope(a, u, half v3, t float64) float64 {
	return float64(beyond(a.x+float64(t*u.x), half.x)*u.x) + float64(beyond(a.y+float64(t*u.y), half.y)*u.y) +
		float64(beyond(a.z+float64(t*u.z), half.z)*u.z)
}

// boxDistance returns the distance from p to the solid box.
func boxDistance(p, half v3) float64 {
	d := v3{beyond(p.x, half.x), beyond(p.y, half.y), beyond(p.z, half.z)}
	return math.Sqrt(d.dot(d))
}

// beyond returns how far x lies outside of -half..half, with its sign.
func beyond(x, half float64) float64 {
	switch {
	case x > half:
		return x - half
	case x < -half:
		return x + half
	}
	return 0
}

func clamp01(x float64) float64 { return min(max(x, 0), 1) }
