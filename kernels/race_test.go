//go:build race

package kernels

import (
	"os"
	"os/exec"
	"runtime"
	"strings"
	"testing"
)

// raceChild is set in the process that provokes races on purpose.
const raceChild = "KERNELS_TEST_RACE_CHILD"

// TestRacesAreSeen provokes a race on every slice of every kernel, in a child
// process because a race fails the process that has it.
func TestRacesAreSeen(t *testing.T) {
	if os.Getenv(raceChild) != "" {
		eachImplementation(t, provokeRaces)
		return
	}
	cmd := exec.Command(os.Args[0], "-test.run=^TestRacesAreSeen$", "-test.v")
	cmd.Env = append(os.Environ(), raceChild+"=1", "GORACE=halt_on_error=0 suppress_equal_stacks=0")
	out, _ := cmd.CombinedOutput() // fails: it has races
	var seen int
	for _, line := range strings.Split(string(out), "\n") {
		if strings.Contains(line, "not seen:") {
			t.Error(strings.TrimSpace(line))
		}
		if strings.Contains(line, "race seen:") {
			seen++
		}
	}
	if seen < 50*len(available()) {
		t.Errorf("only %d races were tried:\n%s", seen, out)
	}
}

// provokeRaces writes the last element of each slice in turn while nothing
// orders the write and the kernel.
func provokeRaces(t *testing.T) {
	for _, op := range operations {
		b := &buffers{t: t, rng: newRand(1)}
		call, _ := op.prepare(b)
		for i, u := range b.all {
			before := runtime.RaceErrors()
			done := make(chan bool)
			go func() {
				call()
				done <- true
			}()
			u.slice[len(u.slice)-1] = 1
			<-done
			if runtime.RaceErrors() > before {
				t.Logf("race seen: %s %s slice %d", Implementation(), op.name, i)
			} else {
				t.Logf("not seen: %s %s slice %d", Implementation(), op.name, i)
			}
		}
	}
}
