package domain

import (
	"math/rand/v2"
	"testing"

	"colonnade/sim"
	"colonnade/sim/internal/simtest"
	"colonnade/sim/render"
)

// state is what one frame shows.
type state struct {
	pos    [sim.NumBodies]sim.Vec3
	rot    [sim.NumBodies]sim.Mat3
	palm   sim.Vec3
	target sim.Vec3
}

// randomState draws a start of the reach task.
func randomState(rng *rand.Rand) *state {
	d, target := simtest.Start(rng)
	return &state{pos: d.BodyPos, rot: d.BodyRot, palm: d.Palm, target: target}
}

// show changes a renderer to a world.
func show(tb testing.TB, r *render.Renderer, w *World) {
	tb.Helper()
	if err := r.SetScene(&w.Scene); err != nil {
		tb.Fatal(err)
	}
	if err := r.SetSensor(w.Sensor); err != nil {
		tb.Fatal(err)
	}
}

func newRenderer(tb testing.TB, width, height, supersample int) *render.Renderer {
	tb.Helper()
	r, err := render.NewRenderer(render.DefaultScene(), width, height, supersample)
	if err != nil {
		tb.Fatal(err)
	}
	return r
}
