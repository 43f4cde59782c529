package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"colonnade/a3c"
	"colonnade/a3c/cmd/cmdtest"
	"colonnade/a3c/training"
)

func TestMain(m *testing.M) { cmdtest.Main(m, main) }

// killedAt starts the command and kills it without warning once its run has so many lines of
// metrics.
func killedAt(t *testing.T, out string, lines int, args ...string) {
	t.Helper()
	cmd := cmdtest.Start(t, args...)
	cmdtest.WaitForMetrics(t, out, lines)
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err == nil {
		t.Fatalf("the run was over before it was killed at line %d", lines)
	}
}

// TestTaughtKilled: a student that is killed with SIGKILL again and again, between checkpoints and
// in the middle of them, ends with the bits of one that was left alone: parameters, metrics, and
// every frame.
func TestTaughtKilled(t *testing.T) {
	from := column(t, true, nil)
	settings := func(out string) []string {
		return taught(out, from, "-method", "scratch", "-steps", "800", "-metrics-every", "40", "-checkpoint-every",
			"70")
	}
	whole, broken := filepath.Join(t.TempDir(), "whole"), filepath.Join(t.TempDir(), "broken")
	if _, _, err := transferTo(settings(whole)...); err != nil {
		t.Fatal(err)
	}
	args := settings(broken)
	for lines := 3; lines < 15; lines += 5 {
		killedAt(t, broken, lines, args...)
		args = []string{"-out", broken, "-resume"}
	}
	if r, _, err := transferTo(args...); err != nil || r.Steps != 800 {
		t.Fatalf("%+v, %v", r, err)
	}
	a, b := tensors(t, whole), tensors(t, broken)
	for name := range a {
		if !bytes.Equal(a[name], b[name]) {
			t.Errorf("%s differs", name)
		}
	}
	if a, b := lessons(t, whole), lessons(t, broken); !slices.Equal(a, b) {
		t.Errorf("metrics differ:\n%s\n%s", a, b)
	}
	one, err := os.ReadFile(filepath.Join(whole, "frames"))
	if err != nil {
		t.Fatal(err)
	}
	if other, err := os.ReadFile(filepath.Join(broken, "frames")); err != nil || !bytes.Equal(one, other) {
		t.Errorf("the frames differ: %d and %d bytes, %v", len(one), len(other), err)
	}
}

// lessons returns the metrics of a run but for what a clock measured.
func lessons(t *testing.T, out string) (lines []string) {
	t.Helper()
	rows, err := training.ReadMetrics[a3c.Metrics](filepath.Join(out, training.MetricsFile))
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range rows {
		line, err := json.Marshal(row.WithoutClock())
		if err != nil {
			t.Fatal(err)
		}
		lines = append(lines, string(line))
	}
	return lines
}
