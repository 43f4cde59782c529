package main

import (
	"io"
	"path/filepath"

	"colonnade/a3c"
	"colonnade/a3c/lab/cli"
	"colonnade/a3c/lab/learner"
	"colonnade/a3c/lab/rundir"
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
var changeable = []string{"steps", "max-time", "episodes", "checkpoint-every", "milestone-every", "replacements"}

func configPath(out string) string { return filepath.Join(out, rundir.ConfigFile) }

func parse(args []string, stdout, stderr io.Writer) (*options, error) {
	f := cli.NewFlags("train",
		"train trains a column of the network from pixels by A3C (A2C with one worker).",
		"train -net recurrent -width wide -steps 50000000 -out runs/column1", stdout, stderr)
	o := &options{flags: f, config: learner.Defaults()}
	c := &o.config
	o.out = f.String("out", "", "run `folder`, a new one unless -resume")
	o.resume = f.Bool("resume", false, "go on with the run in -out")
	f.NotInFile("out", "resume")
	o.profile = f.ProfileFlag()
	o.world = world.Register(f)
	o.net = world.RegisterNet(f)

	learner.Register(f, c)
	f.DurationVar(&c.MaxTime, "max-time", 0, "stop after this `time` of training even if -steps are not done; the learning rate falls accordingly (0: no limit)")
	f.IntVar(&c.Replacements, "replacements", c.Replacements, "`number` of workers that panic and are replaced before the run stops")
	f.BoolVar(&c.Deterministic, "deterministic", false, "the same bits every time, at some cost of speed")
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
