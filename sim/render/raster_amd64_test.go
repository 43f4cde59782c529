//go:build !purego

package render

import (
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"

	"colonnade/sim"
	"colonnade/sim/internal/cpu"
)

// needVectors skips a test where there are no vector routines, or fails it if KERNELS_REQUIRE says so.
func needVectors(tb testing.TB) {
	tb.Helper()
	switch {
	case cpu.AVX512:
	case strings.Contains(os.Getenv("KERNELS_REQUIRE"), "avx512"):
		tb.Fatal("no AVX-512")
	default:
		tb.Skip("no AVX-512")
	}
}

// TestBatches compares words and spans that the vector routines leave with those of the meshes one
// by one, for poses of the task and for wild ones, in pictures of several shapes.
func TestBatches(t *testing.T) {
	needVectors(t)
	rng := rand.New(rand.NewPCG(8, 1))
	for _, size := range [][2]int{{64, 64}, {128, 128}, {200, 90}, {7, 255}, {1, 1}, {1000, 33}} {
		for _, scene := range []*Scene{DefaultScene(), labScene(), horizonScene()} {
			r := newRenderer(t, scene, size[0], size[1], 1)
			meshes := newRenderer(t, scene, size[0], size[1], 1)
			drawn := 0
			for k := range 60 {
				w := randomWorld(rng)
				if k%3 == 2 {
					for b := range w.pos {
						for i := range w.pos[b] {
							w.pos[b][i] += 0.5 * rng.NormFloat64()
						}
						w.rot[b] = randomMatrix(rng)
					}
				}
				r.restore()
				meshes.restore()
				if !r.drawBatches(&w.pos, &w.rot, &w.target) {
					continue
				}
				drawn++
				meshes.drawMeshes(&w.pos, &w.rot, &w.target)
				compareRasters(t, &r.raster, &meshes.raster)
			}
			if drawn < 20 {
				t.Errorf("%v: only %d frames needed no clipping", size, drawn)
			}
		}
	}
}

// randomMatrix returns a matrix of numbers from -1 to 1, which is what Render accepts.
func randomMatrix(rng *rand.Rand) (m sim.Mat3) {
	for i := range m {
		m[i] = 2*rng.Float64() - 1
	}
	return m
}

func compareRasters(t *testing.T, got, want *raster) {
	t.Helper()
	if !slices.Equal(got.words, want.words) {
		for i := range got.words {
			if got.words[i] != want.words[i] {
				t.Fatalf("%d x %d: word %d is %#x, want %#x", got.width, got.height, i, got.words[i], want.words[i])
			}
		}
	}
	for y := range got.rows {
		if g, w := got.rows[y], want.rows[y]; g != w {
			t.Fatalf("%d x %d: row %d is drawn on %v, want %v", got.width, got.height, y, g, w)
		}
	}
}

// TestClippedFrames checks that frames which the vector routines leave to the meshes are drawn.
func TestClippedFrames(t *testing.T) {
	needVectors(t)
	r := newRenderer(t, DefaultScene(), 64, 64, 1)
	w := randomWorld(rand.New(rand.NewPCG(8, 2)))
	w.pos[sim.Finger3] = r.camera.eye.Add(sim.Vec3{0, 0.05, 0})
	before := slices.Clone(r.raster.words)
	if r.drawBatches(&w.pos, &w.rot, &w.target) || !slices.Equal(before, r.raster.words) {
		t.Error("a body beside the camera is drawn without clipping")
	}
}

// checkFaces compares faces as cull8 and fill8 draw them with raster.face.
func checkFaces(t *testing.T, width, height int, points []point, faces []face) {
	t.Helper()
	empty := func() raster {
		r := raster{width: width, height: height, words: make([]uint32, width*height), rows: make([]span, height)}
		for i := range r.words {
			r.words[i] = uint32(i) * 2654435761
		}
		for y := range r.rows {
			r.rows[y] = span{int32(width), -1}
		}
		return r
	}
	b := newBatches()
	for i, p := range points {
		b.x[i], b.y[i], b.depth[i] = float64(p.x), float64(p.y), float64(p.depth)
	}
	var a arrays
	a.add(&mesh{faces: faces}, func(f *face) uint32 { return uint32(f.material) * levels })
	for _, k := range []kind{mark, flat} {
		got, want := empty(), empty()
		n := cull8(b, &a.corners[0], &a.index[0], len(a.index)/batchSize)
		fill8(b, n, &got.words[0], &got.rows[0], width, height, k == flat)
		for i := range faces {
			f := &faces[i]
			p0, p1, p2, p3 := &points[f.a], &points[f.b], &points[f.c], &points[f.d]
			if abc, acd := turn(p0, p1, p2), turn(p0, p2, p3); abc > 0 || acd > 0 {
				want.face(p0, p1, p2, p3, abc, acd, uint32(f.material)*levels, k)
			}
		}
		compareRasters(t, &got, &want)
	}
}

// randomFaces returns points at most reach subpixels from the middle of the picture, all of them
// corners of faces: quads of any shape and triangles.
func randomFaces(rng *rand.Rand, width, height, reach int) (points []point, faces []face) {
	points = make([]point, 40)
	for i := range points {
		points[i] = point{x: int32(width*subpixels/2 + rng.IntN(2*reach+1) - reach),
			y: int32(height*subpixels/2 + rng.IntN(2*reach+1) - reach), depth: rng.Uint32()}
	}
	faces = make([]face, 1+rng.IntN(60))
	for i := range faces {
		f := &faces[i]
		f.a, f.b = uint16(rng.IntN(len(points))), uint16(rng.IntN(len(points)))
		f.c, f.d = uint16(rng.IntN(len(points))), uint16(rng.IntN(len(points)))
		f.material = uint8(1 + rng.IntN(numMaterials-1))
		if rng.IntN(3) == 0 {
			f.d = f.c
		}
	}
	return points, faces
}

// TestFill compares polygons of all sizes, as far as vertices may be, with raster.face.
func TestFill(t *testing.T) {
	needVectors(t)
	rng := rand.New(rand.NewPCG(8, 3))
	for _, size := range [][2]int{{64, 64}, {1, 1}, {17, 33}, {300, 20}, {4096, 3}, {5, 255}} {
		for _, reach := range []int{2, 60, 400, 3000, 20000, 200000, guardBand} {
			for range 30 {
				points, faces := randomFaces(rng, size[0], size[1], reach)
				checkFaces(t, size[0], size[1], points, faces)
			}
		}
	}
}

func FuzzFill(f *testing.F) {
	needVectors(f)
	f.Add(uint64(1), uint16(64), uint8(64), uint32(4000))
	f.Add(uint64(2), uint16(3), uint8(200), uint32(guardBand))
	f.Fuzz(func(t *testing.T, seed uint64, width uint16, height uint8, reach uint32) {
		w, h := int(width%maxSide)+1, int(height)%(fineHeight-1)+1
		points, faces := randomFaces(rand.New(rand.NewPCG(seed, 1)), w, h, int(reach%(guardBand+1)))
		checkFaces(t, w, h, points, faces)
	})
}

// BenchmarkBatches measures target, shadows and arm of a training frame, by either way.
func BenchmarkBatches(b *testing.B) {
	r := newRenderer(b, DefaultScene(), 64, 64, 1)
	rng := rand.New(rand.NewPCG(8, 4))
	worlds := make([]*world, 64)
	for i := range worlds {
		worlds[i] = randomWorld(rng)
	}
	for _, c := range []struct {
		way  string
		draw func(w *world)
	}{
		{"meshes", func(w *world) { r.drawMeshes(&w.pos, &w.rot, &w.target) }},
		{"batches", func(w *world) { r.drawBatches(&w.pos, &w.rot, &w.target) }},
	} {
		b.Run("way="+c.way, func(b *testing.B) {
			needVectors(b)
			for k := 0; b.Loop(); k++ {
				c.draw(worlds[k%len(worlds)])
			}
		})
	}
}
