package render

import (
	"encoding/hex"
	"flag"
	"math/rand/v2"
	"path/filepath"
	"testing"

	"github.com/minio/highwayhash"

	"colonnade/sim"
	"colonnade/sim/internal/simtest"
)

var update = flag.Bool("update", false, "rewrite testdata/snapshots.txt with what is drawn now")

const snapshotHeader = `# HighwayHash-256 (key: 32 zero bytes) of all frames of a set, one after the other.
# They must be the same on every machine and with every build: if a change means to alter pixels,
# look at the pictures, then run  go test ./sim/render -run TestSnapshots -update
`

// snapshots are sets of frames: training frames, large ones, and views that clip and tilt.
var snapshots = []struct {
	name                       string
	width, height, supersample int
	frames                     int
	change                     func(s *Scene)
	sensor                     Sensor
}{
	{name: "training", width: 64, height: 64, supersample: 1, frames: 500},
	{name: "training-supersample2", width: 64, height: 64, supersample: 2, frames: 200},
	{name: "people", width: 640, height: 480, supersample: 2, frames: 4},
	{name: "wide-close", width: 120, height: 90, supersample: 1, frames: 40, change: func(s *Scene) {
		s.Camera = Camera{Position: sim.Vec3{0.12, -0.42, 0.35}, LookAt: sim.Vec3{0, -0.2, 0.3},
			Up: sim.Vec3{0.1, 0, 1}, FovY: 95}
	}},
	{name: "horizon", width: 96, height: 64, supersample: 3, frames: 40, change: func(s *Scene) {
		s.Camera = Camera{Position: sim.Vec3{0.7, -1.1, 0.4}, LookAt: sim.Vec3{0, -0.1, 0.3}, Up: sim.Vec3{0.4, 0, 1},
			FovY: 50}
		s.Light = Light{Direction: sim.Vec3{0.9, 0.5, 0.7}, Ambient: 0.2, Diffuse: 0.9}
		s.Table, s.Sky = Colour{160, 120, 80}, Colour{200, 220, 240}
	}},
	{name: "laboratory", width: 64, height: 64, supersample: 2, frames: 100,
		change: func(s *Scene) { *s = *labScene() }},
	{name: "laboratory-webcam", width: 64, height: 64, supersample: 1, frames: 100, change: func(s *Scene) {
		*s = *labScene()
		s.Arm.Gloss = 0.5
	}, sensor: webcam},
	{name: "laboratory-people", width: 400, height: 300, supersample: 1, frames: 2,
		change: func(s *Scene) { *s = *labScene() }, sensor: webcam},
}

func TestSnapshots(t *testing.T) {
	var got []simtest.Hash
	for _, c := range snapshots {
		scene := DefaultScene()
		if c.change != nil {
			c.change(scene)
		}
		r := newRenderer(t, scene, c.width, c.height, c.supersample)
		setSensor(t, r, c.sensor)
		h, err := highwayhash.New(make([]byte, highwayhash.Size))
		if err != nil {
			t.Fatal(err)
		}
		rng := rand.New(rand.NewPCG(5, 1))
		pixels := make([]uint8, 3*c.width*c.height)
		for frame := 0; frame < c.frames; {
			w := randomWorld(rng)
			if r.Render(pixels, &w.pos, &w.rot, w.target) == nil { // not so if the camera is inside the arm
				h.Write(pixels)
				frame++
			}
		}
		got = append(got, simtest.Hash{Name: c.name, Hash: hex.EncodeToString(h.Sum(nil))})
	}
	simtest.CheckHashes(t, filepath.Join("testdata", "snapshots.txt"), snapshotHeader, *update, got)
}
