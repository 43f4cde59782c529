package render

import (
	"math/rand/v2"
	"testing"

	"colonnade/sim"
	"colonnade/sim/internal/simtest"
)

// world is what one frame shows.
type world struct {
	pos    [sim.NumBodies]sim.Vec3
	rot    [sim.NumBodies]sim.Mat3
	palm   sim.Vec3
	target sim.Vec3
}

// randomWorld draws a start of the reach task.
func randomWorld(rng *rand.Rand) *world {
	d, target := simtest.Start(rng)
	return &world{pos: d.BodyPos, rot: d.BodyRot, palm: d.Palm, target: target}
}

func (w *world) render(tb testing.TB, r *Renderer) []uint8 {
	tb.Helper()
	pixels := make([]uint8, 3*r.width*r.height)
	if err := r.Render(pixels, &w.pos, &w.rot, w.target); err != nil {
		tb.Fatal(err)
	}
	return pixels
}

func newRenderer(tb testing.TB, scene *Scene, width, height, supersample int) *Renderer {
	tb.Helper()
	r, err := NewRenderer(scene, width, height, supersample)
	if err != nil {
		tb.Fatal(err)
	}
	return r
}
