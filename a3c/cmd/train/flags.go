package main

import (
	"io"

	"colonnade/a3c"
	"colonnade/a3c/lab/cli"
	"colonnade/a3c/lab/world"
)

// options is the command line of train.
type options struct {
	flags   *cli.Flags
	out     *string
	resume  *bool
	profile *string
	world   *world.Options
	net     *world.NetOptions
	config  a3c.Config

	episodes       int
	milestoneEvery int64
}

// changeable are the flags that a resumed run may set anew; all others say
// what the run is.
var changeable = []string{"steps", "max-time", "episodes", "checkpoint-every", "milestone-every"}

// evaluationSeed is added to -seed for the final evaluation: its episodes are
// none of the training's.
const evaluationSeed = 0xe7a1

func parse(args []string, stdout, stderr io.Writer) (*options, error) {
	f := cli.NewFlags("train",
		"train trains a column of the network from pixels by A3C (A2C with one worker).",
		"train -net recurrent -width wide -steps 50000000 -out runs/column1", stdout, stderr)
	o := &options{flags: f, config: defaults()}
	c := &o.config
	o.out = f.String("out", "", "run `folder`, a new one unless -resume")
	o.resume = f.Bool("resume", false, "go on with the run in -out")
	f.NotInFile("out", "resume")
	o.profile = f.ProfileFlag()
	o.world = world.Register(f)
	o.net = world.RegisterNet(f)

	f.Uint64Var(&c.Seed, "seed", c.Seed, "`seed` of everything random")
	f.Int64Var(&c.Steps, "steps", c.Steps, "environment `steps` of the whole run")
	f.DurationVar(&c.MaxTime, "max-time", 0, "stop after this `time` of training even if -steps are not done; the learning rate falls accordingly (0: no limit)")
	f.IntVar(&c.Workers, "workers", c.Workers, "`number` of workers, each on a core of its own; 1 is A2C")
	f.IntVar(&c.Envs, "envs", c.Envs, "`number` of environments a worker steps in lockstep")
	f.IntVar(&c.Rollout, "rollout", c.Rollout, "`steps` in each environment between two updates")
	f.Float64Var(&c.Gamma, "gamma", c.Gamma, "`discount` of a step")
	f.Float64Var(&c.Lambda, "lambda", c.Lambda, "`lambda` of generalised advantage estimation; 1: n-step returns")
	f.Float64Var(&c.LearningRate, "learning-rate", c.LearningRate, "learning `rate` at the start, linear to 0")
	f.Float64Var(&c.EntropyCost, "entropy-cost", c.EntropyCost, "`weight` of the policy's entropy (nats, summed over factors)")
	f.Float64Var(&c.ValueCost, "value-cost", c.ValueCost, "`weight` of the squared value error")
	f.Float64Var(&c.RewardScale, "reward-scale", c.RewardScale, "`factor` on rewards inside the loss")
	f.BoolVar(&c.NormalizeAdvantage, "normalize-advantage", c.NormalizeAdvantage, "divide advantages and value errors by their running size, so that the entropy cost keeps its meaning")
	f.Float64Var(&c.ClipNorm, "clip-norm", c.ClipNorm, "`bound` on the gradient's norm (0: none)")
	f.Float64Var(&c.Decay, "decay", c.Decay, "RMSProp's `memory` of squared gradients")
	f.Float64Var(&c.Epsilon, "epsilon", c.Epsilon, "RMSProp's `epsilon`, outside the root")
	f.BoolVar(&c.Deterministic, "deterministic", false, "the same bits every time, at some cost of speed")
	f.Int64Var(&c.MetricsEvery, "metrics-every", c.MetricsEvery, "`steps` between lines of metrics.jsonl")
	f.Int64Var(&c.CheckpointEvery, "checkpoint-every", c.CheckpointEvery, "`steps` between checkpoints")
	f.Int64Var(&o.milestoneEvery, "milestone-every", 5_000_000, "`steps` between checkpoints that are kept (0: none)")
	f.IntVar(&o.episodes, "episodes", 100, "`number` of episodes of the final evaluation")

	if err := f.Parse(args); err != nil {
		return nil, err
	}
	if *o.out == "" {
		return nil, cli.Usagef("-out FOLDER is needed: where the run is kept")
	}
	if *o.resume {
		if err := f.Resume(configPath(*o.out), changeable...); err != nil {
			return nil, err
		}
	}
	return o, o.validate()
}

// defaults are those of package a3c with what training on this task wants; bench/results/tuning
// tells how they were found.
func defaults() a3c.Config {
	c := a3c.DefaultConfig()
	c.Steps = 50_000_000
	c.LearningRate = 3e-4
	c.Lambda = 0.95
	c.EntropyCost = 5e-3
	c.NormalizeAdvantage = true
	c.ClipNorm = 10
	c.MetricsEvery = 20_000
	c.CheckpointEvery = 250_000
	return c
}

func (o *options) validate() error {
	if err := o.config.Validate(); err != nil {
		return cli.Usagef("%v", err)
	}
	if o.episodes < 1 {
		return cli.Usagef("-episodes is %d, want at least 1", o.episodes)
	}
	if o.milestoneEvery < 0 {
		return cli.Usagef("-milestone-every is %d, want at least 0", o.milestoneEvery)
	}
	return nil
}
