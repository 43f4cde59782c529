package render

import (
	"math"

	"colonnade/sim"
)

// mesh is the surface of one body in its own frame.
type mesh struct {
	vertices []vertex
	faces    []face
	smooth   bool    // some faces are smooth
	radius   float64 // no vertex is further from the origin, m
}

type vertex struct {
	p sim.Vec3 // m
	n sim.Vec3 // unit normal of the smooth facets around, outwards
}

// face is a flat or nearly flat convex facet of four corners, counter-clockwise seen from outside;
// d = c makes it a triangle.
type face struct {
	a, b, c, d uint16
	smooth     bool // shade by the vertices' normals instead of n
	material   uint8
	n          sim.Vec3 // unit normal, outwards
}

// section is a cross-section of a loft: the ellipse centre + cos·u + sin·v. material is that of the
// strip that leads to the next section. fineOnly leaves it out of the coarse arm.
type section struct {
	centre, u, v sim.Vec3
	material     uint8
	fineOnly     bool
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
	m.measure()
}

// measure sets the radius.
func (m *mesh) measure() {
	for i := range m.vertices {
		m.radius = max(m.radius, m.vertices[i].p.Norm())
	}
}

// facet adds a convex polygon, cut into faces of at most four corners.
func (m *mesh) facet(smooth bool, material uint8, corners ...uint16) {
	// Newell's method: the area vector of the polygon, also when it is not quite flat.
	var area sim.Vec3
	for i, c := range corners {
		area = area.Add(m.vertices[c].p.Cross(m.vertices[corners[(i+1)%len(corners)]].p))
	}
	f := face{smooth: smooth, material: material, n: unit(area), a: corners[0]}
	for i := 1; i+1 < len(corners); i += 2 {
		f.b, f.c, f.d = corners[i], corners[i+1], corners[min(i+2, len(corners)-1)]
		m.faces = append(m.faces, f)
	}
}

// smoothNormals gives each vertex from base on the mean normal of the smooth facets that meet
// there.
func (m *mesh) smoothNormals(base int) {
	for i := range m.faces {
		f := &m.faces[i]
		if !f.smooth || int(f.a) < base {
			continue
		}
		for _, k := range [4]uint16{f.a, f.b, f.c, f.d} {
			m.vertices[k].n = m.vertices[k].n.Add(f.n)
		}
	}
	for i := base; i < len(m.vertices); i++ {
		if v := &m.vertices[i]; v.n != (sim.Vec3{}) {
			v.n = unit(v.n)
		}
	}
}

// discMesh returns a flat disc of radius 1 that faces +z.
func discMesh(sides int) *mesh {
	m := new(mesh)
	corners := make([]uint16, sides)
	for k, c := range circlePoints(sides) {
		m.vertices = append(m.vertices, vertex{p: sim.Vec3{c[0], c[1], 0}})
		corners[k] = uint16(k)
	}
	m.facet(false, 0, corners...)
	m.measure()
	return m
}

func unit(v sim.Vec3) sim.Vec3 {
	return v.Scale(1 / v.Norm())
}

// circlePoints returns the corners of a polygon of n equal sides that has the mean width of the
// unit circle: its corners lie a little outside. The first is half a step away from the x axis, so
// that a tube of four sides is a box.
func circlePoints(n int) [][2]float64 {
	half := math.Pi / float64(n)
	sin, _ := sim.Sincos(half)
	radius := half / sin
	points := make([][2]float64, n)
	for k := range points {
		s, c := sim.Sincos(half * float64(2*k+1))
		points[k] = [2]float64{float64(radius * c), float64(radius * s)}
	}
	return points
}
