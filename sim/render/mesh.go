package render

import (
	"math"

	"colonnade/sim"
)

// mesh is the surface of one body in its own frame.
type mesh struct {
	vertices  []vertex
	triangles []triangle
}

type vertex struct {
	p sim.Vec3 // m
	n sim.Vec3 // unit normal of the smooth facets around, outwards
}

// triangle is counter-clockwise seen from outside. For the same facet cut in two both halves have
// the same normal.
type triangle struct {
	a, b, c  uint16
	smooth   bool // shade by the vertices' normals instead of n
	material uint8
	n        sim.Vec3 // unit normal of the facet, outwards
}

// section is a cross-section of a loft: the ellipse centre + cos·u + sin·v. material is that of the
// strip that leads to the next section.
type section struct {
	centre, u, v sim.Vec3
	material     uint8
}

// loft adds a tube through the sections with the given number of sides. u×v points along the tube.
// A cap closes the first or last section; its material is that of the first or last section.
// smooth rounds the sides; caps are flat.
func (m *mesh) loft(sides int, smooth, capFirst, capLast bool, sections ...section) {
	circle := circlePoints(sides)
	base := len(m.vertices)
	at := func(s, k int) uint16 { return uint16(base + s*sides + k%sides) }
	for _, s := range sections {
		for _, c := range circle {
			m.vertices = append(m.vertices, vertex{p: s.centre.Add(s.u.Scale(c[0])).Add(s.v.Scale(c[1]))})
		}
	}
	last := len(sections) - 1
	for s := range last {
		for k := range sides {
			m.facet(smooth, sections[s].material, at(s, k), at(s, k+1), at(s+1, k+1), at(s+1, k))
		}
	}
	if capFirst {
		corners := make([]uint16, sides)
		for k := range corners {
			corners[k] = at(0, sides-1-k)
		}
		m.facet(false, sections[0].material, corners...)
	}
	if capLast {
		corners := make([]uint16, sides)
		for k := range corners {
			corners[k] = at(last, k)
		}
		m.facet(false, sections[last].material, corners...)
	}
	m.smoothNormals(base)
}

// facet adds a convex polygon, cut into triangles.
func (m *mesh) facet(smooth bool, material uint8, corners ...uint16) {
	// Newell's method: the area vector of the polygon, also when it is not quite flat.
	var area sim.Vec3
	for i, c := range corners {
		area = area.Add(m.vertices[c].p.Cross(m.vertices[corners[(i+1)%len(corners)]].p))
	}
	n := unit(area)
	for i := 1; i+1 < len(corners); i++ {
		m.triangles = append(m.triangles, triangle{a: corners[0], b: corners[i], c: corners[i+1], smooth: smooth, material: material, n: n})
	}
}

// smoothNormals gives each vertex from base on the mean normal of the smooth facets that meet there.
func (m *mesh) smoothNormals(base int) {
	for i := range m.triangles {
		t := &m.triangles[i]
		if !t.smooth || int(t.a) < base {
			continue
		}
		for _, k := range [3]uint16{t.a, t.b, t.c} {
			m.vertices[k].n = m.vertices[k].n.Add(t.n)
		}
	}
	for i := base; i < len(m.vertices); i++ {
		if v := &m.vertices[i]; v.n != (sim.Vec3{}) {
			v.n = unit(v.n)
		}
	}
}

func unit(v sim.Vec3) sim.Vec3 {
	return v.Scale(1 / v.Norm())
}

// circlePoints returns cosine and sine of n equally spaced angles, starting at half a step so that
// a tube of four sides is a box.
func circlePoints(n int) [][2]float64 {
	points := make([][2]float64, n)
	for k := range points {
		s, c := sim.Sincos(math.Pi * float64(2*k+1) / float64(n))
		points[k] = [2]float64{c, s}
	}
	return points
}
