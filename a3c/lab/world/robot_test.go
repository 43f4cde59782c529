package world

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"colonnade/a3c"
	"colonnade/a3c/envtest"
	"colonnade/jaco/record"
	"colonnade/jaco/robot"
	"colonnade/sim"
)

// The emulated arm keeps the learner's contract as the simulator does, where an episode can follow from its seed: each has
// an arm of its own.
func TestConformanceOfTheArm(t *testing.T) {
	world, _ := flags(t, "-env", "jaco", "-domain", "robot")
	envtest.Conformance(t, func() a3c.Env {
		env, err := world.MakeEvaluation(0, 0)
		if err != nil {
			t.Fatal(err)
		}
		return env
	})
}

// Environments for training move their arm to its starts, with faults on the cable if asked.
func TestArmOnAFaultyCable(t *testing.T) {
	path := filepath.Join(t.TempDir(), "steps")
	world, _ := flags(t, "-env", "jaco", "-domain", "robot", "-faults", "lose in every 500; unplug byte 100000 for 1s", "-record", path)
	env, err := world.Make(0, 0)
	if err != nil {
		t.Fatal(err)
	}
	calls := 0
	pixels, action := make([]uint8, 64*64*3), make([]int, sim.NumJoints)
	for seed := range uint64(4) {
		if err := env.Reset(seed, pixels, nil); err != nil {
			t.Fatal(err)
		}
		for step := 0; ; step++ {
			calls++
			for i := range action {
				action[i] = (step/5 + i) % 3
			}
			_, terminated, truncated, err := env.Step(action, pixels, nil)
			if err != nil {
				t.Fatal(err)
			}
			if terminated || truncated {
				break
			}
		}
		calls++
	}
	if err := env.(io.Closer).Close(); err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r, err := record.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	for ; ; calls-- {
		var m robot.Moment
		if err := r.Next(&m); err == io.EOF {
			break
		} else if err != nil {
			t.Fatal(err)
		}
	}
	if calls != 0 {
		t.Errorf("%d steps and resets are missing in the record", calls)
	}
}

func TestArmRefuses(t *testing.T) {
	world, _ := flags(t, "-env", "jaco", "-task", "conveyor")
	if _, err := world.Make(0, 0); err == nil || !strings.Contains(err.Error(), "glide") {
		t.Errorf("a conveyor: %v", err)
	}
	if world, _ = flags(t, "-env", "jaco"); world.Domain() != "jaco:sim" {
		t.Errorf("the domain is %q", world.Domain())
	}
	if _, err := world.NewReach(); err == nil {
		t.Error("pictures for people of the arm")
	}
}
