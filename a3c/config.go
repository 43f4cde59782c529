package a3c

import (
	"errors"
	"fmt"
	"math"
	"runtime"
	"time"
)

// Config holds all settings of a training run. Start from DefaultConfig. The tags flag and help are
// what commands make flags and configuration files of; a field without them is the program's.
//
// "Prototype" below is a prototype of this project, which measured these values on the reach task;
// "tuning" is bench/results/tuning, which did so later; "Mnih" is Mnih et al. 2016,
// "Asynchronous Methods for Deep Reinforcement Learning"; "GAE" is Schulman et al. 2015,
// "High-Dimensional Continuous Control Using Generalized Advantage Estimation".
type Config struct {
	// Workers is the number of workers, each a goroutine on its own OS thread with its own
	// environments and its own copy of the parameters. 1 is A2C. At least 1; default the number of
	// CPUs Go may use.
	Workers int `json:"workers" flag:"workers" help:"*number* of workers, each on a core of its own; 1 is A2C"`
	// Envs is the number of environments of each worker, stepped in lockstep. 1 is the agent of
	// Mnih. At least 0; default 0: 64 over all workers, but at most 8 (prototype: 8 to 16 turn
	// vectors into matrices) and at least 1 for each.
	Envs int `json:"envs" flag:"envs" help:"*number* of environments a worker steps in lockstep (0: 64 over all workers, at most 8 each)"`
	// Rollout is the number of steps in each environment between two updates. At least 1; default
	// 20 (Mnih, prototype).
	Rollout int `json:"rollout" flag:"rollout" help:"*steps* in each environment between two updates"`
	// Gather is the number of gradients whose mean makes an update. At least 0; default 0:
	// Workers/8, rounded up, so that the gradients of all workers together are at most 8 updates.
	Gather int `json:"gather" flag:"gather" help:"*number* of workers' gradients whose mean makes an update (0: an eighth of the workers)"`
	// Steps is the number of environment steps of the whole run, over all workers. The run ends
	// with the rollout that reaches it, so up to Envs*Rollout-1 steps later. At least 1; default
	// 50,000,000.
	Steps int64 `json:"steps" flag:"steps" help:"environment *steps* of the whole run"`
	// MaxTime ends the run earlier, counting only time spent in Run; 0: no limit, the default.
	// Not with Deterministic: the learning rate would follow the clock.
	MaxTime time.Duration `json:"max_time_ns" flag:"max-time" help:"stop after this *time* of training even if -steps are not done; the learning rate falls accordingly (0: no limit)"`
	// Seed is the seed of everything random: action sampling and episodes. Any value; default 1.
	Seed uint64 `json:"seed" flag:"seed" help:"*seed* of everything random"`

	// Gamma is the discount of a step. 0 to 1; default 0.99 (prototype).
	Gamma float64 `json:"gamma" flag:"gamma" help:"*discount* of a step"`
	// Lambda mixes returns of different lengths (GAE): 1 takes the longest one the rollout allows
	// (n-step returns), 0 the shortest. 0 to 1; default 0.95 (tuning).
	Lambda float64 `json:"lambda" flag:"lambda" help:"*lambda* of generalised advantage estimation; 1: n-step returns"`
	// LearningRate is the rate at the first step; it falls linearly to 0 at the end of the run.
	// Above 0; default 3e-4 (tuning).
	LearningRate float64 `json:"learning_rate" flag:"learning-rate" help:"learning *rate* at the start, linear to 0"`
	// Warmup is the number of steps at the beginning of the run in which the rate rises linearly
	// from 0. RMSProp's statistics start at zero, so that without it the first update moves every
	// parameter by 1/sqrt(1-Decay), ten times the rate: next to nothing for a network that begins
	// at random, the end of a policy that was there before. And workers that begin together push
	// the same gradient, the error of a value that is wrong everywhere, once each: sixteen of them
	// leave no unit alive. At least -1; default -1: 32 times the steps that the other workers have
	// under way, (Workers-1)*Envs*Rollout, but at most half of Steps; none with one worker.
	Warmup int64 `json:"warmup" flag:"warmup" help:"*steps* at the beginning in which the learning rate rises from 0 (-1: what the number of workers asks for, with one worker none)"`
	// EntropyCost weighs the policy's entropy, in nats, summed over factors. At least 0; default
	// 5e-3 (tuning). It belongs together with RewardScale.
	EntropyCost float64 `json:"entropy_cost" flag:"entropy-cost" help:"*weight* of the policy's entropy (nats, summed over factors)"`
	// ValueCost weighs the squared error of the value. At least 0; default 0.25 (prototype).
	ValueCost float64 `json:"value_cost" flag:"value-cost" help:"*weight* of the squared value error"`
	// RewardScale multiplies rewards inside the loss only; scores are never scaled, values are.
	// Above 0; default 0.1 (tuning).
	RewardScale float64 `json:"reward_scale" flag:"reward-scale" help:"*factor* on rewards inside the loss"`
	// NormalizeAdvantage divides advantages and value errors by a running root mean square of the
	// worker's advantages (advantageScale), so that the entropy cost keeps its meaning while
	// returns grow. Default true (tuning).
	NormalizeAdvantage bool `json:"normalize_advantage" flag:"normalize-advantage" help:"divide advantages and value errors by their running size, so that the entropy cost keeps its meaning"`
	// ClipNorm bounds the length of what one gradient adds to an update: a gradient is clipped at
	// ClipNorm*Gather, since it comes from that many times fewer samples and is that many times
	// longer where one of them is rare, a first reward for example. 0: no bound. At least 0;
	// default 10 (tuning).
	ClipNorm float64 `json:"clip_norm" flag:"clip-norm" help:"*bound* on the gradient's norm (0: none)"`
	// Decay is RMSProp's memory of squared gradients. 0 to below 1; default 0.99 (Mnih).
	Decay float64 `json:"decay" flag:"decay" help:"RMSProp's *memory* of squared gradients"`
	// Epsilon is added to the root of RMSProp's mean square. Above 0; default 1e-5 (prototype: scan
	// 1e-6 to 1e-4).
	Epsilon float64 `json:"epsilon" flag:"epsilon" help:"RMSProp's *epsilon*, outside the root; fine-tuning without a teacher takes 0.1 unless it is given"`

	// OutputOnly trains the output layer alone. Default false.
	OutputOnly bool `json:"output_only"`

	// Deterministic lets all workers pull the same parameters, compute in parallel, and push in
	// worker order: the same seed gives the same bits whatever the number of CPUs, and a resumed
	// run those of an unbroken one. Default false: no worker waits for another (Hogwild).
	Deterministic bool `json:"deterministic" flag:"deterministic" help:"the same bits every time, at some cost of speed"`

	// Replacements is how many workers that panicked a run may replace; the one after stops it. A
	// replaced worker gets new environments and loses the rollout it was in. 0 to 1,000,000;
	// default 10. In deterministic mode a panic always stops the run: it could not be resumed to
	// the same bits.
	Replacements int `json:"replacements" flag:"replacements" help:"*number* of workers that panic and are replaced before the run stops"`
	// OnReplace is told of each panic whose worker was replaced. It is called by the goroutine that
	// called Run. Default nil.
	OnReplace func(*WorkerError) `json:"-"`

	// KeepScores lets the Metrics hold the score of every episode. Default false.
	KeepScores bool `json:"keep_scores"`
	// MetricsEvery is the number of steps between two calls of OnMetrics. At least 1; default
	// 20,000.
	MetricsEvery int64 `json:"metrics_every" flag:"metrics-every" help:"*steps* between lines of metrics.jsonl"`
	// OnMetrics receives the metrics of each window of MetricsEvery steps. It is called by the
	// goroutine that called Run while the workers go on. An error stops the run. Default nil.
	OnMetrics func(Metrics) error `json:"-"`
	// CheckpointEvery is the number of steps between two calls of OnCheckpoint; 0: never. Default
	// 250,000.
	CheckpointEvery int64 `json:"checkpoint_every" flag:"checkpoint-every" help:"*steps* between checkpoints"`
	// OnCheckpoint receives snapshots taken while all workers stand between two rollouts. It is
	// called by the goroutine that called Run, after all metrics up to the snapshot were delivered,
	// while the workers go on; the snapshot is the callee's. An error stops the run. Default nil.
	OnCheckpoint func(*Snapshot) error `json:"-"`
}

// DefaultConfig returns the defaults that Config's fields name.
func DefaultConfig() Config {
	return Config{
		Workers:            runtime.GOMAXPROCS(0),
		Rollout:            20,
		Steps:              50_000_000,
		Seed:               1,
		Gamma:              0.99,
		Lambda:             0.95,
		LearningRate:       3e-4,
		Warmup:             -1,
		EntropyCost:        5e-3,
		ValueCost:          0.25,
		RewardScale:        0.1,
		ClipNorm:           10,
		Decay:              0.99,
		Epsilon:            1e-5,
		Replacements:       10,
		MetricsEvery:       20_000,
		CheckpointEvery:    250_000,
		NormalizeAdvantage: true,
	}
}

// What follows from the number of workers by default.
const (
	defaultEnvs    = 8  // of a worker
	allEnvs        = 64 // of all workers
	updatesAtOnce  = 8  // that are under way
	warmupRollouts = 32 // of each worker but one
)

// Resolved returns the settings with those that follow from the number of workers set to what
// follows.
func (c Config) Resolved() Config {
	if c.Envs == 0 {
		c.Envs = max(1, min(allEnvs/max(c.Workers, 1), defaultEnvs))
	}
	if c.Gather == 0 {
		c.Gather = (c.Workers + updatesAtOnce - 1) / updatesAtOnce
	}
	if c.Warmup < 0 {
		c.Warmup = min(int64(warmupRollouts*(c.Workers-1)*c.Envs*c.Rollout), c.Steps/2)
	}
	return c
}

// Rate returns the learning rate after so many steps, when the given part of the run, 0 to 1, is
// over.
func (c Config) Rate(steps int64, over float64) float64 {
	rate := c.LearningRate * (1 - min(over, 1))
	if steps < c.Warmup {
		rate *= float64(steps) / float64(c.Warmup)
	}
	return rate
}

// Limits that keep products of sizes far from overflow; nothing useful comes near them.
const (
	maxWorkers = 4096
	maxEnvs    = 4096
	maxRollout = 1 << 16

	maxReplacements = 1_000_000

	// Numbers are used in float32, where smaller ones lose digits and their inverses and products
	// come near its ends.
	leastNumber = 1e-30
)

// Validate says everything that is wrong with the settings, in words that name the field and what
// is allowed.
func (c Config) Validate() error { // names are those of the commands' flags
	var errs []error
	whole := func(name string, v, least, most int64) {
		if v < least || v > most {
			errs = append(errs, fmt.Errorf("%s is %d, want %d to %d", name, v, least, most))
		}
	}
	number := func(name string, v float64, ok bool, want string) {
		if !ok || math.IsNaN(v) || math.IsInf(v, 0) {
			errs = append(errs, fmt.Errorf("%s is %g, want %s", name, v, want))
		} else if v != 0 && (v < leastNumber || v > math.MaxFloat32) {
			errs = append(errs, fmt.Errorf("%s is %g, want %s, from %g to %g where it is not 0: it is used in float32",
				name, v, want, leastNumber, math.MaxFloat32))
		}
	}
	whole("workers", int64(c.Workers), 1, maxWorkers)
	whole("envs", int64(c.Envs), 0, maxEnvs)
	whole("rollout", int64(c.Rollout), 1, maxRollout)
	whole("gather", int64(c.Gather), 0, maxWorkers)
	whole("steps", c.Steps, 1, math.MaxInt64/2)
	whole("replacements", int64(c.Replacements), 0, maxReplacements)
	whole("warmup", c.Warmup, -1, math.MaxInt64/2)
	whole("metrics-every", c.MetricsEvery, 1, math.MaxInt64/2)
	whole("checkpoint-every", c.CheckpointEvery, 0, math.MaxInt64/2)
	number("gamma", c.Gamma, c.Gamma >= 0 && c.Gamma <= 1, "0 to 1")
	number("lambda", c.Lambda, c.Lambda >= 0 && c.Lambda <= 1, "0 to 1")
	number("learning-rate", c.LearningRate, c.LearningRate > 0, "a number above 0")
	number("entropy-cost", c.EntropyCost, c.EntropyCost >= 0, "a number of at least 0")
	number("value-cost", c.ValueCost, c.ValueCost >= 0, "a number of at least 0")
	number("reward-scale", c.RewardScale, c.RewardScale > 0, "a number above 0")
	number("clip-norm", c.ClipNorm, c.ClipNorm >= 0, "a number of at least 0 (0: no clipping)")
	number("decay", c.Decay, c.Decay >= 0 && float32(c.Decay) < 1, "0 to below 1 (in float32: at most 0.99999997)")
	number("epsilon", c.Epsilon, c.Epsilon > 0, "a number above 0")
	if c.MaxTime < 0 {
		errs = append(errs, fmt.Errorf("max-time is %v, want at least 0 (0: no limit)", c.MaxTime))
	}
	if c.Deterministic && c.MaxTime > 0 {
		errs = append(errs,
			errors.New("deterministic and max-time exclude each other: the learning rate would follow the clock"))
	}
	return errors.Join(errs...)
}
