package a3c_test

import (
	"context"
	"math"
	"slices"
	"testing"

	"colonnade/a3c"
	"colonnade/a3c/plain"
	"colonnade/a3c/probe"
)

// TestPlain holds the trainer to the loop of package plain: from the same seeds, both make the same
// updates, over resets, terminations, time limits and LSTM states carried from rollout to rollout.
func TestPlain(t *testing.T) {
	for _, test := range []struct {
		name  string
		lstm  int
		env   func() a3c.Env
		adapt func(*a3c.Config)
	}{
		{"feedforward", 0, spot, func(*a3c.Config) {}},
		{"recurrent", 8, memory, func(*a3c.Config) {}},
		{"time limit", 8, timeLimit, func(c *a3c.Config) { c.RewardScale = 0.5 }},
		{"termination", 8, func() a3c.Env { return probe.NewTimeLimit(true) }, func(*a3c.Config) {}},
		{"lambda and normalized advantages", 8, memory,
			func(c *a3c.Config) { c.Lambda, c.NormalizeAdvantage = 0.9, true }},
		{"output alone", 8, memory, func(c *a3c.Config) { c.OutputOnly = true }},
		{"clipped", 0, spot, func(c *a3c.Config) { c.ClipNorm = 0.01 }},
		// and two are left in the end
		{"gathered", 8, memory, func(c *a3c.Config) { c.Gather, c.Deterministic = 4, false }},
		{"gathered and clipped", 0, spot,
			func(c *a3c.Config) { c.Gather, c.ClipNorm, c.Deterministic = 4, 0.003, false }},
	} {
		t.Run(test.name, func(t *testing.T) {
			cfg := small(true)
			cfg.Workers, cfg.Envs, cfg.Rollout, cfg.Steps = 1, 3, 7, 30*3*7
			cfg.Warmup = 5 * 3 * 7
			cfg.Epsilon = 1e-3 // so that the rounding of tiny gradients is not blown up
			test.adapt(&cfg)
			var fastScore, plainScore []float64
			plainCfg := cfg
			cfg.OnMetrics = func(m a3c.Metrics) error { fastScore = append(fastScore, m.Score); return nil }
			plainCfg.OnMetrics = func(m a3c.Metrics) error { plainScore = append(plainScore, m.Score); return nil }

			fast, net := newTrainer(t, cfg, test.lstm, test.env)
			_, theta := makeNet(t, test.env(), 8, test.lstm, cfg.Seed)
			slow, err := plain.New(plainCfg, net, theta, func(int, int) (a3c.Env, error) { return test.env(), nil })
			if err != nil {
				t.Fatal(err)
			}
			if err := fast.Run(context.Background()); err != nil {
				t.Fatal(err)
			}
			if err := slow.Run(context.Background()); err != nil {
				t.Fatal(err)
			}
			got, want := make([]float32, len(theta)), make([]float32, len(theta))
			fast.Parameters(got)
			slow.Parameters(want)
			moved, apart := 0.0, 0.0
			for i := range got {
				moved = max(moved, math.Abs(float64(want[i]-theta[i])))
				apart = max(apart, math.Abs(float64(got[i]-want[i])))
			}
			if moved < 1e-3 || apart > 1e-3*moved {
				t.Errorf("parameters moved by up to %.3g and end %.3g apart, want at most a thousandth of that", moved,
					apart)
			}
			if !slices.Equal(fastScore, plainScore) {
				t.Errorf("scores %v, plain %v", fastScore, plainScore)
			}
		})
	}
}
