//go:build !purego

package render

import (
	"sync"

	"colonnade/sim"
	"colonnade/sim/internal/cpu"
)

// Room for the coarse arm, which newBatches checks.
const (
	vertexRoom  = 280
	faceRoom    = 224
	polygonRoom = 2*faceRoom + batchSize // a face may become two triangles; whole batches are written
)

// batches holds what the vector routines hand on to each other.
type batches struct {
	// Projected vertices: whole numbers, as in point.
	x, y, depth [vertexRoom]float64

	index [faceRoom]uint32 // of each face under the lamp

	// Polygons to draw, each with four corners; a triangle has its first corner twice.
	corner [4][polygonRoom]uint32
	area   [polygonRoom]float64 // doubled, square subpixels
	colour [polygonRoom]uint32  // index

	work fillWork
}

// fillWork is the work space of fill: quantities of eight polygons, and of eight rows.
type fillWork struct {
	y, rows      [batchSize]int64 // first row, number of rows
	d, dx, dy    [batchSize]uint64
	index        [batchSize]uint64
	edges        [4]fillEdge
	first, count [batchSize]int64  // of the runs of pixels in eight rows
	start        [batchSize]uint64 // depth at the first pixel
}

// fillEdge is a side of eight polygons, as edge has it. left is 0 for a left side, else so low that
// it bounds nothing; right is the same for right sides.
type fillEdge struct{ n, step, inverse, left, right [batchSize]float64 }

// A goroutine needs batches only while it draws a frame, so all renderers share them: those used
// last are still in the cache.
var idleBatches struct {
	sync.Mutex
	list []*batches
}

// takeBatches lends buffers, or returns nil where there is no AVX-512.
func takeBatches() *batches {
	if !cpu.AVX512 {
		return nil
	}
	idleBatches.Lock()
	defer idleBatches.Unlock()
	n := len(idleBatches.list) - 1
	if n < 0 {
		return newBatches()
	}
	b := idleBatches.list[n]
	idleBatches.list = idleBatches.list[:n]
	return b
}

func newBatches() *batches {
	for _, a := range [...]*arrays{coarseBodies(), coarseMarks()} {
		if len(a.vertices) > 3*vertexRoom || len(a.index) > faceRoom {
			panic("render: the coarse arm does not fit its batches")
		}
	}
	return new(batches)
}

// give takes buffers back.
func (b *batches) give() {
	idleBatches.Lock()
	idleBatches.list = append(idleBatches.list, b)
	idleBatches.Unlock()
}

// project8 projects n batches of vertices to x, y and depth from number first on.
//
//go:noescape
func project8(b *batches, first int, vertices *float64, n int, f *rasterFromBody, shiftedX, shiftedY float64)

// light8 sets index, from face number first on, for n batches of faces with the given normals and
// indices without light. lamp is the direction of the light.
//
//go:noescape
func light8(b *batches, first int, normals *float64, indices *uint32, n int, lamp *sim.Vec3, l *lamp)

// cull8 makes polygons of n batches of faces, of those that show their front, and returns how many
// there are.
//
//go:noescape
func cull8(b *batches, corners, index *uint32, n int) int

// fill8 draws n polygons: with flat the nearest wins, else their index is laid over what is there.
//
//go:noescape
func fill8(b *batches, n int, words *uint32, rows *span, width, height int, flat bool)

// drawBatches draws target, shadows and arm, as drawTarget, drawShadow and drawBody do one after
// the other. It returns false, and draws nothing, if any of them must be clipped or there is no
// AVX-512.
func (r *Renderer) drawBatches(pos *[sim.NumBodies]sim.Vec3, rot *[sim.NumBodies]sim.Mat3, target *sim.Vec3) bool {
	b := takeBatches()
	if b == nil {
		return false
	}
	defer b.give()
	const marks = 1 + sim.NumBodies
	var from [marks + sim.NumBodies]rasterFromBody
	radius := r.targetMap(target, &from[0])
	whole := r.camera.whole(&from[0], radius)
	for i := range pos {
		radius = r.shadowMap(&r.arm.shadow[i], &pos[i], &rot[i], &from[1+i])
		whole = whole && r.camera.whole(&from[1+i], radius)
		r.bodyMap(&pos[i], &rot[i], &from[marks+i])
		whole = whole && r.camera.whole(&from[marks+i], r.arm.body[i].radius)
	}
	if !whole {
		return false
	}

	marked := coarseMarks()
	r.projectBatches(b, marked, from[:marks])
	r.fillBatches(b, cull8(b, &marked.corners[0], &marked.index[0], len(marked.index)/batchSize), false)

	bodies := coarseBodies()
	r.projectBatches(b, bodies, from[marks:])
	first := 0
	for i := range bodies.parts {
		lamp := bodyLamp(&rot[i], &r.lamp.direction)
		n := bodies.parts[i].faces
		light8(b, first, &bodies.normals[3*first], &bodies.index[first], n, &lamp, &r.lamp)
		first += batchSize * n
	}
	r.fillBatches(b, cull8(b, &bodies.corners[0], &b.index[0], len(bodies.index)/batchSize), true)
	return true
}

// projectBatches projects the vertices of all meshes.
func (r *Renderer) projectBatches(b *batches, a *arrays, from []rasterFromBody) {
	first := 0
	for i := range a.parts {
		n := a.parts[i].vertices
		project8(b, first, &a.vertices[3*first], n, &from[i], r.camera.shiftedX, r.camera.shiftedY)
		first += batchSize * n
	}
}

func (r *Renderer) fillBatches(b *batches, polygons int, flat bool) {
	fill8(b, polygons, &r.raster.words[0], &r.raster.rows[0], r.raster.width, r.raster.height, flat)
}
