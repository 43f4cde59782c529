package a3c_test

import (
	"context"
	"slices"
	"testing"
)

// TestPause: a run with pauses stops where it is told to, and in deterministic mode ends with the
// bits of one without.
func TestPause(t *testing.T) {
	for _, deterministic := range []bool{false, true} {
		cfg := small(deterministic)
		whole, net := newTrainer(t, cfg, 8, memory)
		paused, _ := newTrainer(t, cfg, 8, memory)
		if err := whole.Run(context.Background()); err != nil {
			t.Fatal(err)
		}
		rollout := int64(cfg.Envs * cfg.Rollout)
		for _, pause := range []int64{1, 130, 130, 331} {
			if err := paused.RunUntil(context.Background(), pause); err != nil {
				t.Fatal(err)
			}
			if paused.Done() || paused.Steps() < pause || paused.Steps() >= pause+int64(cfg.Workers)*rollout {
				t.Errorf("deterministic %t: paused at step %d of %d, done %t", deterministic, paused.Steps(), pause,
					paused.Done())
			}
		}
		if err := paused.RunUntil(context.Background(), 1<<60); err != nil {
			t.Fatal(err)
		}
		if !paused.Done() || paused.Steps() != whole.Steps() {
			t.Errorf("deterministic %t: done %t after %d steps, want %d", deterministic, paused.Done(), paused.Steps(),
				whole.Steps())
		}
		a, b := make([]float32, net.Parameters()), make([]float32, net.Parameters())
		whole.Parameters(a)
		paused.Parameters(b)
		if deterministic && !slices.Equal(a, b) {
			t.Error("the pauses changed the parameters")
		}
	}
}
