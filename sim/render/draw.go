package render

import (
	"math"

	"colonnade/sim"
)

// rasterFromBody maps a point of a body to raster space before the perspective division: focal
// length times view x and y, and view z.
type rasterFromBody struct {
	m sim.Mat3
	t sim.Vec3
}

// set makes f the composition of a camera's map and a body's pose, given as worldFromBody and the
// body's origin seen from the eye. It works on pointers, because copying matrices costs as much as
// multiplying them.
func (f *rasterFromBody) set(c, w *sim.Mat3, x, y, z float64) {
	for i := 0; i < 9; i += 3 {
		a, b, d := c[i], c[i+1], c[i+2]
		f.m[i] = float64(a*w[0]) + float64(b*w[3]) + float64(d*w[6])
		f.m[i+1] = float64(a*w[1]) + float64(b*w[4]) + float64(d*w[7])
		f.m[i+2] = float64(a*w[2]) + float64(b*w[5]) + float64(d*w[8])
		f.t[i/3] = float64(a*x) + float64(b*y) + float64(d*z)
	}
}

// apply returns three numbers, not a Vec3, because the compiler keeps no arrays in registers.
func (f *rasterFromBody) apply(p *sim.Vec3) (x, y, z float64) {
	m := &f.m
	x = float64(m[0]*p[0]) + float64(m[1]*p[1]) + float64(m[2]*p[2]) + f.t[0]
	y = float64(m[3]*p[0]) + float64(m[4]*p[1]) + float64(m[5]*p[2]) + f.t[1]
	z = float64(m[6]*p[0]) + float64(m[7]*p[1]) + float64(m[8]*p[2]) + f.t[2]
	return x, y, z
}

// whole tells whether everything within a radius of the body's origin can be projected as it is,
// without clipping.
func (c *camera) whole(f *rasterFromBody, radius float64) bool {
	nearest := f.t[2] - radius
	side := float64(guardBand*nearest) - float64(c.focal*radius)
	return nearest >= nearPlane && math.Abs(f.t[0]) <= side && math.Abs(f.t[1]) <= side
}

// project sets a point on the picture, snapped to 1/256 pixel. x, y, z must be ahead of the camera
// and within the guard band.
func (c *camera) project(p *point, x, y, z float64) {
	inverse := 1 / z
	p.x = int32(float64(x*inverse)+c.shiftedX) - pointShift
	p.y = int32(float64(y*inverse)+c.shiftedY) - pointShift
	p.depth = uint32(int64(float64(depthScale * inverse)))
}

// projectAll projects the vertices of a body into points.
func (r *Renderer) projectAll(vertices []vertex, f *rasterFromBody) {
	points := r.points[:len(vertices)]
	for i := range vertices {
		x, y, z := f.apply(&vertices[i].p)
		r.camera.project(&points[i], x, y, z)
	}
}

// targetMap sets the map of the target disc, and returns how far from its origin the disc reaches.
func (r *Renderer) targetMap(target *sim.Vec3, f *rasterFromBody) (radius float64) {
	c, k := &r.camera, r.discRadius
	f.set(&c.rasterFromWorld, &sim.Mat3{k, 0, 0, 0, k, 0, 0, 0, k}, target[0]-c.eye[0], target[1]-c.eye[1],
		target[2]+r.discHeight-c.eye[2])
	return float64(k * r.disc.radius)
}

// drawTarget marks the target disc.
func (r *Renderer) drawTarget(target *sim.Vec3) {
	var f rasterFromBody
	radius := r.targetMap(target, &f)
	r.mark(r.disc.vertices, r.disc.faces, &f, radius, indexTarget)
}

// shadowMap sets the map of a body's shadow, its vertices moved along the light down to the table,
// and returns how far from its origin the shadow reaches.
func (r *Renderer) shadowMap(m *mesh, pos *sim.Vec3, worldFromBody *sim.Mat3, f *rasterFromBody) (radius float64) {
	// (x, y, z) falls on (x - kx·z, y - ky·z, 0).
	c, kx, ky, w := &r.camera, r.lamp.shadowX, r.lamp.shadowY, worldFromBody
	var flatFromBody sim.Mat3
	for j := range 3 {
		flatFromBody[j] = w[j] - float64(kx*w[6+j])
		flatFromBody[3+j] = w[3+j] - float64(ky*w[6+j])
	}
	f.set(&c.rasterFromWorld, &flatFromBody, pos[0]-float64(kx*pos[2])-c.eye[0], pos[1]-float64(ky*pos[2])-c.eye[1],
		-c.eye[2])
	// Along the lamp's direction the shadow is longer than its object by 1/(sine of its height).
	return m.radius / r.lamp.direction[2]
}

// drawShadow marks the shadow of a body.
func (r *Renderer) drawShadow(m *mesh, pos *sim.Vec3, worldFromBody *sim.Mat3) {
	var f rasterFromBody
	radius := r.shadowMap(m, pos, worldFromBody, &f)
	r.mark(m.vertices, m.faces, &f, radius, shadowBit)
}

// mark lays an index over the pixels of the faces that show their front. The vertices are within a
// radius of f's origin.
func (r *Renderer) mark(vertices []vertex, faces []face, f *rasterFromBody, radius float64, index uint32) {
	if !r.camera.whole(f, radius) {
		for i := range faces {
			r.clipFace(&faces[i], vertices, f, index, mark)
		}
		return
	}
	r.projectAll(vertices, f)
	points := r.points[:len(vertices)]
	for i := range faces {
		g := &faces[i]
		a, b, c, d := &points[g.a], &points[g.b], &points[g.c], &points[g.d]
		if abc, acd := turn(a, b, c), turn(a, c, d); abc > 0 || acd > 0 {
			r.raster.face(a, b, c, d, abc, acd, index, mark)
		}
	}
}

// bodyMap sets the map of a body.
func (r *Renderer) bodyMap(pos *sim.Vec3, worldFromBody *sim.Mat3, f *rasterFromBody) {
	c := &r.camera
	f.set(&c.rasterFromWorld, worldFromBody, pos[0]-c.eye[0], pos[1]-c.eye[1], pos[2]-c.eye[2])
}

// bodyLamp returns the direction of the lamp as a body sees it.
func bodyLamp(worldFromBody *sim.Mat3, lamp *sim.Vec3) (d sim.Vec3) {
	w := worldFromBody
	for i := range d {
		d[i] = float64(w[i]*lamp[0]) + float64(w[3+i]*lamp[1]) + float64(w[6+i]*lamp[2])
	}
	return d
}

// drawBody draws a body.
func (r *Renderer) drawBody(m *mesh, pos *sim.Vec3, worldFromBody *sim.Mat3) {
	var f rasterFromBody
	r.bodyMap(pos, worldFromBody, &f)
	lamp := bodyLamp(worldFromBody, &r.lamp.direction)
	points := r.points[:len(m.vertices)]
	if m.smooth {
		for i := range points {
			points[i].level = r.lamp.level(lamp.Dot(m.vertices[i].n))
		}
	}
	if !r.camera.whole(&f, m.radius) {
		for i := range m.faces {
			g := &m.faces[i]
			index, k := r.appearance(g, &lamp)
			r.clipFace(g, m.vertices, &f, index, k)
		}
		return
	}
	r.projectAll(m.vertices, &f)
	for i := range m.faces {
		g := &m.faces[i]
		a, b, c, d := &points[g.a], &points[g.b], &points[g.c], &points[g.d]
		if abc, acd := turn(a, b, c), turn(a, c, d); abc > 0 || acd > 0 {
			index, k := r.appearance(g, &lamp)
			r.raster.face(a, b, c, d, abc, acd, index, k)
		}
	}
}

// appearance returns how a face is drawn.
func (r *Renderer) appearance(g *face, bodyLamp *sim.Vec3) (index uint32, k kind) {
	index = uint32(g.material) * levels
	if g.smooth {
		return index, smooth
	}
	return index + r.lamp.level(bodyLamp.Dot(g.n))>>levelBits, flat
}

// boxFaces are the five sides of a box that can be seen; its corners are numbered x + 2y + 4z.
var boxFaces = []face{
	{a: 4, b: 5, c: 7, d: 6, n: sim.Vec3{0, 0, 1}},
	{a: 0, b: 1, c: 5, d: 4, n: sim.Vec3{0, -1, 0}},
	{a: 3, b: 2, c: 6, d: 7, n: sim.Vec3{0, 1, 0}},
	{a: 2, b: 0, c: 4, d: 6, n: sim.Vec3{-1, 0, 0}},
	{a: 1, b: 3, c: 7, d: 5, n: sim.Vec3{1, 0, 0}},
}

// drawBoxes draws the scene's boxes with their shadows.
func (r *Renderer) drawBoxes() {
	for i := range r.scene.Boxes {
		if b := &r.scene.Boxes[i]; b.Height > 0 {
			_, radius := r.turnBox(b)
			r.drawShadow(&mesh{vertices: r.box[:], faces: boxFaces, radius: radius}, &sim.Vec3{b.X, b.Y, 0},
				&sim.Identity)
		}
	}
	for i := range r.scene.Boxes {
		if b := &r.scene.Boxes[i]; b.Height > 0 {
			r.drawBox(b, indexBackdrop|uint32(boxColour+i*boxColours)<<2)
		}
	}
}

// turnBox sets the corners of a box, from the middle of its foot, and returns its turn and how far
// they are from there.
func (r *Renderer) turnBox(b *Box) (worldFromBox sim.Mat3, radius float64) {
	sin, cos := sim.Sincos(float64(b.Turn * (math.Pi / 180)))
	worldFromBox = sim.Mat3{cos, -sin, 0, sin, cos, 0, 0, 0, 1}
	for k := range r.box {
		p := sim.Vec3{-b.Width / 2, -b.Depth / 2, 0}
		if k&1 != 0 {
			p[0] = b.Width / 2
		}
		if k&2 != 0 {
			p[1] = b.Depth / 2
		}
		if k&4 != 0 {
			p[2] = b.Height
		}
		r.box[k].p = worldFromBox.MulVec(p)
		radius = max(radius, p.Norm())
	}
	return worldFromBox, radius
}

// drawBox draws a box whose darkest colour has an index.
func (r *Renderer) drawBox(b *Box, index uint32) {
	worldFromBox, radius := r.turnBox(b)
	var f rasterFromBody
	f.set(&r.camera.rasterFromWorld, &sim.Identity, b.X-r.camera.eye[0], b.Y-r.camera.eye[1], -r.camera.eye[2])
	whole := r.camera.whole(&f, radius)
	if whole {
		r.projectAll(r.box[:], &f)
	}
	for i := range boxFaces {
		g := &boxFaces[i]
		level := r.lamp.level(worldFromBox.MulVec(g.n).Dot(r.lamp.direction)) >> levelBits * boxColours / levels
		colour := index + level<<2
		if !whole {
			r.clipFace(g, r.box[:], &f, colour, flat)
			continue
		}
		a, b, c, d := &r.points[g.a], &r.points[g.b], &r.points[g.c], &r.points[g.d]
		if abc, acd := turn(a, b, c), turn(a, c, d); abc > 0 || acd > 0 {
			r.raster.face(a, b, c, d, abc, acd, colour, flat)
		}
	}
}
