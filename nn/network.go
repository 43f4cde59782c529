package nn

import (
	"errors"
	"fmt"
	"maps"
	"slices"
)

// Network is an immutable description of a network: its columns, their layers, and where the
// parameters of the last column, the one that is trained, lie in a flat vector. It holds no
// samples, and no parameters but those of the frozen columns, which nothing writes to: any number
// of goroutines may share it.
type Network struct {
	columns []*column
	column  *column // the last one

	pixels         [3]int // of the observation that all columns share; zero: none
	proprioception int
}

// New returns the network of one column, or an error that says what is wrong with the architecture
// or the scaling.
func New(arch Arch, scaling InputScaling) (*Network, error) {
	return build([]design{{Arch: arch, scaling: scaling}})
}

// Stack returns the network of a new column on top of all columns of one or more others: a
// progressive network. The columns below are frozen with the parameters they have, in the order
// given; the new one, whose parameters Init draws, has laterals from each of them. Columns of
// different checkpoints stay independent of each other: an ensemble.
//
// The columns must share one observation and one action, though each may take its part of the
// observation. Later changes of the checkpoints do not matter to the network.
//
// Stack panics if the length of a checkpoint's Theta is not its network's.
func Stack(arch Arch, scaling InputScaling, below ...*Checkpoint) (*Network, error) {
	var designs []design
	var frozen []*column
	for _, c := range below {
		if err := c.check(); err != nil {
			return nil, fmt.Errorf("the checkpoint to stack on: %w", err)
		}
		before := len(designs)
		for _, k := range c.Network.columns {
			d := k.design()
			for i := range d.LateralsFrom {
				d.LateralsFrom[i] += before
			}
			designs = append(designs, d)
		}
		frozen = append(frozen, c.Network.columns[:len(c.Network.columns)-1]...)
		frozen = append(frozen, &column{theta: slices.Clone(c.Theta), metadata: maps.Clone(c.Metadata)})
	}
	top := design{Arch: arch, scaling: scaling}
	for i := range designs {
		top.LateralsFrom = append(top.LateralsFrom, i+1)
	}
	n, err := build(append(designs, top))
	if err != nil {
		return nil, err
	}
	for i, k := range frozen {
		n.columns[i].theta, n.columns[i].metadata = k.theta, k.metadata
	}
	return n, nil
}

// see adds what a column sees to the observation.
func (n *Network) see(a Arch) {
	if a.hasPixels() {
		n.pixels = a.Pixels
	}
	if a.Proprioception > 0 {
		n.proprioception = a.Proprioception
	}
}

// frozen returns the columns below the one that is trained.
func (n *Network) frozen() []*column { return n.columns[:len(n.columns)-1] }

// Observation returns what an environment must give: the size of the picture (H,W,C), zero for
// none, and the number of proprioceptive values. Columns below may look at what the trained one
// does not.
func (n *Network) Observation() (pixels [3]int, proprioception int) {
	return n.pixels, n.proprioception
}

// Arch returns the architecture of the trained column.
func (n *Network) Arch() Arch { return n.column.arch.clone() }

// Scaling returns the input scaling of the trained column.
func (n *Network) Scaling() InputScaling { return n.column.scaling.clone() }

// Parameters returns the length of the parameter vector: the trained column's own weights and all
// that enters it.
func (n *Network) Parameters() int { return n.column.parameters }

// Tensors returns the table of the trained column's tensors in the order of the parameter vector,
// without gaps.
func (n *Network) Tensors() []Tensor { return cloneTensors(n.column.tensors) }

// Matches returns nil if both networks have the same columns, and otherwise an error that names
// both. The input scaling may differ: it belongs to a column's training.
func (n *Network) Matches(wanted *Network) error {
	same := func(a, b *column) bool { return a.arch.Equal(b.arch) && slices.Equal(a.sources(), b.sources()) }
	if slices.EqualFunc(n.columns, wanted.columns, same) {
		return nil
	}
	return fmt.Errorf("%w: it is %v; wanted is %v", ErrArchitecture, n, wanted)
}

// String describes the network in a line for people and error messages.
func (n *Network) String() string {
	if len(n.columns) == 1 {
		return n.column.arch.String()
	}
	text := fmt.Sprintf("%d columns", len(n.columns))
	for _, k := range n.columns {
		text += fmt.Sprintf("; column %d: %v", k.number, k.arch)
		if from := k.sources(); len(from) > 0 {
			text += fmt.Sprintf(", laterals from %v", from)
		}
	}
	return text
}

// ErrArchitecture is wrapped by the error of Matches.
var ErrArchitecture = errors.New("the network has another architecture")

// Forward computes step t for the first envs environments of the batch: it reads the observations
// and the LSTM state of step t and writes Output(t) and the state of step t+1. Each column runs
// once, the frozen ones first. What an environment gets does not depend on the others.
//
// Forward allocates nothing. It panics if a length or an index does not fit.
func (n *Network) Forward(theta []float32, b *Batch, t, envs int) {
	switch {
	case b.network != n:
		panic(panicBatch)
	case len(theta) != n.column.parameters:
		panic(panicTheta)
	case t < 0 || t >= b.steps:
		panic(panicStep)
	case envs < 0 || envs > b.envs:
		panic(panicEnvs)
	case envs == 0:
		return
	}
	for _, k := range n.frozen() {
		k.forward(k.theta, b, t, envs)
	}
	n.column.forward(theta, b, t, envs)
	n.column.forwardOutput(theta, b, t, envs)
}

// Backward adds the gradient of the loss by the parameters to grad, over steps 0 to steps-1 and all
// environments. The loss enters by its gradient in DOutput (and DFeatures); the activations are
// those that Forward left, all steps computed with this theta. The gradient stops where an episode
// begins and at State(0).
//
// Backward changes no activations: it may run again. It allocates nothing, and panics if a length
// does not fit.
func (n *Network) Backward(theta, grad []float32, b *Batch, steps int) {
	if len(theta) != n.column.parameters {
		panic(panicTheta)
	}
	if n.checkBackward(grad, b, steps); steps > 0 {
		n.column.backward(theta, grad, b, steps)
	}
}

// BackwardOutput is Backward for the output layer alone: its weights, those from earlier columns as
// well, and its bias. The rest of grad stays as it is.
func (n *Network) BackwardOutput(grad []float32, b *Batch, steps int) {
	if n.checkBackward(grad, b, steps); steps > 0 {
		n.column.backwardOutput(grad, b, steps*b.envs)
	}
}

func (n *Network) checkBackward(grad []float32, b *Batch, steps int) {
	switch {
	case b.network != n:
		panic(panicBatch)
	case len(grad) != n.column.parameters:
		panic(panicGrad)
	case steps < 0 || steps > b.steps:
		panic(panicSteps)
	}
}
