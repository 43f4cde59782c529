//go:build !purego

package render

import (
	"sync"

	"colonnade/sim"
)

// Vector routines draw the coarse arm all at once: they take its vertices and faces from arrays, a
// batch of eight at a time.
//
// A batch of vertices or normals is eight x, eight y, eight z. A batch of faces is eight first
// corners, eight second ones, and so on. The last batch of a body is filled up with faces without
// area and with vertices at the origin.

const batchSize = 8

// arrays is a set of meshes in batches, one mesh after the other.
type arrays struct {
	vertices []float64
	corners  []uint32 // numbers of vertices, counted through all batches
	normals  []float64
	index    []uint32 // of each face: what the palette has for it without light
	parts    []part8  // of each mesh
}

// part8 counts the batches of one mesh.
type part8 struct{ vertices, faces int }

// add appends a mesh. index gives what a face has in the palette.
func (a *arrays) add(m *mesh, index func(f *face) uint32) {
	base := uint32(len(a.vertices) / 3)
	p := part8{(len(m.vertices) + batchSize - 1) / batchSize, (len(m.faces) + batchSize - 1) / batchSize}
	a.vertices = append(a.vertices, make([]float64, 3*batchSize*p.vertices)...)
	for i := range m.vertices {
		place8(a.vertices, int(base)+i, m.vertices[i].p)
	}
	first := len(a.index)
	a.index = append(a.index, make([]uint32, batchSize*p.faces)...)
	a.normals = append(a.normals, make([]float64, 3*batchSize*p.faces)...)
	for range 4 * batchSize * p.faces {
		a.corners = append(a.corners, base)
	}
	for i := range m.faces {
		f := &m.faces[i]
		n := first + i
		a.index[n] = index(f)
		place8(a.normals, n, f.n)
		for k, corner := range [4]uint16{f.a, f.b, f.c, f.d} {
			a.corners[4*batchSize*(n/batchSize)+batchSize*k+n%batchSize] = base + uint32(corner)
		}
	}
	a.parts = append(a.parts, p)
}

// place8 sets vector number i of a list of batches.
func place8(list []float64, i int, v sim.Vec3) {
	for k, x := range v {
		list[3*batchSize*(i/batchSize)+batchSize*k+i%batchSize] = x
	}
}

// The coarse arm in batches: what is seen of it, and the target with the shadows, in this order.
var (
	coarseBodies = sync.OnceValue(func() *arrays {
		a := new(arrays)
		for b := range coarseJaco().body {
			a.add(&coarseJaco().body[b], func(f *face) uint32 { return uint32(f.material) * levels })
		}
		return a
	})
	coarseMarks = sync.OnceValue(func() *arrays {
		a := new(arrays)
		a.add(coarseDisc(), func(*face) uint32 { return indexTarget })
		for b := range coarseJaco().shadow {
			a.add(&coarseJaco().shadow[b], func(*face) uint32 { return shadowBit })
		}
		return a
	})
)
