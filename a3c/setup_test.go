package a3c_test

import (
	"context"
	"errors"
	"math"
	"strings"
	"testing"
	"time"

	"colonnade/a3c"
	"colonnade/a3c/probe"
)

// closing counts how many environments are open.
type closing struct {
	a3c.Env
	open *int
}

func (c *closing) Close() error { *c.open--; return nil }

// TestNewTrainerErrors: settings, parameters and environments that do not fit are refused, and no
// environment stays open.
func TestNewTrainerErrors(t *testing.T) {
	net, theta := makeNet(t, timeLimit(), 8, 0, 1)
	for _, test := range []struct {
		name, want string
		adapt      func(*a3c.Config)
		theta      []float32
		env        func(index int) (a3c.Env, error)
	}{
		{name: "workers", want: "workers is 0, want 1 to", adapt: func(c *a3c.Config) { c.Workers = 0 }},
		{name: "envs", want: "envs is -1", adapt: func(c *a3c.Config) { c.Envs = -1 }},
		{name: "rollout", want: "rollout is 0", adapt: func(c *a3c.Config) { c.Rollout = 0 }},
		{name: "steps", want: "steps is 0", adapt: func(c *a3c.Config) { c.Steps = 0 }},
		{name: "replacements", want: "replacements is -1", adapt: func(c *a3c.Config) { c.Replacements = -1 }},
		{name: "warmup", want: "warmup is -2", adapt: func(c *a3c.Config) { c.Warmup = -2 }},
		{name: "gather", want: "gather is -1", adapt: func(c *a3c.Config) { c.Gather = -1 }},
		{name: "metrics", want: "metrics-every is 0", adapt: func(c *a3c.Config) { c.MetricsEvery = 0 }},
		{name: "checkpoint", want: "checkpoint-every is -1", adapt: func(c *a3c.Config) { c.CheckpointEvery = -1 }},
		{name: "gamma", want: "gamma is 1.5, want 0 to 1", adapt: func(c *a3c.Config) { c.Gamma = 1.5 }},
		{name: "lambda", want: "lambda is -0.1", adapt: func(c *a3c.Config) { c.Lambda = -0.1 }},
		{name: "rate", want: "learning-rate is NaN", adapt: func(c *a3c.Config) { c.LearningRate = math.NaN() }},
		{name: "entropy", want: "entropy-cost is +Inf", adapt: func(c *a3c.Config) { c.EntropyCost = math.Inf(1) }},
		{name: "value", want: "value-cost is -1", adapt: func(c *a3c.Config) { c.ValueCost = -1 }},
		{name: "scale", want: "reward-scale is 0", adapt: func(c *a3c.Config) { c.RewardScale = 0 }},
		{name: "clip", want: "clip-norm is -1", adapt: func(c *a3c.Config) { c.ClipNorm = -1 }},
		{name: "decay", want: "decay is 1", adapt: func(c *a3c.Config) { c.Decay = 1 }},
		{name: "epsilon", want: "epsilon is 0", adapt: func(c *a3c.Config) { c.Epsilon = 0 }},
		{name: "epsilon of float64", want: "epsilon is 1e-300, want a number above 0, from 1e-30",
			adapt: func(c *a3c.Config) { c.Epsilon = 1e-300 }},
		{name: "decay of float64", want: "below 1 (in float32", adapt: func(c *a3c.Config) { c.Decay = 1 - 1e-9 }},
		{name: "scale of float64", want: "reward-scale is 1e+39", adapt: func(c *a3c.Config) { c.RewardScale = 1e39 }},
		{name: "rate of float64", want: "learning-rate is 1e-50",
			adapt: func(c *a3c.Config) { c.LearningRate = 1e-50 }},
		{name: "entropy of float64", want: "entropy-cost is 1e-60",
			adapt: func(c *a3c.Config) { c.EntropyCost = 1e-60 }},
		{name: "time", want: "max-time is -1s", adapt: func(c *a3c.Config) { c.MaxTime = -time.Second }},
		{name: "time and bits", want: "exclude each other",
			adapt: func(c *a3c.Config) { c.MaxTime, c.Deterministic = time.Second, true }},
		{name: "two at once", want: "steps is 0, want 1 to", adapt: func(c *a3c.Config) { c.Steps, c.Workers = 0, 0 }},
		{name: "parameters", want: "parameters given, the network has", theta: theta[1:]},
		{name: "NaN", want: "column1.encoder.weight", theta: append([]float32{float32(math.NaN())}, theta[1:]...)},
		{name: "environment", want: "environment 1 of worker 0: no robot", env: func(index int) (a3c.Env, error) {
			if index == 1 {
				return nil, errors.New("no robot")
			}
			return timeLimit(), nil
		}},
		{name: "senses", want: "3 proprioceptive values, the network wants 2", env: func(int) (a3c.Env, error) {
			return probe.NewStill([3]int{}, 3, []int{2}, 5), nil
		}},
		{name: "factors", want: "2 factors, the network's policy 1", env: func(int) (a3c.Env, error) {
			return probe.NewStill([3]int{}, 2, []int{2, 2}, 5), nil
		}},
		{name: "choices", want: "3 choices, the network's policy 2", env: func(int) (a3c.Env, error) {
			return probe.NewStill([3]int{}, 2, []int{3}, 5), nil
		}},
	} {
		cfg := small(false)
		if test.adapt != nil {
			test.adapt(&cfg)
		}
		if test.theta == nil {
			test.theta = theta
		}
		if test.env == nil {
			test.env = func(int) (a3c.Env, error) { return timeLimit(), nil }
		}
		open := 0
		_, err := a3c.NewTrainer(cfg, net, test.theta, func(_, index int) (a3c.Env, error) {
			env, err := test.env(index)
			if err != nil {
				return nil, err
			}
			open++
			return &closing{env, &open}, nil
		})
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: error %v, want %q", test.name, err, test.want)
		}
		if open != 0 {
			t.Errorf("%s: %d environments left open", test.name, open)
		}
	}
	picture, theta := makeNet(t, spot(), 8, 0, 1)
	cfg := small(false)
	if _, err := a3c.NewTrainer(cfg, picture, theta, func(int, int) (a3c.Env, error) {
		return probe.NewStill([3]int{64, 64, 3}, 0, []int{3, 3}, 5), nil
	}); err == nil || !strings.Contains(err.Error(), "64x64x3") {
		t.Errorf("another picture: %v", err)
	}
	if err := a3c.DefaultConfig().Validate(); err != nil {
		t.Errorf("the defaults: %v", err)
	}
}

// TestClose closes environments once, and ends a trainer.
func TestClose(t *testing.T) {
	net, theta := makeNet(t, timeLimit(), 8, 0, 1)
	open := 0
	trainer, err := a3c.NewTrainer(small(false), net, theta, func(int, int) (a3c.Env, error) {
		open++
		return &closing{timeLimit(), &open}, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if open != 6 {
		t.Errorf("%d environments, want 6", open)
	}
	for range 2 {
		if err := trainer.Close(); err != nil || open != 0 {
			t.Errorf("close: %v, %d environments left open", err, open)
		}
	}
	if err := trainer.Run(context.Background()); err == nil {
		t.Error("a closed trainer runs")
	}
}
