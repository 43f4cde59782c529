package a3c_test

import (
	"context"
	"strings"
	"testing"

	"colonnade/a3c"
)

// TestOutputOnly: the output layer is trained, and every other parameter keeps its bits.
func TestOutputOnly(t *testing.T) {
	cfg := small(false)
	cfg.OutputOnly = true
	trainer, net := newTrainer(t, cfg, 8, memory)
	_, before := makeNet(t, memory(), 8, 8, cfg.Seed)
	if err := trainer.Run(context.Background()); err != nil {
		t.Fatal(err)
	}
	after := make([]float32, net.Parameters())
	trainer.Parameters(after)
	for _, tensor := range net.Tensors() {
		changed := 0
		was, is := tensor.View(before), tensor.View(after)
		for i := range is {
			if is[i] != was[i] {
				changed++
			}
		}
		if output := strings.HasPrefix(tensor.Name, "column1.output."); output != (changed > 0) {
			t.Errorf("%s: %d of %d parameters changed", tensor.Name, changed, tensor.Length)
		}
	}
}

// TestKeepScores: every episode's score is kept, once, and the means follow from them, also across
// a resumption.
func TestKeepScores(t *testing.T) {
	for _, keep := range []bool{false, true} {
		cfg := small(true)
		cfg.KeepScores = keep
		var rows []a3c.Metrics
		cfg.OnMetrics = func(m a3c.Metrics) error { rows = append(rows, m); return nil }
		first, _ := newTrainer(t, cfg, 8, memory)
		if err := first.RunUntil(context.Background(), 250); err != nil {
			t.Fatal(err)
		}
		snapshot, err := first.Snapshot()
		if err != nil {
			t.Fatal(err)
		}
		if snapshot, err = a3c.DecodeSnapshot(snapshot.Encode()); err != nil {
			t.Fatal(err)
		}
		second, _ := newTrainer(t, cfg, 8, memory)
		if err := second.Restore(snapshot); err != nil {
			t.Fatal(err)
		}
		if err := second.Run(context.Background()); err != nil {
			t.Fatal(err)
		}
		for _, m := range rows {
			if !keep {
				if m.Scores != nil {
					t.Fatal("scores are kept though nobody asked")
				}
				continue
			}
			sum := 0.0
			for _, s := range m.Scores {
				sum += float64(s)
			}
			if int64(len(m.Scores)) != m.WindowEpisodes || m.WindowEpisodes == 0 ||
				sum/float64(m.WindowEpisodes) != m.Score {
				t.Errorf("step %d: scores %v, mean %g of %d episodes", m.Steps, m.Scores, m.Score, m.WindowEpisodes)
			}
		}
	}
}
