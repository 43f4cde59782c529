package render

import "colonnade/sim"

// rasterFromBody maps a point of a body to raster space before the perspective division: focal
// length times view x and y, and view z.
type rasterFromBody struct {
	m sim.Mat3
	t sim.Vec3
}

func (f *rasterFromBody) apply(p *sim.Vec3) (x, y, z float64) {
	m := &f.m
	x = float64(m[0]*p[0]) + float64(m[1]*p[1]) + float64(m[2]*p[2]) + f.t[0]
	y = float64(m[3]*p[0]) + float64(m[4]*p[1]) + float64(m[5]*p[2]) + f.t[1]
	z = float64(m[6]*p[0]) + float64(m[7]*p[1]) + float64(m[8]*p[2]) + f.t[2]
	return x, y, z
}

// inFront tells whether a point can be projected as it is.
func inFront(x, y, z float64) bool {
	limit := guardBand * z
	return z >= nearPlane && x <= limit && x >= -limit && y <= limit && y >= -limit
}

// project divides by the distance and snaps to 1/256 pixel.
func (r *Renderer) project(x, y, z float64) point {
	inverse := 1 / z
	const shift = 2 * guardBand // conversion to integer cuts towards zero: make it a floor
	return point{
		x:     int32(float64(x*inverse)+(r.middle[0]+(shift+0.5))) - shift,
		y:     int32(float64(y*inverse)+(r.middle[1]+(shift+0.5))) - shift,
		depth: uint32(depthScale * inverse),
	}
}

// drawTarget marks the target disc.
func (r *Renderer) drawTarget(target sim.Vec3) {
	f := rasterFromBody{m: r.rasterFromWorld}
	centre := target.Sub(r.eye)
	centre[2] += r.discHeight
	f.t = f.m.MulVec(centre)
	whole := true
	for i, c := range r.disc {
		x, y, z := f.apply(&sim.Vec3{float64(r.discRadius * c[0]), float64(r.discRadius * c[1]), 0})
		if !inFront(x, y, z) {
			whole = false
			break
		}
		r.points[i] = r.project(x, y, z)
	}
	if !whole {
		return
	}
	for i := 1; i+1 < len(r.disc); i++ {
		r.raster.triangle(&r.points[0], &r.points[i], &r.points[i+1], indexTarget, mark)
	}
}

// drawShadow marks the shadow of a body: its vertices moved along the light down to the table.
func (r *Renderer) drawShadow(m *mesh, pos sim.Vec3, worldFromBody *sim.Mat3) {
	// (x, y, z) falls on (x - kx·z, y - ky·z, 0).
	kx, ky := r.lamp[0]/r.lamp[2], r.lamp[1]/r.lamp[2]
	w := worldFromBody
	var flatFromBody sim.Mat3
	for j := range 3 {
		flatFromBody[j] = w[j] - float64(kx*w[6+j])
		flatFromBody[3+j] = w[3+j] - float64(ky*w[6+j])
	}
	f := rasterFromBody{m: r.rasterFromWorld.Mul(flatFromBody)}
	f.t = r.rasterFromWorld.MulVec(sim.Vec3{
		pos[0] - float64(kx*pos[2]) - r.eye[0],
		pos[1] - float64(ky*pos[2]) - r.eye[1],
		-r.eye[2],
	})
	for i := range m.vertices {
		x, y, z := f.apply(&m.vertices[i].p)
		if !inFront(x, y, z) {
			return
		}
		r.points[i] = r.project(x, y, z)
	}
	for i := range m.triangles {
		t := &m.triangles[i]
		r.raster.triangle(&r.points[t.a], &r.points[t.b], &r.points[t.c], shadowBit, mark)
	}
}

// drawBody draws a body.
func (r *Renderer) drawBody(m *mesh, pos sim.Vec3, worldFromBody *sim.Mat3) {
	f := rasterFromBody{m: r.rasterFromWorld.Mul(*worldFromBody), t: r.rasterFromWorld.MulVec(pos.Sub(r.eye))}
	lamp := worldFromBody.Transpose().MulVec(r.lamp)
	for i := range m.vertices {
		v := &m.vertices[i]
		x, y, z := f.apply(&v.p)
		if !inFront(x, y, z) {
			return
		}
		p := &r.points[i]
		*p = r.project(x, y, z)
		p.level = uint32(float64(r.brightness(lamp.Dot(v.n)) * (1 << levelBits)))
	}
	for i := range m.triangles {
		t := &m.triangles[i]
		index := uint32(t.material) * levels
		if t.smooth {
			r.raster.triangle(&r.points[t.a], &r.points[t.b], &r.points[t.c], index, smooth)
			continue
		}
		index += uint32(r.brightness(lamp.Dot(t.n)))
		r.raster.triangle(&r.points[t.a], &r.points[t.b], &r.points[t.c], index, flat)
	}
}

// brightness returns the level of a surface, half a level away from the ends of the range so
// that rounding cannot leave it.
func (r *Renderer) brightness(cos float64) float64 {
	return min(max(r.ambient+float64(r.diffuse*max(cos, 0))+0.5, 0.5), levels-0.5)
}
