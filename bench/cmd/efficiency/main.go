// Command efficiency compares the learning curves of the fast training loop and of the plain one at
// equal steps.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"colonnade/a3c"
	"colonnade/a3c/cli"
	"colonnade/a3c/cmd/world"
	"colonnade/a3c/plain"
	"colonnade/a3c/training"
	"colonnade/bench/figure"
	"colonnade/nn/atomicfile"
)

func main() { cli.Main("efficiency", run) }

// options is the command line.
type options struct {
	out   string
	seeds int
	until int64 // steps of a run, if fewer than the learning rate's schedule has
	probe *string
	world training.World
	settings
}

// settings are what is learnt, and how.
type settings struct {
	World   training.WorldSettings
	Robot   world.Robot
	Network training.Network
	Learner a3c.Config `except:"max-time,replacements,deterministic,checkpoint-every"`
}

// loops are the two ways to train, fastest first.
var loops = []string{"fast", "plain"}

func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	f := cli.NewFlags("efficiency",
		"efficiency trains the same column with the fast loop and with the plain one, several seeds each, and draws "+
			"both\nlearning curves over environment steps. A run whose curve is in -out already is not repeated; the "+
			"settings are those of the first.",
		"efficiency -seeds 3 -steps 2000000 -out bench/results/efficiency", stdout, stderr)
	o := &options{settings: settings{training.DefaultWorld(), world.DefaultRobot(), training.DefaultNetwork(),
		a3c.DefaultConfig()}}
	o.Learner.Steps = 2_000_000
	f.StringVar(&o.out, "out", "", "`folder` for curves and pictures")
	f.IntVar(&o.seeds, "seeds", 3, "`number` of seeds, from -seed")
	f.Int64Var(&o.until, "until", 0,
		"end runs after so many `steps`, on the learning rate's way to 0 at -steps (0: at -steps)")
	o.probe = f.Choice("probe", noProbe,
		"small `environment` to learn in instead of that of -env, with a small network", noProbe, "memory", "spot")
	f.Bind(&o.settings)
	f.NotInFile("out")
	profile := f.ProfileFlag("the folder of -out")
	if err := f.Parse(args); err != nil {
		return err
	}
	if o.out == "" {
		return cli.Usagef("-out FOLDER is needed: where the curves are kept")
	}
	if _, err := os.Stat(training.ConfigPath(o.out)); err == nil {
		if err := f.Resume(training.ConfigPath(o.out), "seeds"); err != nil {
			return err
		}
	}
	if o.seeds < 1 {
		return cli.Usagef("-seeds is %d, want at least 1", o.seeds)
	}
	if err := o.Learner.Validate(); err != nil {
		return cli.Usagef("%v", err)
	}
	var err error
	if o.world, err = world.Open(o.World, o.Robot); err != nil {
		return err
	}
	if o.until < 0 || o.until > o.Learner.Steps {
		return cli.Usagef("-until is %d, want 0 to %d, the number of -steps", o.until, o.Learner.Steps)
	}
	if err := os.MkdirAll(o.out, 0o777); err != nil {
		return err
	}
	if err := atomicfile.WriteFile(training.ConfigPath(o.out), f.TOML()); err != nil {
		return err
	}
	stop, err := cli.StartProfile(*profile, o.out)
	if err != nil {
		return err
	}
	defer stop()
	for _, seed := range o.allSeeds() {
		for _, loop := range loops {
			if err := o.train(ctx, loop, seed, stderr); err != nil {
				return err
			}
			if ctx.Err() != nil {
				fmt.Fprintln(stderr, "efficiency: interrupted; the same command goes on with the runs that are missing")
				return nil
			}
		}
	}
	return o.report(stdout, stderr)
}

// allSeeds returns the seeds of the runs.
func (o *options) allSeeds() []uint64 {
	var seeds []uint64
	for i := range o.seeds {
		seeds = append(seeds, o.Learner.Seed+uint64(i))
	}
	return seeds
}

// length returns the number of steps of a run.
func (o *options) length() int64 {
	if o.until > 0 {
		return o.until
	}
	return o.Learner.Steps
}

// curvePath is where the metrics of one run are kept; it appears when the run is complete.
func (o *options) curvePath(loop string, seed uint64) string {
	return filepath.Join(o.out, fmt.Sprintf("%s-%d.jsonl", loop, seed))
}

// errLength ends a run that has all the steps asked for.
var errLength = errors.New("as long as asked for")

// train makes one run, unless its curve is there.
func (o *options) train(ctx context.Context, loop string, seed uint64, stderr io.Writer) error {
	path := o.curvePath(loop, seed)
	if _, err := os.Stat(path); err == nil {
		return nil
	}
	env, err := o.makeEnv(0, 0)
	if err != nil {
		return err
	}
	net, theta, err := training.NewColumn(o.arch(env), env, seed)
	if err != nil {
		return err
	}
	cfg := o.Learner
	cfg.Seed, cfg.CheckpointEvery = seed, 0
	progress := cli.NewProgress(cli.Work{Name: fmt.Sprintf("efficiency: %s loop, seed %d", loop, seed), Unit: "steps",
		Total: o.length()}, stderr)
	var rows []figure.Point
	cfg.OnMetrics = func(m a3c.Metrics) error {
		rows = append(rows, figure.Point{Steps: m.Steps, Episodes: m.WindowEpisodes, Score: m.Score})
		progress.Update(m.Steps, fmt.Sprintf("score %.2f", m.Score))
		if m.Steps >= o.length() {
			return errLength
		}
		return nil
	}
	var trainer interface{ Run(context.Context) error }
	if loop == "plain" {
		trainer, err = plain.New(cfg, net, theta, o.makeEnv)
	} else {
		trainer, err = a3c.NewTrainer(cfg, net, theta, o.makeEnv)
	}
	if err != nil {
		return err
	}
	err = trainer.Run(ctx)
	progress.Finish()
	if errors.Is(err, context.Canceled) || ctx.Err() != nil {
		return nil
	}
	if err != nil && !errors.Is(err, errLength) {
		return err
	}
	return writeCurve(path, rows)
}
