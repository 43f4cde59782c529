package domain

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

const snapshotHeader = `# HighwayHash-256 (key: 32 zero bytes) of 100 frames of each preset, 64x64 pixels, one after the other.
# They must be the same on every machine and with every build: if a change means to alter pixels,
# look at the pictures, then run  go test ./sim/domain -run TestSnapshots -update
`

// TestSnapshots draws fixed states in worlds of each preset; the noise goes on from frame to frame.
func TestSnapshots(t *testing.T) {
	var got []simtest.Hash
	for _, name := range Names() {
		d := load(t, name)
		h, err := highwayhash.New(make([]byte, highwayhash.Size))
		if err != nil {
			t.Fatal(err)
		}
		r := newRenderer(t, 64, 64, 1)
		rng := rand.New(rand.NewPCG(5, 1))
		pixels := make([]uint8, 3*64*64)
		var w World
		for frame := range 100 {
			if frame%10 == 0 {
				d.Draw(rng, &w)
				show(t, r, &w)
			}
			s := randomState(rng)
			if err := r.Render(pixels, &s.pos, &s.rot, s.target); err != nil {
				t.Fatal(err)
			}
			h.Write(pixels)
		}
		got = append(got, simtest.Hash{Name: name, Hash: hex.EncodeToString(h.Sum(nil))})
	}
	simtest.CheckHashes(t, filepath.Join("testdata", "snapshots.txt"), snapshotHeader, *update, got)
}

// TestOnlyTheTargetIsRed checks what the robot's tracker relies on, in all worlds but random ones:
// no pixel away from the target is red and saturated, and some of the target are, wherever it is
// not hidden.
func TestOnlyTheTargetIsRed(t *testing.T) {
	red := func(p []uint8) bool { return p[0] > 90 && int(p[0]) > 2*int(max(p[1], p[2])) }
	for _, name := range Names() {
		d := load(t, name)
		if !d.Fixed() {
			continue
		}
		var w World
		d.Draw(nil, &w)
		e := newEye(&w)
		r := newRenderer(t, 64, 64, 1)
		show(t, r, &w)
		rng := rand.New(rand.NewPCG(8, 1))
		pixels := make([]uint8, 3*64*64)
		for range 100 {
			s := randomState(rng)
			if err := r.Render(pixels, &s.pos, &s.rot, s.target); err != nil {
				t.Fatal(err)
			}
			x, y := e.project(s.target)
			cx, cy := int(32+32*x), int(32+32*y)
			for i := 0; i < len(pixels); i += 3 {
				dx, dy := i/3%64-cx, i/3/64-cy
				if red(pixels[i:]) && (dx*dx > 25 || dy*dy > 25) {
					t.Fatalf("%s: pixel %d, %d is red (%v), but the target is at %d, %d", name, i/3%64, i/3/64,
						pixels[i:i+3], cx, cy)
				}
			}
		}
		// With the arm straight up nothing hides the target.
		s := randomState(rng)
		for b := range s.pos {
			s.pos[b] = sim.Vec3{0, 0, 0.1}
		}
		if err := r.Render(pixels, &s.pos, &s.rot, s.target); err != nil {
			t.Fatal(err)
		}
		n := 0
		for i := 0; i < len(pixels); i += 3 {
			if red(pixels[i:]) {
				n++
			}
		}
		if n < 12 {
			t.Errorf("%s: only %d pixels of the target are red and saturated", name, n)
		}
	}
}

// TestWorldsDiffer checks that each preset shows another picture than sim, robot in nearly every
// pixel.
func TestWorldsDiffer(t *testing.T) {
	s := randomState(rand.New(rand.NewPCG(9, 1)))
	draw := func(name string) []uint8 {
		var w World
		load(t, name).Draw(rand.New(rand.NewPCG(9, 2)), &w)
		r := newRenderer(t, 64, 64, 1)
		show(t, r, &w)
		pixels := make([]uint8, 3*64*64)
		if err := r.Render(pixels, &s.pos, &s.rot, s.target); err != nil {
			t.Fatal(err)
		}
		return pixels
	}
	plain := draw("sim")
	for name, want := range map[string]float64{"color-small": 0.9, "color-large": 0.9, "view-small": 0.03,
		"view-large": 0.05, "robot": 0.9, "robot-far": 0.9, "random": 0.9, "transfer-search": 0.9} {
		differ := 0
		for i, v := range draw(name) {
			if v != plain[i] {
				differ++
			}
		}
		if share := float64(differ) / float64(len(plain)); share < want {
			t.Errorf("%s differs from sim in %.0f %% of all bytes, want %.0f %%", name, 100*share, 100*want)
		}
	}
}

// TestArmReach checks the bound that keeps the camera out of the arm: no palm or finger tip of many
// poses is further from the shoulder.
func TestArmReach(t *testing.T) {
	m := sim.Canonical()
	d := m.NewData()
	rng := rand.New(rand.NewPCG(10, 1))
	most := 0.0
	for range 20000 {
		for i := range d.Q {
			d.Q[i] = 6.3 * rng.Float64()
			if i >= sim.NumArmJoints {
				d.Q[i] = 1.51 * rng.Float64()
			}
		}
		m.Kinematics(d)
		most = max(most, d.Palm.Distance(shoulder))
		for f := range sim.NumFingers {
			most = max(most, m.Tip(d, f).Distance(shoulder))
		}
	}
	t.Logf("the farthest point is %.3f m from the shoulder", most)
	// The palm point and the tips' middles lie inside the arm.
	if most > armReach-0.02 || most < armReach-0.25 {
		t.Errorf("the farthest point is %.3f m from the shoulder, armReach is %g m", most, armReach)
	}
}
