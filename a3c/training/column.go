package training

import (
	"cmp"
	"errors"
	"fmt"
	"math/rand/v2"

	"colonnade/a3c"
	"colonnade/a3c/cli"
	"colonnade/nn"
)

// transfer is a transfer with all that it starts from.
type transfer struct {
	TransferConfig
	world World
	below []*nn.Checkpoint // what From names
}

// load reads the checkpoints to start from.
func (t *transfer) load() error {
	for _, path := range t.From {
		c, _, err := LoadCheckpoint(path)
		if err != nil {
			return err
		}
		if err := CheckContract(c.Metadata); err != nil {
			return fmt.Errorf("start from %s: %w", path, err)
		}
		t.below = append(t.below, c)
	}
	return nil
}

// complete decides what the settings leave open: the width by the method, the kind of network of a
// progressive column and the scale of rewards, in which the values to start from are expressed, by
// the last checkpoint.
func (t *transfer) complete() error {
	network := usualColumn
	if t.Method == ScratchWide {
		network.Width = Wide
	}
	if len(t.below) > 0 {
		last := t.below[len(t.below)-1]
		if last.Network.Arch().LSTM == 0 {
			network.Net = Feedforward
		}
		if err := t.rewardScale(last); err != nil {
			return err
		}
	}
	t.Network.Net = cmp.Or(t.Network.Net, network.Net)
	t.Network.Width = cmp.Or(t.Network.Width, network.Width)
	t.Network.Inputs = cmp.Or(t.Network.Inputs, network.Inputs)
	t.Learner.RewardScale = cmp.Or(t.Learner.RewardScale, a3c.DefaultConfig().RewardScale)
	return nil
}

// rewardScale takes the scale of rewards from the checkpoint, where it is said. A checkpoint
// without it, made by hand or by other software, needs the setting: with a wrong scale the values
// to start from are wrong by that factor, and little is learnt.
func (t *transfer) rewardScale(c *nn.Checkpoint) error {
	path := t.From[len(t.From)-1]
	scale, err := RewardScale(c.Metadata)
	switch said := t.Learner.RewardScale; {
	case err != nil:
		return fmt.Errorf("%s: %w", path, err)
	case scale == 0 && said == 0:
		return cli.Usagef("%s does not say in which scale of rewards its values are learnt: give it with "+
			"-reward-scale (of train the default is %g)", path, a3c.DefaultConfig().RewardScale)
	case scale != 0 && said != 0 && said != scale:
		return cli.Usagef("-reward-scale %g: the values of %s are learnt with %g", said, path, scale)
	case said == 0:
		t.Learner.RewardScale = scale
	}
	return nil
}

// column returns network and parameters that the method begins with.
func (t *transfer) column() (*nn.Network, []float32, error) {
	switch t.Method {
	case Finetune, FinetuneLast:
		c := t.below[0]
		return c.Network, c.Theta, nil
	case Progressive:
		return t.stack()
	}
	env, err := t.world.Make(0, 0)
	if err != nil {
		return nil, nil, err
	}
	net, theta, err := NewColumn(t.Network.Arch(), env, t.Learner.Seed)
	return net, theta, errors.Join(err, CloseEnv(env))
}

// stack puts a new column on top of those below.
func (t *transfer) stack() (*nn.Network, []float32, error) {
	env, err := t.world.Make(0, 0)
	if err != nil {
		return nil, nil, err
	}
	arch := t.Network.Arch()
	scaling, err := MeasureScaling(arch, env, t.Learner.Seed)
	if err := errors.Join(err, CloseEnv(env)); err != nil {
		return nil, nil, err
	}
	net, err := nn.Stack(arch, scaling, t.below...)
	if err != nil {
		return nil, nil, fmt.Errorf("a new column, %v, on %v: %w", arch, t.From, err)
	}
	theta := make([]float32, net.Parameters())
	net.Init(theta, rand.New(rand.NewPCG(t.Learner.Seed, 0x1417)), nn.DefaultInit())
	if t.Taught() {
		err = t.inherit(net, theta)
	}
	return net, theta, err
}

// matches reports whether a network from a run folder can be the one of this transfer.
func (t *transfer) matches(net *nn.Network) error {
	columns := len(net.Columns())
	switch {
	case t.Method == Progressive && columns < 2:
		return fmt.Errorf("it has one column, a progressive network has several")
	case !needsColumn(t.Method) && columns != 1:
		return fmt.Errorf("it has %d columns, -method %s trains a single one", columns, t.Method)
	case (t.Method == Progressive || !needsColumn(t.Method)) && !net.Arch().Equal(t.Network.Arch()):
		return fmt.Errorf("its last column is %v, wanted is %v: %w", net.Arch(), t.Network.Arch(), nn.ErrArchitecture)
	}
	return nil
}
