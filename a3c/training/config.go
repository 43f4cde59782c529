package training

import (
	"errors"
	"fmt"
	"slices"

	"colonnade/a3c"
	"colonnade/a3c/cli"
	"colonnade/nn"
	"colonnade/sim/domain"
)

// Config is the configuration of a run: of one that trains a first column, or of a transfer, which
// goes on in a second world with what was learnt in a first one.
type Config struct {
	World WorldSettings
	// Network is that of the new column. In a transfer, method and checkpoint decide what is left
	// empty.
	Network Network
	// Learner is how it learns; what it calls is the run's own. In a transfer RewardScale 0 is that
	// of the checkpoint.
	Learner a3c.Config

	// Method is one of Methods(), empty for a first column.
	Method string `flag:"method" choice:"progressive|finetune|finetune-last|scratch|scratch-wide" help:"*way* to transfer"`
	// From are the checkpoints, or run folders, that a transfer starts from; several stand side by
	// side below a progressive column. The methods that start from nothing have none.
	From Files `flag:"from" help:"checkpoint *file* or run folder to start from; several, each with its own -from, stand side by side below a progressive column"`

	// Teaching says whether a transfer has a teacher.
	Teaching

	// Episodes is the number of episodes of the final evaluation. At least 1; default 100.
	Episodes int `flag:"episodes" help:"*number* of episodes of the final evaluation"`
	// MilestoneEvery is the number of steps between checkpoints that are kept; 0: none. Default
	// 5,000,000. A transfer keeps none.
	MilestoneEvery int64 `flag:"milestone-every" help:"*steps* between checkpoints that are kept (0: none)"`
}

// HasFlag tells which settings a run has: see [cli.Flags.Bind].
func (c *Config) HasFlag(name string) bool {
	if c.Method == "" {
		return name != "method" && name != "from" && name != "teacher" && !slices.Contains(ofTeaching, name)
	}
	return name != "max-time" && name != "milestone-every"
}

// DefaultConfig returns the settings of a first column.
func DefaultConfig() Config {
	return Config{
		World: DefaultWorld(), Network: DefaultNetwork(), Learner: a3c.DefaultConfig(),
		Episodes: 100, MilestoneEvery: 5_000_000,
		Teaching: DefaultTeaching(),
	}
}

// DefaultTransfer returns the settings of a transfer to one arm by a progressive column. What they
// leave open, network and scale of rewards, follows from method and checkpoint.
func DefaultTransfer() Config {
	c := Config{Method: Progressive, Teaching: DefaultTeaching(), World: DefaultWorld(), Learner: a3c.DefaultConfig(),
		Episodes: 100}
	c.World.Domain, c.World.TargetEvery = domain.ByName("robot"), 3
	l := &c.Learner
	l.Workers, l.Envs, l.Steps, l.Warmup, l.MetricsEvery, l.CheckpointEvery = 1, 1, 60_000, 3_000, 500, 10_000
	l.RewardScale = 0
	return c
}

// ShowOpen fills in what DefaultTransfer leaves open with what is usual, for flags to show and to
// change. LeaveOpen is its inverse.
func (c *Config) ShowOpen() {
	c.Network, c.Learner.RewardScale = usualColumn, a3c.DefaultConfig().RewardScale
}

// FinetuneEpsilon is RMSProp's epsilon where a trained column goes on learning without a teacher
// and nobody says otherwise. With the usual 1e-5 an update moves every parameter by about the
// learning rate, however small its gradient, and the policy is lost in half of the draws of a
// search; with this one in 2 of 30 (bench/results/finetune).
const FinetuneEpsilon = 0.1

// OpenFlags are the flags of what DefaultTransfer leaves open.
var OpenFlags = []string{"net", "width", "inputs", "reward-scale"}

// Open returns the flags of all that LeaveOpen decides where they are not given.
func (c *Config) Open() []string {
	switch {
	case c.Taught():
		return slices.Concat(OpenFlags, OfTeacher)
	case c.Method == Finetune:
		return slices.Concat(OpenFlags, []string{"epsilon"})
	}
	return OpenFlags
}

// LeaveOpen opens what method and checkpoint decide unless its flag was given. It returns a usage
// error if a number is wrong.
func (c *Config) LeaveOpen(given func(flag string) bool) error {
	if err := c.Learner.Validate(); err != nil {
		return cli.Usagef("%v", err)
	}
	if c.Taught() {
		c.UseTeacher(slices.DeleteFunc(slices.Clone(OfTeacher), given)...)
	}
	if c.Method == Finetune && !c.Taught() && !given("epsilon") {
		c.Learner.Epsilon = FinetuneEpsilon
	}
	for flag, value := range map[string]*string{"net": &c.Network.Net, "width": &c.Network.Width,
		"inputs": &c.Network.Inputs} {
		if !given(flag) {
			*value = ""
		}
	}
	if !given("reward-scale") {
		c.Learner.RewardScale = 0
	}
	return nil
}

// Changeable returns the flags that a resumed run may set anew; all others say what the run is.
func (c *Config) Changeable() []string {
	if c.Method != "" {
		return []string{"episodes", "checkpoint-every", "replacements"}
	}
	return []string{"steps", "max-time", "episodes", "checkpoint-every", "milestone-every", "replacements"}
}

// Validate says what is wrong with the values, as a usage error. A transfer that is resumed needs
// no checkpoint to start from: its folder has the columns.
func (c *Config) Validate(resume bool) error {
	l := c.Learner
	if c.Method != "" && l.RewardScale == 0 {
		l.RewardScale = 1 // the checkpoint's, which is not known yet
	}
	if err := l.Validate(); err != nil {
		return cli.Usagef("%v", err)
	}
	if c.Episodes < 1 {
		return cli.Usagef("-episodes is %d, want at least 1", c.Episodes)
	}
	if c.MilestoneEvery < 0 {
		return cli.Usagef("-milestone-every is %d, want at least 0", c.MilestoneEvery)
	}
	if c.Method == "" {
		return nil
	}
	return c.validateMethod(resume)
}

// Plan returns the run that the configuration asks for in a world that was opened by it, as part of
// a command's work. A transfer reads the checkpoints that it starts from, unless it is resumed:
// then they are in its folder. An error is one of usage, or of a checkpoint.
func (c Config) Plan(command string, w World, resume bool) (Plan, error) {
	if err := c.Validate(resume); err != nil {
		return Plan{}, err
	}
	if c.Method != "" {
		return c.planTransfer(command, w, resume)
	}
	return Plan{
		Command: command,
		Title:   fmt.Sprintf("%s, %s, seed %d", w, c.Network, c.Learner.Seed),
		Config:  c.Learner,
		World:   w,
		Column:  func() (*nn.Network, []float32, error) { return c.newColumn(w) },
		Matches: func(net *nn.Network) error {
			wanted, err := Untrained(c.Network.Arch())
			if err != nil {
				return err
			}
			return net.Matches(wanted)
		},
		Episodes: c.Episodes, MilestoneEvery: c.MilestoneEvery, File: cli.TOML(&c),
	}, nil
}

// newColumn makes a column that knows nothing.
func (c *Config) newColumn(w World) (*nn.Network, []float32, error) {
	env, err := w.Make(0, 0)
	if err != nil {
		return nil, nil, err
	}
	net, theta, err := NewColumn(c.Network.Arch(), env, c.Learner.Seed)
	return net, theta, errors.Join(err, CloseEnv(env))
}
