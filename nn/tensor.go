package nn

import (
	"math"
	"math/rand/v2"
	"slices"
)

// Tensor is one named view of the flat parameter vector.
//
// Inside the vector a tensor has the layout the kernels want; Shape is the one a checkpoint shows
// (PyTorch's order). Every weight has four internal dimensions (a,b,c,d) and shows as (d,c,a,b),
// with dimensions that do not exist being 1:
//
//	tensor                       inside            in a checkpoint
//	weights of convolutions      (R,S,C,O)         (O,C,R,S)
//	weights from conv2's maps    (H,W,C,out)       (out, C*H*W)
//	other weights                (1,1,in,out)      (out, in)
//	biases                       (1,1,1,n)         (n)
type Tensor struct {
	Name   string // as in the checkpoint, such as "column1.conv1.weight"
	Shape  []int  // as in the checkpoint
	Offset int    // index of its first element in the parameter vector
	Length int    // number of elements

	dims [4]int // internal dimensions
	fan  int    // inputs of one unit; 0: a bias
	init role   // how Init fills it
}

// role says by which rule Init fills a tensor.
type role int

const (
	roleZero role = iota // biases
	roleHidden
	roleLSTMInput
	roleLSTMRecurrent
	roleLSTMBias
	roleOutput
)

// View returns the tensor's part of a parameter or gradient vector, in the internal layout.
func (t Tensor) View(v []float32) []float32 { return v[t.Offset : t.Offset+t.Length] }

func cloneTensors(ts []Tensor) []Tensor {
	ts = slices.Clone(ts)
	for i := range ts {
		ts[i].Shape = slices.Clone(ts[i].Shape)
	}
	return ts
}

// export copies a tensor from the internal layout to the checkpoint's.
func (t Tensor) export(dst, src []float32) {
	t.permute(func(outside, inside int) { dst[outside] = src[inside] })
}

// restore copies a tensor from the checkpoint's layout to the internal one.
func (t Tensor) restore(dst, src []float32) {
	t.permute(func(outside, inside int) { dst[inside] = src[outside] })
}

// permute calls move with the two indices of every element, in the checkpoint's order.
func (t Tensor) permute(move func(outside, inside int)) {
	outside := 0
	for d := range t.dims[3] {
		for c := range t.dims[2] {
			for a := range t.dims[0] {
				for b := range t.dims[1] {
					move(outside, ((a*t.dims[1]+b)*t.dims[2]+c)*t.dims[3]+d)
					outside++
				}
			}
		}
	}
}

// InitOptions says how wide the uniform distributions are that Init draws from: weights of a layer
// with f inputs come from +-gain/sqrt(f). Biases start at zero.
type InitOptions struct {
	// Hidden is the gain of convolutions, adapters, fc and encoder. sqrt(6) = 2.45 keeps the size
	// of activations from layer to layer under ReLU (He et al. 2015).
	Hidden float64
	// LSTMInput and LSTMRecurrent are the gains of the LSTM's weights from its input and from its
	// own output.
	LSTMInput, LSTMRecurrent float64
	// ForgetBias is where the bias of the forget gates starts: above zero, cells remember from the
	// beginning.
	ForgetBias float64
	// Output is the gain of a first column's output layer. Small: the first policy is near uniform,
	// the first value near zero.
	Output float64
}

// DefaultInit returns the gains that the pixel networks were found to learn with. Hidden decides
// most: with 1.7 and inputs that are not centred the reach task was not learnt at all. The forget
// bias follows Jozefowicz et al. 2015.
func DefaultInit() InitOptions {
	return InitOptions{Hidden: 2.45, LSTMInput: 1, LSTMRecurrent: 1, ForgetBias: 1, Output: 0.1}
}

// Init fills theta with random parameters. The same generator state, options and architecture give
// the same bits.
//
// If there are earlier columns, the trained column begins with the policy and value of the one
// directly before it, bit for bit: its output takes that column's output terms, as laterals, and
// its own weights from its last hidden layer are zero. All else is random. A lateral counts as
// further inputs of the layer that it enters.
//
// Init panics if theta has the wrong length.
func (n *Network) Init(theta []float32, rng *rand.Rand, opt InitOptions) {
	if len(theta) != n.column.parameters {
		panic(panicTheta)
	}
	gains := map[role]float64{
		roleHidden: opt.Hidden, roleLSTMInput: opt.LSTMInput, roleLSTMRecurrent: opt.LSTMRecurrent,
		roleOutput: opt.Output,
	}
	for _, t := range n.column.tensors {
		w := t.View(theta)
		gain, drawn := gains[t.init]
		if !drawn {
			clear(w)
		}
		if t.init == roleLSTMBias {
			cells := len(w) / 4
			for i := range cells { // gates i, f, g, o
				w[cells+i] = float32(opt.ForgetBias)
			}
		}
		if drawn {
			bound := gain / math.Sqrt(float64(t.fan))
			for i := range w {
				w[i] = float32((2*rng.Float64() - 1) * bound)
			}
		}
	}
	n.column.takeOver(theta)
}

// takeOver copies the output terms of the column below into the laterals to the output that read
// the same.
func (k *column) takeOver(theta []float32) {
	if len(k.laterals) == 0 {
		return
	}
	below := k.laterals[len(k.laterals)-1].from
	copy(k.output.bias.of(theta), below.output.bias.of(below.theta))
	for _, l := range k.laterals {
		if l.from == below {
			copy(l.output.weight.of(theta), below.output.weight.of(below.theta))
		}
		for _, earlier := range below.laterals {
			if l.from == earlier.from {
				copy(l.output.weight.of(theta), earlier.output.weight.of(below.theta))
			}
		}
	}
}
