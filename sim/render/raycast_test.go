package render

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"colonnade/sim"
)

// caster is an independent renderer: for each pixel a ray against every triangle in float64.
type caster struct {
	scene            *Scene
	ahead, right, up sim.Vec3
	scale            float64 // metres a pixel at 1 m
	width, height    int
	lamp             sim.Vec3
	triangles        []castTriangle
	casting          []castTriangle // what casts the shadow
	target           sim.Vec3
}

type castTriangle struct {
	a, u, v  sim.Vec3 // corner and edges, world
	n        sim.Vec3 // unit normal for brightness
	material uint8
}

func newCaster(scene *Scene, width, height int, arm *jaco, w *world) *caster {
	c := &caster{scene: scene, width: width, height: height, lamp: unit(scene.Light.Direction), target: w.target}
	c.ahead = unit(scene.Camera.LookAt.Sub(scene.Camera.Position))
	c.right = unit(c.ahead.Cross(scene.Camera.Up))
	c.up = c.right.Cross(c.ahead)
	c.scale = 2 * math.Tan(scene.Camera.FovY*math.Pi/360) / float64(height)
	c.triangles, c.casting = castTriangles(&arm.body, w), castTriangles(&arm.shadow, w)
	return c
}

func castTriangles(bodies *[sim.NumBodies]mesh, w *world) (triangles []castTriangle) {
	for b := range bodies {
		m := &bodies[b]
		at := func(k uint16) sim.Vec3 { return w.pos[b].Add(w.rot[b].MulVec(m.vertices[k].p)) }
		for i := range m.faces {
			f := &m.faces[i]
			for _, t := range [2][3]uint16{{f.a, f.b, f.c}, {f.a, f.c, f.d}} {
				if t[1] == t[2] {
					continue
				}
				a := at(t[0])
				triangles = append(triangles, castTriangle{
					a: a, u: at(t[1]).Sub(a), v: at(t[2]).Sub(a),
					n: w.rot[b].MulVec(f.n), material: f.material,
				})
			}
		}
	}
	return triangles
}

// hit returns the distance along the ray from p towards d at which it meets the triangle's front,
// if it does (Möller and Trumbore, 1997).
func (t *castTriangle) hit(p, d sim.Vec3) (float64, bool) {
	q := d.Cross(t.v)
	det := t.u.Dot(q)
	if det <= 1e-15 { // the back or the edge
		return 0, false
	}
	s := p.Sub(t.a)
	x := s.Dot(q) / det
	w := s.Cross(t.u)
	y := d.Dot(w) / det
	return t.v.Dot(w) / det, x >= 0 && y >= 0 && x+y <= 1
}

// index returns the palette index seen at a point of the picture, in pixels.
func (c *caster) index(x, y float64) uint32 {
	eye := c.scene.Camera.Position
	d := c.ahead.
		Add(c.right.Scale((x - float64(c.width)/2) * c.scale)).
		Add(c.up.Scale((float64(c.height)/2 - y) * c.scale))
	nearest := math.Inf(1)
	index := uint32(indexSky)
	if d[2] < 0 {
		nearest = -eye[2] / d[2]
		ground := eye.Add(d.Scale(nearest))
		index = indexTable
		disc := c.target.Add(sim.Vec3{0, 0, c.scene.Target.Height})
		onDisc := eye.Add(d.Scale((disc[2] - eye[2]) / d[2]))
		if onDisc.Distance(disc) < c.scene.Target.Radius {
			index = indexTarget
		}
		for i := range c.casting {
			// Fronts face the lamp: the ray runs from there to the ground.
			if far, ok := c.casting[i].hit(ground.Add(c.lamp.Scale(100)), c.lamp.Scale(-1)); ok && far < 100 {
				index |= shadowBit
				break
			}
		}
	}
	full := c.scene.Light.Ambient + c.scene.Light.Diffuse
	for i := range c.triangles {
		t := &c.triangles[i]
		if far, ok := t.hit(eye, d); ok && far >= nearPlane && far < nearest {
			nearest = far
			light := c.scene.Light.Ambient + c.scene.Light.Diffuse*max(0, t.n.Dot(c.lamp))
			index = uint32(t.material)*levels + uint32(math.Round(light/full*(levels-1)))
		}
	}
	return index
}

// TestAgainstRayCasting compares the rasterizer with ray casting: from the training camera, from
// beside the arm (where parts are cut by the near plane or lie behind the camera), and tilted with
// a horizon. At an outline a pixel may show what is 1/16 pixel away (the disc has corners); beyond
// that 1 in 500 may differ, where facets that are not quite flat touch others.
func TestAgainstRayCasting(t *testing.T) {
	const size, frames = 40, 8
	close := DefaultScene()
	close.Camera = Camera{Position: sim.Vec3{0.12, -0.42, 0.35}, LookAt: sim.Vec3{0, -0.2, 0.3}, Up: sim.Vec3{0, 0, 1},
		FovY: 90}
	below := DefaultScene()
	below.Camera = Camera{Position: sim.Vec3{-0.1, -0.3, 0.06}, LookAt: sim.Vec3{0, -0.2, 0.5}, Up: sim.Vec3{0.3, 0, 1},
		FovY: 110}
	horizon := DefaultScene()
	horizon.Camera = Camera{Position: sim.Vec3{0.6, -0.9, 0.3}, LookAt: sim.Vec3{0, -0.1, 0.25},
		Up: sim.Vec3{0.4, 0, 1}, FovY: 60}
	horizon.Light = Light{Direction: sim.Vec3{0.9, 0.5, 0.4}, Ambient: 0.2, Diffuse: 0.9}
	for _, c := range []struct {
		name  string
		scene *Scene
		clips bool    // some bodies reach to the camera
		sink  float64 // how deep the arm is put into the table, m
	}{
		{name: "training", scene: DefaultScene()},
		{name: "close", scene: close, clips: true},
		{name: "below", scene: below, clips: true},
		{name: "horizon", scene: horizon},
		{name: "sunk", scene: DefaultScene(), sink: 0.3},
	} {
		t.Run(c.name, func(t *testing.T) {
			rng := rand.New(rand.NewPCG(3, 1))
			r := newRenderer(t, c.scene, size, size, 1)
			pixels := make([]uint8, 3*size*size)
			drawn, wrong, clipped := 0, 0, 0
			var first string
			for frame := 0; frame < frames; {
				w := randomWorld(rng)
				for b := range w.pos {
					w.pos[b][2] -= c.sink
				}
				if r.Render(pixels, &w.pos, &w.rot, w.target) != nil {
					continue // the camera is inside the arm
				}
				frame++
				for b := range w.pos {
					if w.pos[b].Distance(c.scene.Camera.Position) < r.arm.body[b].radius {
						clipped++
					}
				}
				cast := newCaster(c.scene, size, size, r.arm, w)
				for y := range size {
					for x := range size {
						got, at := r.raster.words[y*size+x]&indexMask, sim.Vec3{float64(x) + 0.5, float64(y) + 0.5}
						want := cast.index(at[0], at[1])
						if want != indexTable {
							drawn++
						}
						same := sameIndex(got, want, c.sink > 0)
						// Vertices are snapped: at an outline the neighbourhood counts.
						for i := 0; i < 8 && !same; i++ {
							sin, cos := math.Sincos(float64(i) * math.Pi / 4)
							same = sameIndex(got, cast.index(at[0]+cos/16, at[1]+sin/16), c.sink > 0)
						}
						if !same {
							wrong++
							if first == "" {
								first = fmt.Sprintf("frame %d, pixel %d, %d: index %d, want %d", frame, x, y, got, want)
							}
						}
					}
				}
			}
			t.Logf("%d of %d drawn pixels differ", wrong, drawn)
			if drawn < 50*frames || wrong*500 > drawn {
				t.Errorf("%d of %d drawn pixels differ, the first: %s", wrong, drawn, first)
			}
			if (clipped > 0) != c.clips {
				t.Errorf("%d bodies reach to the camera, want some: %t", clipped, c.clips)
			}
		})
	}
}

// sameIndex compares two indices. Brightness may be rounded differently. What is sunk in the table
// casts no shadow in the caster's world.
func sameIndex(got, want uint32, sunk bool) bool {
	if want >= levels {
		return got/levels == want/levels && got-want+1 <= 2
	}
	return got == want || sunk && got|shadowBit == want|shadowBit
}
