package sim_test

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"flag"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"colonnade/sim"
)

var update = flag.Bool("update", false, "rewrite testdata/snapshots")

// TestSnapshotKinematics holds the bits of many poses, which must be the same on every architecture
// and under every GOAMD64: pictures are drawn from them. A change here changes pictures.
func TestSnapshotKinematics(t *testing.T) {
	m := sim.Canonical()
	d := m.NewData()
	rng := rand.New(rand.NewPCG(3, 3))
	h := sha256.New()
	put := func(list ...float64) {
		for _, x := range list {
			h.Write(binary.LittleEndian.AppendUint64(nil, math.Float64bits(x)))
		}
	}
	for range 2000 {
		for i := range d.Q {
			d.Q[i] = 20 * (rng.Float64() - 0.5)
		}
		m.Kinematics(d)
		for b := range sim.NumBodies {
			put(d.BodyPos[b][:]...)
			put(d.BodyRot[b][:]...)
		}
		put(d.Palm[:]...)
		for f := range sim.NumFingers {
			tip := m.Tip(d, f)
			put(tip[:]...)
		}
	}
	compareSnapshot(t, "kinematics", h.Sum(nil))
}

// compareSnapshot compares a hash with the one in testdata/snapshots, or with -update writes it
// there.
func compareSnapshot(t *testing.T, name string, sum []byte) {
	t.Helper()
	file := filepath.Join("testdata", "snapshots", name+".sha256")
	got := hex.EncodeToString(sum) + "\n"
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s has hash %s, want %s", name, got, want)
	}
}

// TestSnapshotTrajectories holds the bits of the states that random commands lead to: without
// motion of its own, with all of it, and at every step.
func TestSnapshotTrajectories(t *testing.T) {
	ctrl, start := commands(60)
	for _, c := range []struct {
		name   string
		step   float64
		motion sim.Motion
	}{
		{"reference", 0.002, sim.Motion{}},
		{"training", 0.01, sim.Motion{}},
		{"coarse", 0.02, sim.Motion{}},
		{"motion", 0.01, everyMotion()},
		{"motion-fine", 0.002, everyMotion()},
	} {
		s := moving(t, c.step, c.motion)
		h := sha256.New()
		for k := range ctrl {
			ended := advance(t, s, ctrl[k])
			state, err := s.AppendBinary(nil)
			if err != nil {
				t.Fatal(err)
			}
			h.Write(state)
			h.Write(binary.LittleEndian.AppendUint64([]byte{byte(ended.Cause)}, math.Float64bits(ended.Distance)))
			if ended.Cause != sim.None {
				s.Place(&start, &vector{})
			}
		}
		compareSnapshot(t, "trajectory-"+c.name, h.Sum(nil))
	}
}

// TestNotFused compiles the package for arm64, where the compiler fuses products with sums unless
// they are rounded explicitly, and looks for such instructions.
func TestNotFused(t *testing.T) {
	if testing.Short() {
		t.Skip("compiles the package for another architecture")
	}
	if _, err := exec.LookPath("go"); err != nil {
		t.Skip("needs the go command")
	}
	function := regexp.MustCompile(`^(\S+) STEXT`)
	fused := regexp.MustCompile(`\tFN?M(ADD|SUB)[DS]\t`)
	look := func(target string) (functions int, found []string) {
		command := exec.Command("go", "build", "-gcflags=-S", target)
		command.Env = append(os.Environ(), "GOOS=linux", "GOARCH=arm64", "CGO_ENABLED=0")
		listing, err := command.CombinedOutput()
		if err != nil {
			t.Fatalf("%v\n%.2000s", err, listing)
		}
		name := ""
		for line := range strings.Lines(string(listing)) {
			if m := function.FindStringSubmatch(line); m != nil {
				name = m[1]
				functions++
			}
			if fused.MatchString(line) {
				found = append(found, name+": "+strings.TrimSpace(line))
			}
		}
		return functions, found
	}
	for _, target := range []string{".", "./reach"} {
		functions, found := look(target)
		if functions < 4 {
			t.Errorf("the listing of %s has %d functions only", target, functions)
		}
		for _, f := range found {
			t.Errorf("%s has a fused instruction: %s", target, f)
		}
	}
	// The same search must find one that is there.
	file := filepath.Join(t.TempDir(), "fused.go")
	if err := os.WriteFile(file, []byte("package fused\n\nfunc F(a, b, c float64) float64 { return a*b + c }\n"),
		0o644); err != nil {
		t.Fatal(err)
	}
	if _, found := look(file); len(found) != 1 {
		t.Errorf("in a function with one fused instruction %d were found", len(found))
	}
}
