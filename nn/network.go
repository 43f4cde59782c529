package nn

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"sort"
)

// InputScaling centres and scales the pixels: a column sees (pixel - Mean[c]) / Scale[c] in channel c. It is measured once
// at the start of a column's training, kept with the column, and not trained. Both are empty for a column without pixels.
type InputScaling struct {
	Mean  []float32 `json:"mean"`
	Scale []float32 `json:"scale"`
}

// Network is an immutable description of a network: its layers and where their parameters lie in a flat vector. It holds
// no parameters and no samples, so any number of goroutines may share it.
type Network struct {
	column     *column
	scaling    InputScaling
	tensors    []Tensor
	parameters int
}

// New returns the network of one column, or an error that says what is wrong with the architecture or the scaling.
func New(arch Arch, scaling InputScaling) (*Network, error) {
	if err := arch.Validate(); err != nil {
		return nil, err
	}
	if err := scaling.validate(arch); err != nil {
		return nil, err
	}
	arch.Choices = slices.Clone(arch.Choices)
	n := &Network{scaling: InputScaling{Mean: slices.Clone(scaling.Mean), Scale: slices.Clone(scaling.Scale)}}
	k := &column{arch: arch, mean: n.scaling.Mean, scale: n.scaling.Scale}
	const name = "column1."
	if arch.hasPixels() {
		k.conv1 = &conv{Conv: arch.conv1()}
		k.conv2 = &conv{Conv: arch.conv2()}
		for i, l := range []*conv{k.conv1, k.conv2} {
			if err := l.Validate(); err != nil {
				return nil, fmt.Errorf("architecture: conv%d: %w", i+1, err)
			}
			layer := fmt.Sprintf("%sconv%d", name, i+1)
			l.weight = n.add(layer+".weight", roleHidden, l.R*l.S*l.C, []int{l.O, l.C, l.R, l.S}, [4]int{l.R, l.S, l.C, l.O})
			l.bias = n.addBias(layer+".bias", roleZero, l.O)
		}
		k.fc = &linear{in: k.conv2.OutLen(), out: arch.FC}
		k.fc.weight = n.add(name+"fc.weight", roleHidden, k.fc.in, []int{k.fc.out, k.fc.in},
			[4]int{k.conv2.OutH(), k.conv2.OutW(), k.conv2.O, k.fc.out})
		k.fc.bias = n.addBias(name+"fc.bias", roleZero, k.fc.out)
	}
	if arch.Proprioception > 0 {
		k.encoder = n.addLinear(name+"encoder", roleHidden, arch.Proprioception, arch.Encoder)
	}
	if arch.LSTM > 0 {
		k.lstm = &lstm{in: arch.joined(), n: arch.LSTM}
		k.lstm.weightIH = n.addMatrix(name+"lstm.weight_ih", roleLSTMInput, k.lstm.in, 4*k.lstm.n)
		k.lstm.weightHH = n.addMatrix(name+"lstm.weight_hh", roleLSTMRecurrent, k.lstm.n, 4*k.lstm.n)
		k.lstm.bias = n.addBias(name+"lstm.bias", roleLSTMBias, 4*k.lstm.n)
	}
	k.output = n.addLinear(name+"output", roleOutput, arch.hidden(), arch.Outputs())
	n.column = k
	return n, nil
}

func (s InputScaling) validate(a Arch) error {
	if c := a.Pixels[2]; len(s.Mean) != c || len(s.Scale) != c {
		return fmt.Errorf("input scaling: %d means and %d scales for %d channels of pixels", len(s.Mean), len(s.Scale), c)
	}
	for i := range s.Mean {
		mean, scale := float64(s.Mean[i]), float64(s.Scale[i])
		switch {
		case math.IsNaN(mean) || math.IsInf(mean, 0):
			return fmt.Errorf("input scaling: the mean of channel %d is %v", i, mean)
		case !(scale >= 1e-6 && scale <= 1e6):
			return fmt.Errorf("input scaling: the scale of channel %d is %v, want 1e-6 to 1e6", i, scale)
		}
	}
	return nil
}

// add appends a tensor to the table.
func (n *Network) add(name string, init role, fan int, shape []int, dims [4]int) span {
	t := Tensor{Name: name, Shape: shape, Offset: n.parameters, Length: dims[0] * dims[1] * dims[2] * dims[3], dims: dims, fan: fan, init: init}
	n.tensors = append(n.tensors, t)
	n.parameters += t.Length
	return span{t.Offset, t.Length}
}

func (n *Network) addMatrix(name string, init role, in, out int) span {
	return n.add(name, init, in, []int{out, in}, [4]int{1, 1, in, out})
}

func (n *Network) addBias(name string, init role, length int) span {
	return n.add(name, init, 0, []int{length}, [4]int{1, 1, 1, length})
}

func (n *Network) addLinear(name string, init role, in, out int) *linear {
	return &linear{in: in, out: out, weight: n.addMatrix(name+".weight", init, in, out), bias: n.addBias(name+".bias", roleZero, out)}
}

// Arch returns the architecture.
func (n *Network) Arch() Arch {
	a := n.column.arch
	a.Choices = slices.Clone(a.Choices)
	return a
}

// Scaling returns the input scaling.
func (n *Network) Scaling() InputScaling {
	return InputScaling{Mean: slices.Clone(n.scaling.Mean), Scale: slices.Clone(n.scaling.Scale)}
}

// Parameters returns the length of the parameter vector.
func (n *Network) Parameters() int { return n.parameters }

// Tensors returns the table of all tensors in the order of the parameter vector, without gaps.
func (n *Network) Tensors() []Tensor {
	ts := slices.Clone(n.tensors)
	for i := range ts {
		ts[i].Shape = slices.Clone(ts[i].Shape)
	}
	return ts
}

// TensorAt returns the tensor that holds one element of the parameter vector, to name the layer in an error.
//
// TensorAt panics if offset is outside the vector.
func (n *Network) TensorAt(offset int) Tensor {
	if offset < 0 || offset >= n.parameters {
		panic(panicIndex)
	}
	i := sort.Search(len(n.tensors), func(i int) bool { return n.tensors[i].Offset > offset }) - 1
	return n.tensors[i]
}

// Matches returns nil if both networks have the same architecture, and otherwise an error that names both. The input
// scaling may differ: it belongs to a column's training.
func (n *Network) Matches(wanted *Network) error {
	if n.column.arch.Equal(wanted.column.arch) {
		return nil
	}
	return fmt.Errorf("%w: it is %v; wanted is %v", ErrArchitecture, n.column.arch, wanted.column.arch)
}

// ErrArchitecture is wrapped by the error of Matches.
var ErrArchitecture = errors.New("the network has another architecture")

// Forward computes step t for the first envs environments of the batch: it reads the observations and the LSTM state of
// step t and writes Output(t) and the state of step t+1. What an environment gets does not depend on the others.
//
// Forward allocates nothing. It panics if a length or an index does not fit.
func (n *Network) Forward(theta []float32, b *Batch, t, envs int) {
	switch {
	case b.network != n:
		panic(panicBatch)
	case len(theta) != n.parameters:
		panic(panicTheta)
	case t < 0 || t >= b.steps:
		panic(panicStep)
	case envs < 0 || envs > b.envs:
		panic(panicEnvs)
	case envs == 0:
		return
	}
	n.column.forward(theta, &b.act, t, b.envs, envs)
}

// Backward adds the gradient of the loss by the parameters to grad, over steps 0 to steps-1 and all environments. The loss
// enters by its gradient in DOutput; the activations are those that Forward left, all steps computed with this theta.
// The gradient stops where an episode begins and at State(0).
//
// Backward changes no activations: it may run again. It allocates nothing, and panics if a length does not fit.
func (n *Network) Backward(theta, grad []float32, b *Batch, steps int) {
	switch {
	case b.network != n:
		panic(panicBatch)
	case len(theta) != n.parameters:
		panic(panicTheta)
	case len(grad) != n.parameters:
		panic(panicGrad)
	case steps < 0 || steps > b.steps:
		panic(panicSteps)
	case steps == 0:
		return
	}
	n.column.backward(theta, grad, &b.act, &b.grad, steps, b.envs)
}
