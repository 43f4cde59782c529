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

// TestSnapshotKinematics holds the bits of many poses, which must be the same on every architecture and under
// every GOAMD64: pictures are drawn from them. A change here changes pictures.
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
	file := filepath.Join("testdata", "snapshots", "kinematics.sha256")
	got := hex.EncodeToString(h.Sum(nil)) + "\n"
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
		t.Errorf("the poses have hash %s, want %s", got, want)
	}
}

// TestNotFused compiles the package for arm64, where the compiler fuses products with sums, and looks for
// such instructions between joint angles and poses.
func TestNotFused(t *testing.T) {
	if testing.Short() {
		t.Skip("compiles the package for another architecture")
	}
	if _, err := exec.LookPath("go"); err != nil {
		t.Skip("needs the go command")
	}
	command := exec.Command("go", "build", "-gcflags=-S", ".")
	command.Env = append(os.Environ(), "GOOS=linux", "GOARCH=arm64", "CGO_ENABLED=0")
	listing, err := command.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%.2000s", err, listing)
	}
	function := regexp.MustCompile(`^colonnade/sim\.(\S+) STEXT`)
	fused := regexp.MustCompile(`\tFN?M(ADD|SUB)[DS]\t`)
	exact := regexp.MustCompile(`^(Sincos|Vec3\..*|Mat3\..*|rotationFromQuat|\(\*Model\)\.(compileLink|poseBody|Kinematics|PoseBody|Tip|COM|Site))$`)
	name, seen, elsewhere := "", 0, 0
	for line := range strings.Lines(string(listing)) {
		if m := function.FindStringSubmatch(line); m != nil {
			name = m[1]
			if exact.MatchString(name) {
				seen++
			}
		}
		switch {
		case !fused.MatchString(line):
		case exact.MatchString(name):
			t.Errorf("%s has a fused instruction: %s", name, strings.TrimSpace(line))
		default:
			elsewhere++
		}
	}
	if seen < 15 || elsewhere == 0 {
		t.Errorf("found %d of the functions to look at and %d fused instructions elsewhere: does this test still see them?", seen, elsewhere)
	}
}
