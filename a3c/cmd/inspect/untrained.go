package main

import (
	"strings"

	"colonnade/a3c/cli"
	"colonnade/a3c/training"
	"colonnade/nn"
)

// untrained returns a network of the architecture on top of the columns that
// the value of -laterals-from names, all of them of the same kind.
func untrained(arch nn.Arch, from string) (*nn.Network, error) {
	net, err := training.Untrained(arch)
	if err != nil || from == "" {
		return net, err
	}
	kind := training.Feedforward
	if arch.LSTM > 0 {
		kind = training.Recurrent
	}
	var below []*nn.Checkpoint
	for name := range strings.SplitSeq(from, ",") {
		column, err := namedColumn(kind, name)
		if err != nil {
			return nil, err
		}
		n, err := training.Untrained(column)
		if err != nil {
			return nil, err
		}
		if n, err = nn.Stack(column, n.Scaling(), below...); err != nil {
			return nil, err
		}
		below = []*nn.Checkpoint{{Network: n, Theta: make([]float32, n.Parameters())}}
	}
	return nn.Stack(arch, net.Scaling(), below...)
}

// namedColumn returns the architecture that a width names, with pixels alone or
// with proprioception beside them.
func namedColumn(kind, name string) (nn.Arch, error) {
	network := training.Network{Net: kind, Width: name, Inputs: training.Pixels}
	if width, ok := strings.CutSuffix(name, "+proprioception"); ok {
		network.Width, network.Inputs = width, training.PixelsAndJoints
	}
	if network.Width != training.Wide && network.Width != training.Narrow {
		return nn.Arch{}, cli.Usagef("-laterals-from: %q is not wide, narrow, wide+proprioception or narrow+proprioception", name)
	}
	return network.Arch(), nil
}
