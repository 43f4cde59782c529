package render

import (
	"fmt"
	"math"
	"testing"

	"colonnade/sim"
)

// TestMeshes checks every mesh: normals of length 1, faces that turn counter-clockwise about
// theirs, corners that differ, vertices within the radius.
func TestMeshes(t *testing.T) {
	meshes := map[string]*mesh{"coarse disc": coarseDisc(), "fine disc": fineDisc()}
	for b := range sim.NumBodies {
		meshes[fmt.Sprintf("coarse body %d", b)] = &coarseJaco().body[b]
		meshes[fmt.Sprintf("coarse shadow %d", b)] = &coarseJaco().shadow[b]
		meshes[fmt.Sprintf("fine body %d", b)] = &fineJaco().body[b]
		meshes[fmt.Sprintf("fine shadow %d", b)] = &fineJaco().shadow[b]
	}
	for name, m := range meshes {
		for i := range m.vertices {
			if v := &m.vertices[i]; v.p.Norm() > m.radius+1e-12 {
				t.Errorf("%s: vertex %d is %g m from the origin, the radius is %g m", name, i, v.p.Norm(), m.radius)
			}
		}
		for i := range m.faces {
			f := &m.faces[i]
			if math.Abs(f.n.Norm()-1) > 1e-12 {
				t.Errorf("%s: normal of face %d has length %g", name, i, f.n.Norm())
			}
			p := [4]sim.Vec3{m.vertices[f.a].p, m.vertices[f.b].p, m.vertices[f.c].p, m.vertices[f.d].p}
			if n := p[1].Sub(p[0]).Cross(p[2].Sub(p[0])); n.Dot(f.n) <= 0.9*n.Norm() {
				t.Errorf("%s: first half of face %d does not face its normal", name, i)
			}
			if n := p[2].Sub(p[0]).Cross(p[3].Sub(p[0])); f.c != f.d && n.Dot(f.n) <= 0.9*n.Norm() {
				t.Errorf("%s: second half of face %d does not face its normal", name, i)
			}
			if !f.smooth {
				continue
			}
			for _, k := range [4]uint16{f.a, f.b, f.c, f.d} {
				if n := m.vertices[k].n; math.Abs(n.Norm()-1) > 1e-12 || n.Dot(f.n) < 0.5 {
					t.Errorf("%s: normal %v of vertex %d is far from the normal %v of face %d", name, n, k, f.n, i)
				}
			}
		}
	}
}

// TestSmoothNormals checks that the round sides of a cylinder have radial normals.
func TestSmoothNormals(t *testing.T) {
	var m mesh
	m.loft(16, true, true, true, alongZ(-1, 0, 0.1, 0.03, 0.03, 1), alongZ(-1, 0, -0.2, 0.03, 0.03, 1))
	for i := range m.vertices {
		v := &m.vertices[i]
		if want := unit(sim.Vec3{v.p[0], v.p[1], 0}); v.n.Distance(want) > 1e-9 {
			t.Errorf("normal at %v is %v, want %v", v.p, v.n, want)
		}
	}
}

// TestFineMeshesAreClosed checks that each side of a face is the side of one other, run the other
// way.
func TestFineMeshesAreClosed(t *testing.T) {
	for b := range sim.NumBodies {
		m := &fineJaco().body[b]
		sides := make(map[[2]uint16]int)
		for i := range m.faces {
			f := &m.faces[i]
			corners := []uint16{f.a, f.b, f.c, f.d}
			if f.c == f.d {
				corners = corners[:3]
			}
			for k, c := range corners {
				sides[[2]uint16{c, corners[(k+1)%len(corners)]}]++
			}
		}
		for side, n := range sides {
			if n != 1 || sides[[2]uint16{side[1], side[0]}] != 1 {
				t.Fatalf("body %d: side %v is not shared by two faces", b, side)
			}
		}
	}
}

// TestExtents compares the fine arm with the extents of Kinova's meshes (sim/MODEL.md
// section 5), to 5 mm. Rings are left out; a finger is its two phalanges, the outer one's origin
// being at 0.044 -0.003 0.
func TestExtents(t *testing.T) {
	for b, want := range [sim.NumBodies][3][2]float64{
		sim.Base:    {{-0.0413, 0.0413}, {-0.0413, 0.0413}, {0, 0.1568}},
		sim.Link1:   {{-0.0413, 0.0413}, {-0.0413, 0.0413}, {-0.1599, 0}},
		sim.Link2:   {{-0.0413, 0.0413}, {-0.4512, 0.0413}, {-0.0430, 0}},
		sim.Link3:   {{-0.0413, 0.0413}, {-0.0413, 0.2072}, {-0.0430, 0.0200}},
		sim.Link4:   {{-0.0315, 0.0315}, {-0.0527, 0.0315}, {-0.0914, 0}},
		sim.Link5:   {{-0.0315, 0.0315}, {-0.0527, 0.0315}, {-0.0914, 0}},
		sim.Hand:    {{-0.0464, 0.0464}, {-0.0508, 0.0543}, {-0.1210, 0}},
		sim.Finger1: {{-0.0095, 0.0877}, {-0.0213, 0.0052}, {-0.0115, 0.0115}},
		sim.Finger2: {{-0.0095, 0.0877}, {-0.0213, 0.0052}, {-0.0115, 0.0115}},
		sim.Finger3: {{-0.0095, 0.0877}, {-0.0213, 0.0052}, {-0.0115, 0.0115}},
	} {
		m := &fineJaco().shadow[b] // without rings
		for axis, w := range want {
			lo, hi := math.Inf(1), math.Inf(-1)
			for i := range m.vertices {
				lo, hi = min(lo, m.vertices[i].p[axis]), max(hi, m.vertices[i].p[axis])
			}
			if math.Abs(lo-w[0]) > 0.005 || math.Abs(hi-w[1]) > 0.005 {
				t.Errorf("body %d reaches from %.4f to %.4f along axis %d, want %v", b, lo, hi, axis, w)
			}
		}
	}
}
