package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"colonnade/a3c"
	"colonnade/a3c/training"
	"colonnade/nn"
)

// taught are the arguments of a short transfer under a teacher.
func taught(out, from string, more ...string) []string {
	return append(small(out, "-teacher", "twin", "-from", from, "-domain", "robot", "-deterministic", "-steps", "300"),
		more...)
}

// TestTaught: students of every kind learn from the twin, and the run says how they do.
func TestTaught(t *testing.T) {
	from := column(t, true, map[string]string{training.RewardScaleKey: "0.1", training.DomainKey: "sim"})
	for method, columns := range map[string]int{"finetune": 1, "progressive": 2, "scratch": 1, "scratch-wide": 1} {
		out := filepath.Join(t.TempDir(), "run")
		r, _, err := transferTo(taught(out, from, "-method", method)...)
		if err != nil {
			t.Fatal(method, err)
		}
		if r.Method != method || r.Steps != 300 || r.Environments != 1 {
			t.Errorf("%s: %+v", method, r)
		}
		rows, err := training.ReadMetrics[a3c.Metrics](filepath.Join(out, training.MetricsFile))
		if err != nil || len(rows) != 3 {
			t.Fatalf("%s: %d rows of metrics, %v", method, len(rows), err)
		}
		if first, last := rows[0].Teacher, rows[2].Teacher; first == nil || first.Share < 0.5 || last.Share != 0 ||
			last.Sure != 1 || last.Divergence <= 0 {
			t.Errorf("%s: %+v, %+v", method, first, last)
		}
		c, _, err := nn.LoadCheckpoint(training.CheckpointPath(out))
		if err != nil {
			t.Fatal(err)
		}
		if len(c.Network.Columns()) != columns || c.Metadata["teacher"] != "twin" {
			t.Errorf("%s: %d columns, metadata %v", method, len(c.Network.Columns()), c.Metadata)
		}
		settings, err := os.ReadFile(training.ConfigPath(out))
		if err != nil || !strings.Contains(string(settings), "learning-rate = 0.001") ||
			!strings.Contains(string(settings), "rollout = 10") {
			t.Errorf("%s: not the settings of a run with a teacher: %v\n%s", method, err, settings)
		}
	}
}

// TestInherit: a column without laterals can begin with LSTM and output of its teacher, and with
// the eyes that it would have had anyway.
func TestInherit(t *testing.T) {
	from := column(t, true, nil)
	begun := func(more ...string) map[string][]byte {
		out := filepath.Join(t.TempDir(), "run")
		args := append(taught(out, from, "-method", "scratch", "-learning-rate", "1e-30", "-steps", "20"), more...)
		if _, _, err := transferTo(args...); err != nil {
			t.Fatal(err)
		}
		return tensors(t, out)
	}
	own, inherited := begun(), begun("-inherit")
	teacher := tensors(t, from)
	for name := range own {
		want := own[name]
		if strings.Contains(name, "lstm") || strings.Contains(name, "output") {
			want = teacher[name]
		}
		if !bytes.Equal(inherited[name], want) {
			t.Errorf("%s is not what the column is to begin with", name)
		}
	}
}

// TestTaughtResume: stopped and resumed, such a transfer ends with the bits of one that was left
// alone, its frames included, even if the teacher's file is gone.
func TestTaughtResume(t *testing.T) {
	from := column(t, true, nil)
	whole, broken := filepath.Join(t.TempDir(), "whole"), filepath.Join(t.TempDir(), "broken")
	if _, _, err := transferTo(taught(whole, from, "-method", "scratch")...); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	var stdout bytes.Buffer
	if err := run(ctx, taught(broken, from, "-method", "scratch"), &stdout, writer(func(text string) {
		if strings.Contains(text, "parameters") {
			cancel()
		}
	})); err != nil || !strings.Contains(stdout.String(), `"interrupted":true`) {
		t.Fatalf("%v: %s", err, &stdout)
	}
	if err := os.Remove(from); err != nil {
		t.Fatal(err)
	}
	if r, _, err := transferTo("-out", broken, "-resume"); err != nil || r.Method != "scratch" || r.Steps != 300 {
		t.Fatalf("%+v, %v", r, err)
	}
	a, b := tensors(t, whole), tensors(t, broken)
	for name := range a {
		if !bytes.Equal(a[name], b[name]) {
			t.Errorf("%s differs", name)
		}
	}
	one, err := os.ReadFile(filepath.Join(whole, "frames"))
	if err != nil {
		t.Fatal(err)
	}
	other, err := os.ReadFile(filepath.Join(broken, "frames"))
	if err != nil || !bytes.Equal(one, other) {
		t.Errorf("the frames differ: %d and %d bytes, %v", len(one), len(other), err)
	}
}

// TestTaughtOnArm: the emulated arm, behind cable, safety layer and tracker, has a twin as well.
func TestTaughtOnArm(t *testing.T) {
	out := filepath.Join(t.TempDir(), "run")
	r, _, err := transferTo(taught(out, column(t, true, nil), "-method", "finetune", "-env", "jaco", "-steps", "200",
		"-episodes", "1")...)
	if err != nil || r.Steps != 200 {
		t.Fatalf("%+v, %v", r, err)
	}
}

// TestTaughtRefuses: what does not go together is a usage error.
func TestTaughtRefuses(t *testing.T) {
	from := column(t, true, map[string]string{training.RewardScaleKey: "0.1", training.DomainKey: "color-small"})
	for args, want := range map[string]string{
		"-method finetune-last":                           "all of it learns",
		"-method finetune -workers 2":                     "one arm",
		"-method finetune -see twin":                      "see the camera",
		"-method finetune -gamma 0.9":                     "-gamma",
		"-method finetune":                                "give -twin color-small",
		"-method finetune -twin random":                   "differ from episode to episode",
		"-method finetune -twin nowhere":                  "-twin",
		"-method finetune -windows 0":                     "windows is 0",
		"-method progressive -inherit":                    "begins with nothing",
		"-method scratch-wide -inherit -twin color-small": "cannot share an LSTM",
		"-teacher none -share-steps 100":                  "it needs -teacher twin",
		"-teacher none -inherit":                          "it needs -teacher twin",
		"-method scratch-wide -from none":                 "needs one -from",
	} {
		_, _, err := transferTo(taught(filepath.Join(t.TempDir(), "run"), from, strings.Fields(args)...)...)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want an error about %q", args, err, want)
		}
	}
	_, _, err := transferTo(small(filepath.Join(t.TempDir(), "run"), "-teacher", "twin", "-method", "scratch")...)
	if err == nil || !strings.Contains(err.Error(), "-from") {
		t.Errorf("without a teacher's checkpoint: %v", err)
	}
}
