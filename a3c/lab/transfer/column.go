package transfer

import (
	"errors"
	"fmt"
	"math/rand/v2"

	"colonnade/a3c/lab/cli"
	"colonnade/a3c/lab/learner"
	"colonnade/a3c/lab/rundir"
	"colonnade/a3c/lab/training"
	"colonnade/a3c/lab/world"
	"colonnade/nn"
)

// load reads the checkpoints that -from names, and takes from them what the flags do not say: the kind of network of a
// progressive column, and the scale of rewards, in which the values to start from are expressed.
func (o *Options) load() error {
	for _, path := range *o.from {
		c, _, err := rundir.LoadCheckpoint(path)
		if err != nil {
			return err
		}
		if err := world.CheckContract(c.Metadata); err != nil {
			return fmt.Errorf("start from %s: %w", path, err)
		}
		o.below = append(o.below, c)
	}
	if len(o.below) == 0 {
		return nil
	}
	last := o.below[len(o.below)-1]
	if !o.flags.Given("net") && last.Network.Arch().LSTM == 0 {
		o.flags.Default("net", "feedforward")
	}
	return o.rewardScale(last)
}

// rewardScale takes the scale of rewards from the checkpoint, where it is said. A checkpoint without it, made by hand or by other
// software, needs the flag: with a wrong scale the values to start from are wrong by that factor, and little is learnt.
func (o *Options) rewardScale(c *nn.Checkpoint) error {
	scale, err := training.RewardScale(c.Metadata)
	if err != nil {
		return fmt.Errorf("%s: %w", o.lastFrom(), err)
	}
	if scale == 0 {
		if !o.flags.Given("reward-scale") {
			return cli.Usagef("%s does not say in which scale of rewards its values are learnt: give it with -reward-scale (of train the default is %g)", o.lastFrom(), learner.Defaults().RewardScale)
		}
		return nil
	}
	if !o.flags.Given("reward-scale") {
		o.Config.RewardScale = scale
	} else if o.Config.RewardScale != scale {
		return cli.Usagef("-reward-scale %g: the values of %s are learnt with %g", o.Config.RewardScale, o.lastFrom(), scale)
	}
	return nil
}

// lastFrom names the checkpoint that the new column stands on directly.
func (o *Options) lastFrom() string { return (*o.from)[len(*o.from)-1] }

// column returns network and parameters that the method begins with.
func (o *Options) column() (*nn.Network, []float32, error) {
	switch *o.method {
	case Finetune, FinetuneLast:
		c := o.below[0]
		return c.Network, c.Theta, nil
	case Progressive:
		return o.stack()
	}
	env, err := o.world.Make(0, 0)
	if err != nil {
		return nil, nil, err
	}
	net, theta, err := learner.NewColumn(o.net.Arch(), env, o.Config.Seed)
	return net, theta, errors.Join(err, world.Close(env))
}

// stack puts a new column on top of those below.
func (o *Options) stack() (*nn.Network, []float32, error) {
	env, err := o.world.Make(0, 0)
	if err != nil {
		return nil, nil, err
	}
	arch := o.net.Arch()
	scaling, err := world.MeasureScaling(arch, env, o.Config.Seed)
	if err := errors.Join(err, world.Close(env)); err != nil {
		return nil, nil, err
	}
	net, err := nn.Stack(arch, scaling, o.below...)
	if err != nil {
		return nil, nil, fmt.Errorf("a new column, %v, on %v: %w", arch, o.from, err)
	}
	theta := make([]float32, net.Parameters())
	net.Init(theta, rand.New(rand.NewPCG(o.Config.Seed, 0x1417)), nn.DefaultInit())
	return net, theta, nil
}

// matches reports whether a network from a run folder can be the one of this transfer.
func (o *Options) matches(net *nn.Network) error {
	columns := len(net.Columns())
	switch {
	case *o.method == Progressive && columns < 2:
		return fmt.Errorf("it has one column, a progressive network has several")
	case !needsColumn(*o.method) && columns != 1:
		return fmt.Errorf("it has %d columns, -method %s trains a single one", columns, *o.method)
	case (*o.method == Progressive || !needsColumn(*o.method)) && !net.Arch().Equal(o.net.Arch()):
		return fmt.Errorf("its last column is %v, wanted is %v: %w", net.Arch(), o.net.Arch(), nn.ErrArchitecture)
	}
	return nil
}
