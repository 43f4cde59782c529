package render

import (
	"math"

	"colonnade/sim"
)

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
