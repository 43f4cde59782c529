package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
	"testing"

	"colonnade/a3c"
	"colonnade/a3c/cmd/cmdtest"
	"colonnade/a3c/training"
)

// onFullDisk is the train command in a process that cannot write more than 20 kB into a file.
func onFullDisk(args ...string) *exec.Cmd {
	cmd := cmdtest.Command(args...)
	cmd.Env = append(cmd.Env, fileLimit+"=20000")
	return cmd
}

func TestInterruptSavesAndExitsZero(t *testing.T) {
	out := filepath.Join(t.TempDir(), "run")
	cmd := cmdtest.Command(small(out, "-steps", "100000000")...)
	var stdout bytes.Buffer
	cmd.Stdout = &stdout
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	cmdtest.WaitForMetrics(t, out, 3)
	if _, err := train(t, "-out", out, "-resume"); !errors.Is(err, training.ErrBusy) {
		t.Errorf("a second process on the folder: got %v, want ErrBusy", err)
	}
	if err := cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err != nil {
		t.Fatalf("exit: %v", err)
	}
	var s training.Stopped
	if err := json.Unmarshal(stdout.Bytes(), &s); err != nil || !s.Interrupted || s.Steps < 1200 {
		t.Fatalf("last line %q: %v", &stdout, err)
	}
	rows := metrics(t, out)
	last := rows[len(rows)-1].Steps
	r, err := train(t, "-out", out, "-resume", "-steps", strconv.FormatInt(s.Steps+800, 10))
	if err != nil || r.Steps < s.Steps+800 {
		t.Fatalf("resume: %+v, %v", r, err)
	}
	if rows := metrics(t, out); rows[len(rows)-1].Steps <= last {
		t.Error("the log did not go on")
	}
}

// Killed without warning, the run goes on from a whole checkpoint.
func TestKillLeavesAWholeCheckpoint(t *testing.T) {
	out := filepath.Join(t.TempDir(), "run")
	cmd := cmdtest.Command(small(out, "-steps", "100000000", "-checkpoint-every", "80")...) // almost always writing one
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	cmdtest.WaitForMetrics(t, out, 2)
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	cmd.Wait()
	dir, err := training.OpenFolder(out)
	if err != nil {
		t.Fatal(err)
	}
	_, snapshot, _, err := dir.LoadUnit()
	dir.Close()
	if err != nil || snapshot.Steps == 0 {
		t.Fatalf("snapshot %v, %v", snapshot, err)
	}
	if _, err := train(t, "-out", out, "-resume", "-steps", strconv.FormatInt(snapshot.Steps+400, 10)); err != nil {
		t.Fatalf("resume: %v", err)
	}
}

// A deterministic run that is killed without warning again and again, nearly
// always in the middle of a checkpoint, ends with the bits of one that was left
// alone: parameters, optimiser, environments and metrics.
func TestKilledAgainAndAgainIsExact(t *testing.T) {
	settings := func(out string) []string {
		return small(out, "-deterministic", "-workers", "2", "-steps", "9600", "-checkpoint-every", "160", "-episodes",
			"1")
	}
	whole, broken := filepath.Join(t.TempDir(), "whole"), filepath.Join(t.TempDir(), "broken")
	if _, err := train(t, settings(whole)...); err != nil {
		t.Fatal(err)
	}
	args := settings(broken)
	kills := 0
	for rows := 2; rows < 20; rows += 3 {
		cmd := cmdtest.Command(args...)
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		cmdtest.WaitForMetrics(t, broken, rows)
		if err := cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		if err := cmd.Wait(); err == nil {
			t.Fatalf("the run was over before it was killed at row %d", rows)
		}
		kills++
		args = []string{"-out", broken, "-resume"}
	}
	if _, err := train(t, args...); err != nil {
		t.Fatal(err)
	}
	if a, b := digest(t, training.CheckpointPath(whole)), digest(t, training.CheckpointPath(broken)); a != b {
		t.Errorf("after %d kills parameters differ: %s and %s", kills, a, b)
	}
	compareMetrics(t, whole, broken)
	compareStates(t, whole, broken)
}

// compareMetrics reports rows that differ in more than what a clock measured.
func compareMetrics(t *testing.T, whole, broken string) {
	t.Helper()
	a, b := metrics(t, whole), metrics(t, broken)
	if len(a) != len(b) {
		t.Fatalf("%d and %d rows of metrics", len(a), len(b))
	}
	for i := range a {
		x, _ := json.Marshal(a[i].WithoutClock())
		y, _ := json.Marshal(b[i].WithoutClock())
		if !bytes.Equal(x, y) {
			t.Errorf("row %d differs:\n%s\n%s", i, x, y)
		}
	}
}

// compareStates compares what a further resumption would start from.
func compareStates(t *testing.T, whole, broken string) {
	t.Helper()
	var states [2]*a3c.Snapshot
	for i, out := range []string{whole, broken} {
		dir, err := training.OpenFolder(out)
		if err != nil {
			t.Fatal(err)
		}
		_, snapshot, _, err := dir.LoadUnit()
		if err := errors.Join(err, dir.Close()); err != nil {
			t.Fatal(err)
		}
		snapshot.Time, snapshot.Window = 0, a3c.WindowState{} // what a clock measured
		states[i] = snapshot
	}
	if !reflect.DeepEqual(states[0], states[1]) {
		t.Error("optimiser, counters, random numbers, LSTM or environments differ")
	}
}

// When a checkpoint no longer fits, the run fails with an error and the old
// checkpoint is intact.
func TestFullDisk(t *testing.T) {
	out := filepath.Join(t.TempDir(), "run")
	if _, err := train(t, small(out)...); err != nil {
		t.Fatal(err)
	}
	before := digest(t, training.CheckpointPath(out))
	cmd := onFullDisk("-out", out, "-resume", "-steps", "10000") // parameters alone are 41 kB
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	err := cmd.Run()
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.ExitCode() != 1 {
		t.Fatalf("got %v, want exit 1\n%s", err, &stderr)
	}
	if !strings.Contains(stderr.String(), "train: error: save checkpoint") ||
		!strings.Contains(stderr.String(), "file too large") {
		t.Errorf("stderr:\n%s", &stderr)
	}
	if after := digest(t, training.CheckpointPath(out)); after != before {
		t.Errorf("the checkpoint changed from %s to %s", before, after)
	}
	if _, err := train(t, "-out", out, "-resume", "-steps", "4000"); err != nil {
		t.Errorf("resume with space again: %v", err)
	}
}

// A deterministic run goes on only under kernels of the same bits, another one under any.
func TestResumeRefusesOtherKernels(t *testing.T) {
	for _, deterministic := range []bool{true, false} {
		err := resumeUnderOthers(t, fmt.Sprintf("-deterministic=%t", deterministic))
		if deterministic && (err == nil || !strings.Contains(err.Error(), "started with the not-")) || !deterministic &&
			err != nil {
			t.Errorf("deterministic %t: got %v", deterministic, err)
		}
	}
}

// resumeUnderOthers resumes a run that says it was started with other kernels.
func resumeUnderOthers(t *testing.T, mode string) error {
	out := filepath.Join(t.TempDir(), "run")
	if _, err := train(t, small(out, mode)...); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(out, training.InfoFile)
	info, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	other := strings.Replace(string(info), `"kernels": "`, `"kernels": "not-`, 1)
	if err := os.WriteFile(path, []byte(other), 0o666); err != nil {
		t.Fatal(err)
	}
	_, err = train(t, "-out", out, "-resume")
	return err
}

// A disk that is full from the start leaves no half run behind: the same folder
// works once there is space.
func TestFullDiskAtTheStart(t *testing.T) {
	out := filepath.Join(t.TempDir(), "run")
	if err := onFullDisk(small(out)...).Run(); err == nil {
		t.Fatal("a checkpoint of 41 kB fit into 20 kB")
	}
	if _, err := train(t, small(out)...); err != nil {
		t.Errorf("the same folder with space: %v", err)
	}
}

// TestGolden: flags, their defaults and the configuration file stay what they are.
