package training

import (
	"errors"
	"fmt"

	"colonnade/a3c"
	"colonnade/a3c/lab/cli"
	"colonnade/a3c/lab/learner"
	"colonnade/a3c/lab/world"
	"colonnade/nn"
)

// Options are the flags of a column's training, whichever command reads them.
type Options struct {
	flags  *cli.Flags
	Config a3c.Config

	world          *world.Options
	net            *world.NetOptions
	episodes       int
	milestoneEvery int64
}

// Changeable are the flags that a resumed run may set anew; all others say what the run is.
var Changeable = []string{"steps", "max-time", "episodes", "checkpoint-every", "milestone-every", "replacements"}

// Register defines the flags.
func Register(f *cli.Flags) *Options {
	o := RegisterFixed(f)
	learner.RegisterSearched(f, &o.Config)
	f.DurationVar(&o.Config.MaxTime, "max-time", 0, "stop after this `time` of training even if -steps are not done; the learning rate falls accordingly (0: no limit)")
	return o
}

// RegisterFixed defines those that a search for learning rate and entropy cost leaves alone.
func RegisterFixed(f *cli.Flags) *Options {
	o := &Options{flags: f, Config: learner.Defaults()}
	c := &o.Config
	o.world = world.Register(f)
	o.net = world.RegisterNet(f)
	learner.RegisterFixed(f, c)
	RegisterRun(f, c, &o.episodes)
	f.Int64Var(&o.milestoneEvery, "milestone-every", 5_000_000, "`steps` between checkpoints that are kept (0: none)")
	return o
}

// RegisterRun defines the flags of every run, whatever it trains: how it is kept, repeated and evaluated in the end.
func RegisterRun(f *cli.Flags, c *a3c.Config, episodes *int) {
	f.IntVar(&c.Replacements, "replacements", c.Replacements, "`number` of workers that panic and are replaced before the run stops")
	f.BoolVar(&c.Deterministic, "deterministic", false, "the same bits every time, at some cost of speed")
	f.Int64Var(&c.CheckpointEvery, "checkpoint-every", c.CheckpointEvery, "`steps` between checkpoints")
	f.IntVar(episodes, "episodes", 100, "`number` of episodes of the final evaluation")
}

// Validate says what is wrong with the values, as a usage error.
func (o *Options) Validate() error {
	if err := o.Config.Validate(); err != nil {
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

// Plan returns the run that the flags ask for.
func (o *Options) Plan(command string) Plan {
	return Plan{
		Command: command,
		Title:   fmt.Sprintf("%s, %s, seed %d", o.world, o.net, o.Config.Seed),
		Config:  o.Config,
		World:   o.world,
		Column: func() (*nn.Network, []float32, error) {
			env, err := o.world.Make(0, 0)
			if err != nil {
				return nil, nil, err
			}
			net, theta, err := learner.NewColumn(o.net.Arch(), env, o.Config.Seed)
			return net, theta, errors.Join(err, world.Close(env))
		},
		Matches: func(net *nn.Network) error {
			wanted, err := world.Untrained(o.net.Arch())
			if err != nil {
				return err
			}
			return net.Matches(wanted)
		},
		Episodes: o.episodes, MilestoneEvery: o.milestoneEvery, File: o.flags.TOML(),
	}
}
