package a3c_test

import (
	"context"
	"testing"

	"colonnade/a3c"
)

// TestManyWorkers: with the default settings, 16 and 64 workers learn what one does. When each of
// 64 workers of 8 environments pushed by itself from the first step, the first gradients, all
// alike, left no unit of the network alive: the score stayed at that of random actions, 1.33, and
// 16 workers came to 1.8.
func TestManyWorkers(t *testing.T) {
	for _, workers := range []int{1, 16, 64} {
		cfg := a3c.DefaultConfig()
		cfg.Workers, cfg.Deterministic = workers, true
		cfg.Steps, cfg.MetricsEvery = 60_000, 10_000
		cfg.LearningRate, cfg.RewardScale = 1e-3, 1
		var last a3c.Metrics
		cfg.OnMetrics = func(m a3c.Metrics) error { last = m; return nil }
		trainer, _ := newTrainer(t, cfg, 0, spot)
		if err := trainer.Run(context.Background()); err != nil {
			t.Fatal(err)
		}
		if last.Score < 2.5 || last.GradNorm < 0.5 {
			t.Errorf("%d workers: score %.2f, gradients of length %.3f, want at least 2.5 and 0.5", workers, last.Score,
				last.GradNorm)
		}
	}
}

// TestResolved: what follows from the number of workers keeps what is under way to that of eight
// workers of eight environments; what was set stays.
func TestResolved(t *testing.T) {
	for _, test := range []struct {
		workers, envs, gather int
		warmup                int64
	}{
		{1, 8, 1, 0}, {2, 8, 1, 5_120}, {8, 8, 1, 35_840}, {9, 7, 2, 35_840}, {16, 4, 2, 38_400},
		{64, 1, 8, 40_320}, {256, 1, 32, 163_200},
	} {
		cfg := a3c.DefaultConfig()
		cfg.Workers = test.workers
		got := cfg.Resolved()
		if got.Envs != test.envs || got.Gather != test.gather || got.Warmup != test.warmup {
			t.Errorf("%d workers: %d environments, updates of %d, warm-up of %d, want %d, %d, %d",
				test.workers, got.Envs, got.Gather, got.Warmup, test.envs, test.gather, test.warmup)
		}
		cfg.Steps = 5_000
		if got := cfg.Resolved().Warmup; got != min(test.warmup, 2_500) {
			t.Errorf("%d workers, a run of 5,000 steps: a warm-up of %d", test.workers, got)
		}
	}
	cfg := a3c.DefaultConfig()
	cfg.Workers, cfg.Envs, cfg.Gather, cfg.Warmup = 64, 8, 1, 0
	if got := cfg.Resolved(); got.Envs != 8 || got.Gather != 1 || got.Warmup != 0 {
		t.Errorf("what was set became %d environments, updates of %d, warm-up of %d", got.Envs, got.Gather, got.Warmup)
	}
}
