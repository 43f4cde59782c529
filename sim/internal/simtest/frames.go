package simtest

import (
	"bufio"
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"testing"

	"colonnade/sim"
)

// Start draws a state as the reach task starts: each arm joint up to 0.8 rad from keyframe
// reach_start, fingers from 0 to 1.2 rad, palm at least 0.10 m high; the target anywhere in its
// area. Poses of bodies and palm are those of the joints.
func Start(rng *rand.Rand) (d *sim.Data, target sim.Vec3) {
	m := sim.Canonical()
	d = m.NewData()
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
	return d, sim.Vec3{0.4*rng.Float64() - 0.2, 0.3*rng.Float64() - 0.6, 0}
}

// Hash is what a test drew under a name, in hexadecimal digits.
type Hash struct{ Name, Hash string }

// CheckHashes compares hashes with those that the file at path has, or with update writes them there,
// below a header of comments that tells what to do if a difference is intended.
func CheckHashes(t *testing.T, path, header string, update bool, got []Hash) {
	t.Helper()
	if update {
		var text bytes.Buffer
		text.WriteString(header)
		for _, h := range got {
			fmt.Fprintf(&text, "%s %s\n", h.Name, h.Hash)
		}
		if err := os.WriteFile(path, text.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{}
	for lines := bufio.NewScanner(bytes.NewReader(data)); lines.Scan(); {
		if name, hash, ok := strings.Cut(lines.Text(), " "); ok && name != "#" {
			want[name] = hash
		}
	}
	for _, h := range got {
		t.Run(h.Name, func(t *testing.T) {
			if h.Hash != want[h.Name] {
				t.Errorf("hash is %s, want %s; %s tells what to do if that is intended", h.Hash, want[h.Name], path)
			}
		})
	}
}
