package render

import "colonnade/sim"

// clipCorner is a corner of a face in raster space before the perspective division.
type clipCorner struct {
	p     sim.Vec3
	level float64
}

// clipPlanes bound what can be projected: in front of the near plane and within the guard band. A
// point is inside where n·p >= offset.
var clipPlanes = [5]struct {
	n      sim.Vec3
	offset float64
}{
	{sim.Vec3{0, 0, 1}, nearPlane},
	{sim.Vec3{1, 0, guardBand}, 0},
	{sim.Vec3{-1, 0, guardBand}, 0},
	{sim.Vec3{0, 1, guardBand}, 0},
	{sim.Vec3{0, -1, guardBand}, 0},
}

// maxClipped is the most corners a clipped face can have: each plane can add one.
const maxClipped = 4 + len(clipPlanes)

// clipFace draws the part of a face that can be projected (Sutherland and Hodgman, CACM 17(1),
// 1974). For smooth faces the levels of the vertices are in points.
func (r *Renderer) clipFace(g *face, vertices []vertex, f *rasterFromBody, index uint32, k kind) {
	var buffer [2][maxClipped]clipCorner
	in := buffer[0][:0]
	for _, v := range [4]uint16{g.a, g.b, g.c, g.d} {
		x, y, z := f.apply(&vertices[v].p)
		in = append(in, clipCorner{sim.Vec3{x, y, z}, float64(r.points[v].level)})
	}
	if g.c == g.d {
		in = in[:3]
	}
	for i := range clipPlanes {
		plane := &clipPlanes[i]
		out := buffer[(i+1)%2][:0]
		for j := range in {
			a, b := &in[j], &in[(j+1)%len(in)]
			da, db := plane.n.Dot(a.p)-plane.offset, plane.n.Dot(b.p)-plane.offset
			if da >= 0 {
				out = append(out, *a)
			}
			if (da >= 0) != (db >= 0) {
				out = append(out, cut(a, b, da, db))
			}
		}
		in = out
	}
	if len(in) < 3 {
		return
	}
	var points [maxClipped]point
	for i := range in {
		r.camera.project(&points[i], in[i].p[0], in[i].p[1], in[i].p[2])
		points[i].level = uint32(in[i].level)
	}
	for i := 1; i+1 < len(in); i++ {
		a, b, c := &points[0], &points[i], &points[i+1]
		if abc := turn(a, b, c); abc > 0 {
			r.raster.face(a, b, c, c, abc, 0, index, k)
		}
	}
}

// cut returns the point between a and b at distance 0 of a plane. It starts from the inner one in
// both directions, so two faces with this edge get the same point.
func cut(a, b *clipCorner, da, db float64) clipCorner {
	if da < db {
		a, b, da, db = b, a, db, da
	}
	t := da / (da - db)
	return clipCorner{
		p:     a.p.Add(b.p.Sub(a.p).Scale(t)),
		level: a.level + float64((b.level-a.level)*t),
	}
}
