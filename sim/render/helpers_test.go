package render

import (
	"math/rand/v2"
	"testing"

	"colonnade/sim"
	_ "colonnade/sim/internal/goldenflag"
)

// world is what one frame shows.
type world struct {
	pos    [sim.NumBodies]sim.Vec3
	rot    [sim.NumBodies]sim.Mat3
	palm   sim.Vec3
	target sim.Vec3
}

// randomWorld draws a state as the reach task starts: each arm joint up to 0.8 rad from keyframe
// reach_start, fingers from 0 to 1.2 rad, palm at least 0.10 m high; the target anywhere in its area.
func randomWorld(rng *rand.Rand) *world {
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
