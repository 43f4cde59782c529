//go:build !purego

package render

import (
	"math/rand/v2"
	"slices"
	"testing"

	"colonnade/sim"
)

// randomLab returns a laboratory that differs from labScene in what its table looks like: patterns
// from fine to coarse or none, seen from near and far, from above and along the surface.
func randomLab(rng *rand.Rand) *Scene {
	s := labScene()
	between := func(low, high float64) float64 { return low + (high-low)*rng.Float64() }
	s.Camera = Camera{Position: sim.Vec3{between(-3, 3), between(-4, -1), between(0.02, 4)},
		LookAt: sim.Vec3{between(-0.5, 0.5), between(-0.5, 0.5), between(-0.3, 0.5)}, Up: sim.Vec3{0, 0, 1},
		FovY: between(10, 100), Roll: between(-90, 90)}
	s.Texture = Texture{Colour: Colour{20, 30, 40}, Grain: rng.Float64(), Weave: rng.Float64(),
		Size: between(0.05, 5), Turn: between(-180, 180)}
	switch rng.IntN(5) {
	case 0:
		s.Texture.Grain = 0
	case 1:
		s.Texture.Weave = 0
	case 2:
		s.Texture = Texture{}
	case 3:
		s.Room = Room{}
	}
	return s
}

// checkBackdrop compares the rows of a backdrop with those in Go.
func checkBackdrop(t *testing.T, seed uint64, width, height int) {
	t.Helper()
	s := randomLab(rand.New(rand.NewPCG(seed, 3)))
	if s.Validate() != nil || !s.laboratory() {
		return
	}
	c, l := newCamera(&s.Camera, width, height, 1), newLamp(&s.Light)
	b := newBackdrop(s, &c, &l)
	got, want := make([]uint32, width+1), make([]uint32, width+1)
	for y := range height {
		b.row(got[:width], y)
		b.rowGeneric(want[:width], y)
		if !slices.Equal(got, want) {
			t.Fatalf("seed %d: row %d of %d x %d pixels is %#x, want %#x", seed, y, width, height, got, want)
		}
	}
}

func TestBackdropVectors(t *testing.T) {
	needVectors(t)
	for seed := range uint64(300) {
		checkBackdrop(t, seed, 1+int(seed*7%90), 30)
	}
}

func FuzzBackdrop(f *testing.F) {
	needVectors(f)
	f.Add(uint64(1), uint8(64), uint8(64))
	f.Fuzz(func(t *testing.T, seed uint64, width, height uint8) {
		checkBackdrop(t, seed, int(width)+1, int(height)+1)
	})
}

// BenchmarkBackdrop measures the empty laboratory of a training frame, by either way.
func BenchmarkBackdrop(b *testing.B) {
	s := labScene()
	c, l := newCamera(&s.Camera, 64, 64, 1), newLamp(&s.Light)
	drop := newBackdrop(s, &c, &l)
	words := make([]uint32, 64)
	for _, way := range []struct {
		name string
		row  func(y int)
	}{
		{"go", func(y int) { drop.rowGeneric(words, y) }},
		{"vector", func(y int) { drop.row(words, y) }},
	} {
		b.Run("way="+way.name, func(b *testing.B) {
			for b.Loop() {
				for y := range 64 {
					way.row(y)
				}
			}
		})
	}
}
