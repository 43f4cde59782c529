package training

import (
	"errors"
	"fmt"

	"colonnade/a3c"
	"colonnade/a3c/cli"
	"colonnade/nn"
)

// Config are those of a first column's training.
type Config struct {
	World   WorldSettings
	Network Network
	Learner a3c.Config // what it calls is the run's own
	Final   Final
	// MilestoneEvery is the number of steps between checkpoints that are kept; 0: none. Default 5,000,000.
	MilestoneEvery int64 `flag:"milestone-every" help:"*steps* between checkpoints that are kept (0: none)"`
}

// Final is the evaluation in which a run ends.
type Final struct {
	// Episodes is how many there are. At least 1; default 100.
	Episodes int `flag:"episodes" help:"*number* of episodes of the final evaluation"`
}

// DefaultConfig returns the defaults that the fields of Config name.
func DefaultConfig() Config {
	return Config{
		World: DefaultWorld(), Network: DefaultNetwork(), Learner: a3c.DefaultConfig(), Final: Final{100}, MilestoneEvery: 5_000_000,
	}
}

// Changeable are the flags that a resumed run may set anew; all others say what the run is.
var Changeable = []string{"steps", "max-time", "episodes", "checkpoint-every", "milestone-every", "replacements"}

// Validate says what is wrong with the values, as a usage error.
func (s *Config) Validate() error {
	if err := s.Learner.Validate(); err != nil {
		return cli.Usagef("%v", err)
	}
	if s.Final.Episodes < 1 {
		return cli.Usagef("-episodes is %d, want at least 1", s.Final.Episodes)
	}
	if s.MilestoneEvery < 0 {
		return cli.Usagef("-milestone-every is %d, want at least 0", s.MilestoneEvery)
	}
	return nil
}

// Plan returns the run that the settings ask for in a world that was opened by them, as part of a command's work. An error is
// one of usage.
func (s Config) Plan(command string, place World) (Plan, error) {
	if err := s.Validate(); err != nil {
		return Plan{}, err
	}
	return Plan{
		Command: command,
		Title:   fmt.Sprintf("%s, %s, seed %d", place, s.Network, s.Learner.Seed),
		Config:  s.Learner,
		World:   place,
		Column: func() (*nn.Network, []float32, error) {
			env, err := place.Make(0, 0)
			if err != nil {
				return nil, nil, err
			}
			net, theta, err := NewColumn(s.Network.Arch(), env, s.Learner.Seed)
			return net, theta, errors.Join(err, CloseEnv(env))
		},
		Matches: func(net *nn.Network) error {
			wanted, err := Untrained(s.Network.Arch())
			if err != nil {
				return err
			}
			return net.Matches(wanted)
		},
		Episodes: s.Final.Episodes, MilestoneEvery: s.MilestoneEvery, File: cli.TOML(&s),
	}, nil
}
