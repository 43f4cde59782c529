package domain

import (
	"math/rand/v2"
	"testing"

	"colonnade/sim"
	"colonnade/sim/render"
)

// state is what one frame shows.
type state struct {
	pos    [sim.NumBodies]sim.Vec3
	rot    [sim.NumBodies]sim.Mat3
	palm   sim.Vec3
	target sim.Vec3
}

// randomState draws a state as the reach task starts: each arm joint up to 0.8 rad from keyframe reach_start, fingers
// from 0 to 1.2 rad, palm at least 0.10 m high; the target anywhere in its area.
func randomState(rng *rand.Rand) *state {
	m := sim.Canonical()
	d := m.NewData()
	start, ok := m.Keyframe("reach_start")
	if !ok {
		panic("no keyframe reach_start")
	}
	for {
		d.Q = start
		for i := range d.Q {
			if i < sim.NumArmJoints {
				d.Q[i] += 1.6*rng.Float64() - 0.8
			} else {
				d.Q[i] = 1.2 * rng.Float64()
			}
		}
		m.Kinematics(d)
		if d.Palm[2] >= 0.10 {
			break
		}
	}
	target := sim.Vec3{0.4*rng.Float64() - 0.2, 0.3*rng.Float64() - 0.6, 0}
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
