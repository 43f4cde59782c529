package learner

import (
	"math/rand/v2"

	"colonnade/a3c"
	"colonnade/a3c/lab/cli"
	"colonnade/a3c/lab/world"
	"colonnade/nn"
)

// Defaults are those of package a3c with what training on this task wants; bench/results/tuning
// tells how they were found.
func Defaults() a3c.Config {
	c := a3c.DefaultConfig()
	c.Steps = 50_000_000
	c.LearningRate = 3e-4
	c.Lambda = 0.95
	c.EntropyCost = 5e-3
	c.NormalizeAdvantage = true
	c.RewardScale = 0.1
	c.ClipNorm = 10
	c.MetricsEvery = 20_000
	c.CheckpointEvery = 250_000
	return c
}

// Register defines the flags of the learner's settings, which they change in c; its present values are the defaults.
func Register(f *cli.Flags, c *a3c.Config) {
	RegisterSearched(f, c)
	RegisterFixed(f, c)
}

// RegisterSearched defines those that a search draws at random.
func RegisterSearched(f *cli.Flags, c *a3c.Config) {
	f.Float64Var(&c.LearningRate, "learning-rate", c.LearningRate, "learning `rate` at the start, linear to 0")
	f.Float64Var(&c.EntropyCost, "entropy-cost", c.EntropyCost, "`weight` of the policy's entropy (nats, summed over factors)")
}

// RegisterFixed defines all others.
func RegisterFixed(f *cli.Flags, c *a3c.Config) {
	f.Uint64Var(&c.Seed, "seed", c.Seed, "`seed` of everything random")
	f.Int64Var(&c.Steps, "steps", c.Steps, "environment `steps` of the whole run")
	f.IntVar(&c.Workers, "workers", c.Workers, "`number` of workers, each on a core of its own; 1 is A2C")
	f.IntVar(&c.Envs, "envs", c.Envs, "`number` of environments a worker steps in lockstep (0: 64 over all workers, at most 8 each)")
	f.IntVar(&c.Gather, "gather", c.Gather, "`number` of workers' gradients whose mean makes an update (0: an eighth of the workers)")
	f.IntVar(&c.Rollout, "rollout", c.Rollout, "`steps` in each environment between two updates")
	f.Int64Var(&c.Warmup, "warmup", c.Warmup, "`steps` at the beginning in which the learning rate rises from 0 (-1: what the number of workers asks for, with one worker none)")
	f.Float64Var(&c.Gamma, "gamma", c.Gamma, "`discount` of a step")
	f.Float64Var(&c.Lambda, "lambda", c.Lambda, "`lambda` of generalised advantage estimation; 1: n-step returns")
	f.Float64Var(&c.ValueCost, "value-cost", c.ValueCost, "`weight` of the squared value error")
	f.Float64Var(&c.RewardScale, "reward-scale", c.RewardScale, "`factor` on rewards inside the loss")
	f.BoolVar(&c.NormalizeAdvantage, "normalize-advantage", c.NormalizeAdvantage, "divide advantages and value errors by their running size, so that the entropy cost keeps its meaning")
	f.Float64Var(&c.ClipNorm, "clip-norm", c.ClipNorm, "`bound` on the gradient's norm (0: none)")
	f.Float64Var(&c.Decay, "decay", c.Decay, "RMSProp's `memory` of squared gradients")
	f.Float64Var(&c.Epsilon, "epsilon", c.Epsilon, "RMSProp's `epsilon`, outside the root")
	f.Int64Var(&c.MetricsEvery, "metrics-every", c.MetricsEvery, "`steps` between lines of metrics.jsonl")
}

// NewColumn measures the input scaling of a column that begins to learn in env, builds its network and draws its first
// parameters.
func NewColumn(arch nn.Arch, env a3c.Env, seed uint64) (*nn.Network, []float32, error) {
	scaling, err := world.MeasureScaling(arch, env, seed)
	if err != nil {
		return nil, nil, err
	}
	net, err := nn.New(arch, scaling)
	if err != nil {
		return nil, nil, err
	}
	theta := make([]float32, net.Parameters())
	net.Init(theta, rand.New(rand.NewPCG(seed, 0x1417)), nn.DefaultInit())
	return net, theta, nil
}
