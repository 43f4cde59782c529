package main

import (
	"context"
	"fmt"
	"math/rand/v2"

	"colonnade/a3c"
	"colonnade/a3c/probe"
	"colonnade/a3c/training"
	"colonnade/internal/splitmix"
	"colonnade/nn"
	"colonnade/sim/reach"
)

// evaluationEpisodes are played after each training.
const evaluationEpisodes = 200

// problem is something to learn in a short time, whose result is known.
type problem struct {
	name    string
	about   string
	optimum float64 // the best mean score there can be
	chance  float64 // what random actions score
	slack   float64 // how far beyond the measured scores a band goes, as a part of their distance from chance
	makeEnv func(worker, index int) (a3c.Env, error)
	column  func(env a3c.Env, seed uint64) (*nn.Network, []float32, error)
	config  a3c.Config // but for the seed
}

// problems returns all, from the simplest part of the learner to the whole of it.
func problems() []problem {
	contextual, memory, spot := probe.NewContextual(), probe.NewMemory(4), probe.NewSpot()
	return []problem{
		{
			name: "contextual", about: "the right choice for each of a few situations: policy, value, optimiser",
			optimum: contextual.Optimum(), chance: 0.375, slack: 0.2,
			makeEnv: func(int, int) (a3c.Env, error) { return probe.NewContextual(), nil },
			column:  small(0), config: probeConfig(30_000),
		},
		{
			name: "memory", about: "a cue from five steps ago: the LSTM and its gradient through time",
			optimum: memory.Optimum(), chance: memory.Chance(), slack: 0.2,
			makeEnv: func(int, int) (a3c.Env, error) { return probe.NewMemory(4), nil },
			column:  small(16), config: probeConfig(60_000),
		},
		{
			name: "spot", about: "where a patch lies in a noisy picture: convolutions",
			optimum: spot.Optimum(), chance: spot.Optimum() / 3, slack: 0.2,
			makeEnv: func(int, int) (a3c.Env, error) { return probe.NewSpot(), nil },
			column:  small(0), config: spotConfig(),
		},
		{
			name:    "many workers",
			about:   "the same with 64 workers, however many cores there are: what they have under way",
			optimum: spot.Optimum(), chance: spot.Optimum() / 3, slack: 0.2,
			makeEnv: func(int, int) (a3c.Env, error) { return probe.NewSpot(), nil },
			column:  small(0), config: manyConfig(),
		},
		{
			name: "near reach", about: "the arm from pixels, starting within 20 cm of the target: simulator, " +
				"renderer, the column's own network",
			optimum: training.EpisodeSteps, chance: 0.3, slack: 0.5,
			makeEnv: newNear,
			column: func(env a3c.Env, seed uint64) (*nn.Network, []float32, error) {
				return training.NewColumn(nn.ReachArch(false, false), env, seed)
			},
			config: reachConfig(),
		},
	}
}

// The settings of the probes are those of package a3c's own tests.

func probeConfig(steps int64) a3c.Config {
	c := a3c.DefaultConfig()
	c.Lambda, c.EntropyCost, c.RewardScale, c.ClipNorm, c.NormalizeAdvantage = 1, 1e-2, 1, 1, false // as a probe wants
	c.Workers, c.Deterministic = 2, true
	c.Steps, c.LearningRate = steps, 5e-3
	return c
}

func spotConfig() a3c.Config {
	c := probeConfig(120_000)
	c.Rollout, c.LearningRate = 10, 1e-3
	return c
}

// manyConfig takes the reach task's way of learning: with 64 workers, one that pushed by itself
// from the first step would leave no unit of the network alive.
func manyConfig() a3c.Config {
	c := a3c.DefaultConfig()
	c.Workers, c.Deterministic = 64, true
	c.Steps, c.LearningRate = 100_000, 1e-3
	return c
}

func reachConfig() a3c.Config {
	c := a3c.DefaultConfig()
	c.Workers, c.Deterministic = 2, true
	c.Steps, c.LearningRate, c.EntropyCost = 250_000, 1e-3, 1e-3 // a short run has no time for much entropy
	return c
}

// small returns what builds a network with 32 units, and an LSTM, for a probe's observations.
func small(lstm int) func(env a3c.Env, seed uint64) (*nn.Network, []float32, error) {
	return func(env a3c.Env, seed uint64) (*nn.Network, []float32, error) {
		pixels, proprio, choices := env.Spec()
		arch := nn.Arch{Pixels: pixels, Proprioception: proprio, LSTM: lstm, Choices: choices}
		var scaling nn.InputScaling
		if proprio > 0 {
			arch.Encoder = 32
		}
		if pixels != [3]int{} {
			arch.Conv1, arch.Conv2, arch.FC = 8, 8, 32
			scaling = nn.InputScaling{Mean: []float32{60, 60, 60}, Scale: []float32{50, 50, 50}}
		}
		net, err := nn.New(arch, scaling)
		if err != nil {
			return nil, nil, err
		}
		theta := make([]float32, net.Parameters())
		net.Init(theta, rand.New(rand.NewPCG(seed, 0)), nn.DefaultInit())
		return net, theta, nil
	}
}

// outcome is what training on a problem came to.
type outcome struct {
	score          float64
	ci95           float64
	stepsPerSecond float64
	done           bool // all steps: neither ctx nor the time ended it
}

// solve trains and evaluates. onSteps is called now and then with the steps of the training so far.
func (p *problem) solve(ctx context.Context, seed uint64, onSteps func(steps int64)) (outcome, error) {
	env, err := p.makeEnv(0, 0)
	if err != nil {
		return outcome{}, err
	}
	net, theta, err := p.column(env, seed)
	if err != nil {
		return outcome{}, err
	}
	cfg := p.config
	cfg.Seed = seed
	cfg.MetricsEvery = max(cfg.Steps/50, 1)
	cfg.CheckpointEvery = 0
	var last a3c.Metrics
	cfg.OnMetrics = func(m a3c.Metrics) error { last = m; onSteps(m.Steps); return nil }
	trainer, err := a3c.NewTrainer(cfg, net, theta, p.makeEnv)
	if err != nil {
		return outcome{}, err
	}
	defer trainer.Close()
	if err := trainer.Run(ctx); err != nil {
		return outcome{}, err
	}
	if !trainer.Done() {
		return outcome{}, nil
	}
	trainer.Parameters(theta)
	r, err := a3c.Evaluate(ctx, net, theta, p.makeEnv,
		a3c.EvalConfig{Episodes: evaluationEpisodes, Seed: seed, Workers: cfg.Workers})
	if ctx.Err() != nil {
		return outcome{}, nil
	}
	if err != nil {
		return outcome{}, err
	}
	return outcome{r.Mean, r.CI95, float64(last.Steps) / max(last.Seconds, 1e-9), true}, nil
}

// nearRadius is how far the palm may be from the target at the start of an episode, m.
const nearRadius = 0.20

// nearTries bounds the search for a start: some one in ten is near enough.
const nearTries = 1000

// near is the reach task, in full, but for its starts: only those with the palm near the target.
// Random actions then meet the reward often enough for a few minutes to show whether a machine
// learns from pixels. It does without target-every.
type near struct{ *reach.Env }

func newNear(int, int) (a3c.Env, error) {
	env, err := reach.New(reach.Options{})
	if err != nil {
		return nil, err
	}
	return near{env}, nil
}

// Reset begins the episode of the first seed from this one on that starts near the target.
func (n near) Reset(seed uint64, pixels []uint8, proprio []float32) error {
	for i := range uint64(nearTries) {
		candidate := seed + i*splitmix.Golden
		if err := n.Env.Reset(candidate, nil, nil); err != nil {
			return err
		}
		if n.Palm().Distance(n.Target()) <= nearRadius {
			return n.Env.Reset(candidate, pixels, proprio)
		}
	}
	return fmt.Errorf("no start within %g m of the target in %d draws", nearRadius, nearTries)
}
