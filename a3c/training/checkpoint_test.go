package training

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"colonnade/a3c"
	"colonnade/nn"
	"colonnade/nn/safetensors"
)

// unit returns parameters and state of a tiny run after some steps.
func unit(t *testing.T, steps int64) (*nn.Checkpoint, *a3c.Snapshot) {
	t.Helper()
	net, err := nn.New(nn.Arch{Proprioception: 1, Encoder: 1, Choices: []int{2}}, nn.InputScaling{})
	if err != nil {
		t.Fatal(err)
	}
	theta := make([]float32, net.Parameters())
	theta[0] = float32(steps)
	return &nn.Checkpoint{Network: net, Theta: theta},
		&a3c.Snapshot{Theta: theta, MS: make([]float32, len(theta)), Steps: steps, Workers: 1, Envs: 1, Rollout: 1,
			State: []a3c.WorkerState{{Envs: []a3c.EnvState{{}}}}}
}

// TestTwoCrashes: a process dies between the two files of a unit, the next one resumes from the
// unit before and dies at the same place. Still there is a whole unit.
func TestTwoCrashes(t *testing.T) {
	d := create(t)
	for _, steps := range []int64{1, 2} {
		if err := d.SaveUnit(unit(t, steps)); err != nil {
			t.Fatal(err)
		}
	}
	crash := func(steps int64) {
		t.Helper()
		for _, suffix := range []string{parametersSuffix, stateSuffix} { // as SaveUnit begins
			if err := d.keep(latestUnit+suffix, previousUnit+suffix); err != nil {
				t.Fatal(err)
			}
		}
		c, _ := unit(t, steps)
		if _, err := nn.SaveCheckpoint(d.Path(latestUnit+parametersSuffix), c); err != nil {
			t.Fatal(err)
		}
	}
	for _, steps := range []int64{3, 4} {
		crash(steps)
		_, s, warning, err := d.LoadUnit()
		if err != nil {
			t.Fatal(err)
		}
		if s.Steps != 2 || warning == nil {
			t.Errorf("resumed from step %d, warning %v; want 2 and a warning", s.Steps, warning)
		}
	}
	if _, s, warning, err := d.LoadUnit(); err != nil || warning != nil || s.Steps != 2 {
		t.Errorf("again: step %d, warning %v, error %v", s.Steps, warning, err)
	}
	if _, err := os.Stat(d.Path("." + latestUnit + stateSuffix + ".link")); err == nil {
		t.Error("a link is left behind")
	}
	if _, _, err := safetensors.Read(d.Path(previousUnit+stateSuffix), nil); err != nil {
		t.Error(err)
	}
}

// TestLinkedParameters: the latest parameters are a symbolic link, to the same file system and to
// another one, where no hard link leads. The previous unit is the one before all the same.
func TestLinkedParameters(t *testing.T) {
	elsewhere := "/dev/shm" // a file system of its own on Linux; on others the first case remains
	places := []string{t.TempDir()}
	if info, err := os.Stat(elsewhere); err == nil && info.IsDir() {
		dir, err := os.MkdirTemp(elsewhere, "rundir")
		if err != nil {
			t.Fatal(err)
		}
		defer os.RemoveAll(dir)
		places = append(places, dir)
	}
	for _, place := range places {
		d := create(t)
		target := filepath.Join(place, "parameters.safetensors")
		if err := d.SaveUnit(unit(t, 1)); err != nil {
			t.Fatal(err)
		}
		c, _ := unit(t, 1)
		if _, err := nn.SaveCheckpoint(target, c); err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(os.Remove(d.Path(LatestFile)), os.Symlink(target, d.Path(LatestFile))); err != nil {
			t.Fatal(err)
		}
		for _, steps := range []int64{2, 3} {
			if err := d.SaveUnit(unit(t, steps)); err != nil {
				t.Fatal(err)
			}
		}
		if _, s, err := d.loadUnit(previousUnit); err != nil || s.Steps != 2 {
			t.Errorf("%s: the previous unit: %v", place, err)
		}
		if _, s, err := d.loadUnit(latestUnit); err != nil || s.Steps != 3 {
			t.Errorf("%s: the latest unit: %v", place, err)
		}
		if info, err := os.Lstat(d.Path(LatestFile)); err != nil || info.Mode()&os.ModeSymlink == 0 {
			t.Errorf("%s: the symbolic link has gone: %v", place, err)
		}
	}
}
