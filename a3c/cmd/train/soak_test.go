package main

import (
	"bytes"
	"flag"
	"path/filepath"
	"testing"
	"time"

	"colonnade/a3c/cmd/cmdtest"
	"colonnade/a3c/training"
)

var soak = flag.Duration("soak", 6*time.Second, "how long the soak test trains")

// TestSoak trains the recurrent wide column as a process of its own, saving all the time: memory
// stays below 300 MiB and does not grow. make soak does it for an hour.
func TestSoak(t *testing.T) {
	if testing.Short() {
		t.Skip("under the race detector, which -short stands for, memory means nothing; make test has this test")
	}
	out := filepath.Join(t.TempDir(), "run")
	cmd := cmdtest.Command("-out", out, "-net", "recurrent", "-width", "wide", "-workers", "2", "-max-time", soak.String(),
		"-metrics-every", "1600", "-checkpoint-every", "1600", "-milestone-every", "0", "-episodes", "1")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	if err := cmd.Run(); err != nil {
		t.Fatalf("%v\n%s", err, &stderr)
	}
	type row struct {
		Seconds       float64 `json:"seconds"`
		ResidentBytes float64 `json:"resident_bytes"`
	}
	rows, err := training.ReadMetrics[row](filepath.Join(out, training.MetricsFile))
	if err != nil {
		t.Fatal(err)
	}
	const mib = 1 << 20
	early, late := 0.0, 0.0 // the most memory in the second quarter of the time, and in the last
	for _, r := range rows {
		switch part := r.Seconds / soak.Seconds(); {
		case part > 0.25 && part <= 0.5:
			early = max(early, r.ResidentBytes/mib)
		case part > 0.75:
			late = max(late, r.ResidentBytes/mib)
		}
	}
	t.Logf("%d rows over %v: at most %.1f MiB in the second quarter, %.1f MiB in the last", len(rows), *soak, early,
		late)
	if early == 0 || late == 0 {
		t.Fatal("too few rows to judge")
	}
	// The heap breathes with the garbage collector, and in a few seconds on a busy machine, which
	// are a dozen checkpoints, it has not come to rest; over an hour a leak of one rollout's memory
	// in a hundred would show.
	slack := 3.0
	if *soak < time.Minute {
		slack = 12
	}
	if late > 300 || late > 1.15*early+slack {
		t.Errorf("memory went from %.1f to %.1f MiB", early, late)
	}
}
