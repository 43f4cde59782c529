package main

import (
	"bytes"
	"context"
	"encoding/json"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"colonnade/a3c/cmd/cmdtest"
	"colonnade/bench/figure"
	"colonnade/nn"
)

func TestMain(m *testing.M) { cmdtest.Main(m, main) }

// small is a search of the smallest size: two draws for two methods.
func small(from, out, work string) []string {
	return []string{"transfer-search", "-out", out, "-work", work, "-from", from, "-methods",
		"progressive-narrow,finetune", "-trials", "2",
		"-steps", "2000", "-episodes", "2", "-domain", "sim", "-with", "-metrics-every 100 -checkpoint-every 200"}
}

// records returns what a results folder holds, but for how fast it was.
func records(t *testing.T, out string) []figure.Record {
	t.Helper()
	all, err := figure.ReadRecords(out)
	if err != nil {
		t.Fatal(err)
	}
	for i := range all {
		all[i].StepsPerSecond = 0
	}
	return all
}

// Processes that share an experiment and are killed in the middle leave what one process alone
// does.
func TestSharedAndKilled(t *testing.T) {
	from := cmdtest.Column(t, nn.ReachArch(true, false), 1, nil)
	alone, shared, work := filepath.Join(t.TempDir(), "alone"), filepath.Join(t.TempDir(), "shared"), t.TempDir()
	var stdout, stderr bytes.Buffer
	if err := run(context.Background(), append(small(from, alone, t.TempDir()), "-jobs", "2"), &stdout,
		&stderr); err != nil {
		t.Fatal(err)
	}
	var r result
	if err := json.Unmarshal(stdout.Bytes(), &r); err != nil || r.Experiment != "transfer-search" || r.Done != 4 ||
		r.Runs != 4 {
		t.Fatalf("%+v, %v", r, err)
	}
	command := func() *exec.Cmd { return cmdtest.Start(t, append(small(from, shared, work), "-jobs", "1")...) }
	victims := []*exec.Cmd{command(), command()}
	for i, name := range []string{"progressive-narrow", "finetune"} {
		cmdtest.WaitForMetrics(t, filepath.Join(work, name, "000"), 1)
		if err := victims[i].Process.Kill(); err != nil {
			t.Fatal(err)
		}
		victims[i].Wait()
	}
	for _, survivor := range []*exec.Cmd{command(), command()} {
		if err := survivor.Wait(); err != nil {
			t.Fatal(err)
		}
	}
	a, b := records(t, alone), records(t, shared)
	if len(a) != 4 || len(b) != 4 {
		t.Fatalf("%d and %d records", len(a), len(b))
	}
	for i := range a {
		if a[i].Run != b[i].Run || a[i].Score != b[i].Score || a[i].Steps != b[i].Steps ||
			a[i].LearningRate != b[i].LearningRate {
			t.Errorf("alone: %+v\nshared: %+v", a[i], b[i])
		}
	}
}

// TestStopped: an interrupted experiment says so and how to go on.
func TestStopped(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	var stdout, stderr bytes.Buffer
	if err := run(ctx, small(cmdtest.Column(t, nn.ReachArch(true, false), 1, nil), filepath.Join(t.TempDir(), "out"),
		t.TempDir()), &stdout, &stderr); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(stdout.String(), `"done":0,"runs":4`) ||
		!strings.Contains(stderr.String(), "the same command goes on") {
		t.Errorf("%s%s", &stdout, &stderr)
	}
}
