package nn

import (
	"math"
	"math/rand/v2"
	"testing"
)

// reference computes the network in float64, sample by sample, straight from the definitions and from tensors in the
// layout of a checkpoint (PyTorch's): channels first, linear weights (out,in). It shares no code with the package.
type reference struct {
	arch    Arch
	scaling InputScaling
	tensors map[string][]float64 // without "column1."
}

func newReference(n *Network, theta []float32) *reference {
	r := &reference{arch: n.Arch(), scaling: n.Scaling(), tensors: map[string][]float64{}}
	for _, t := range n.Tensors() {
		v := make([]float32, t.Length)
		t.export(v, t.View(theta))
		r.tensors[t.Name[len("column1."):]] = widen(v)
	}
	return r
}

func widen(v []float32) []float64 {
	w := make([]float64, len(v))
	for i, x := range v {
		w[i] = float64(x)
	}
	return w
}

func relu(x []float64) []float64 {
	for i := range x {
		x[i] = max(x[i], 0)
	}
	return x
}

func (r *reference) linear(name string, x []float64) []float64 {
	w, b := r.tensors[name+".weight"], r.tensors[name+".bias"]
	y := make([]float64, len(b))
	for o := range y {
		y[o] = b[o]
		for i := range x {
			y[o] += w[o*len(x)+i] * x[i]
		}
	}
	return y
}

// conv returns the maps (O,OH,OW) of an input (C,H,W).
func (r *reference) conv(name string, x []float64, c, h, w, size, stride int) (y []float64, o, oh, ow int) {
	weight, b := r.tensors[name+".weight"], r.tensors[name+".bias"]
	o, oh, ow = len(b), (h-size)/stride+1, (w-size)/stride+1
	for f := range o {
		for i := range oh {
			for j := range ow {
				sum := b[f]
				for ch := range c {
					for r := range size {
						for s := range size {
							sum += weight[((f*c+ch)*size+r)*size+s] * x[(ch*h+i*stride+r)*w+j*stride+s]
						}
					}
				}
				y = append(y, sum)
			}
		}
	}
	return y, o, oh, ow
}

// step returns the outputs for one observation and, in place, the next state.
func (r *reference) step(pixels []uint8, propri []float32, h, c []float64) []float64 {
	var joined []float64
	if r.arch.hasPixels() {
		rows, cols, ch := r.arch.Pixels[0], r.arch.Pixels[1], r.arch.Pixels[2]
		x := make([]float64, len(pixels))
		for i, p := range pixels {
			k := i % ch
			x[k*rows*cols+i/ch] = (float64(p) - float64(r.scaling.Mean[k])) / float64(r.scaling.Scale[k])
		}
		y1, o1, h1, w1 := r.conv("conv1", x, ch, rows, cols, 8, 4)
		y2, _, _, _ := r.conv("conv2", relu(y1), o1, h1, w1, 5, 2)
		joined = relu(r.linear("fc", relu(y2)))
	}
	if r.arch.Proprioception > 0 {
		joined = append(joined, relu(r.linear("encoder", widen(propri)))...)
	}
	if n := r.arch.LSTM; n > 0 {
		gate := func(g, cell int) float64 {
			row := g*n + cell
			sum := r.tensors["lstm.bias"][row]
			for i, x := range joined {
				sum += r.tensors["lstm.weight_ih"][row*len(joined)+i] * x
			}
			for i, x := range h {
				sum += r.tensors["lstm.weight_hh"][row*n+i] * x
			}
			return sum
		}
		sigmoid := func(x float64) float64 { return 1 / (1 + math.Exp(-x)) }
		nextH := make([]float64, n)
		for k := range n {
			c[k] = sigmoid(gate(1, k))*c[k] + sigmoid(gate(0, k))*math.Tanh(gate(2, k))
			nextH[k] = sigmoid(gate(3, k)) * math.Tanh(c[k])
		}
		copy(h, nextH)
		joined = nextH
	}
	return r.linear("output", joined)
}

// rollout returns the outputs (steps*envs,outputs) for the observations, resets and State(0) of a batch.
func (r *reference) rollout(b *Batch, steps int) []float64 {
	n := r.arch.LSTM
	out := make([][]float64, steps*b.Envs())
	h0, c0 := b.State(0)
	for e := range b.Envs() {
		h, c := widen(h0[e*n:(e+1)*n]), widen(c0[e*n:(e+1)*n])
		for t := range steps {
			if b.First(t)[e] {
				clear(h)
				clear(c)
			}
			out[t*b.Envs()+e] = r.step(b.Pixels(t, e), b.Proprioception(t, e), h, c)
		}
	}
	var flat []float64
	for _, o := range out {
		flat = append(flat, o...)
	}
	return flat
}

// testScaling is an input scaling that tells the channels apart.
func testScaling(a Arch) InputScaling {
	var s InputScaling
	for c := range a.Pixels[2] {
		s.Mean = append(s.Mean, 100+float32(10*c))
		s.Scale = append(s.Scale, 50+float32(5*c))
	}
	return s
}

// testNetwork returns a network with random parameters, biases included.
func testNetwork(t testing.TB, a Arch, rng *rand.Rand) (*Network, []float32) {
	t.Helper()
	n, err := New(a, testScaling(a))
	if err != nil {
		t.Fatal(err)
	}
	theta := make([]float32, n.Parameters())
	n.Init(theta, rng, InitOptions{Hidden: 2.45, LSTMInput: 2, LSTMRecurrent: 2, ForgetBias: 1, Output: 1})
	for _, tensor := range n.Tensors() {
		if len(tensor.Shape) == 1 {
			for i := range tensor.View(theta) {
				tensor.View(theta)[i] += float32(rng.NormFloat64()) / 4
			}
		}
	}
	return n, theta
}

// fillBatch writes random observations and an entering state. Resets come with probability 0.3 where asked for.
func fillBatch(b *Batch, rng *rand.Rand, resets bool) {
	for t := range b.Steps() {
		for e := range b.Envs() {
			for i := range b.Pixels(t, e) {
				b.Pixels(t, e)[i] = uint8(rng.IntN(256))
			}
			for i := range b.Proprioception(t, e) {
				b.Proprioception(t, e)[i] = float32(rng.NormFloat64())
			}
			b.First(t)[e] = resets && rng.Float64() < 0.3
		}
	}
	for _, s := range pair(b.State(0)) {
		for i := range s {
			s[i] = float32(rng.NormFloat64()) / 2
		}
	}
}

func pair[T any](a, b T) []T { return []T{a, b} }

// small returns architectures that together use every layer in every place, small enough for central differences. The
// picture is not square and leaves conv2 an output of 2x3, so that a mixed-up layout shows.
func small() map[string]Arch {
	pixels := Arch{Pixels: [3]int{32, 44, 3}, Conv1: 2, Conv2: 3, FC: 5, Choices: []int{3, 2}}
	recurrent, both, propri := pixels, pixels, Arch{Proprioception: 4, Encoder: 6, Choices: []int{2, 4}}
	recurrent.LSTM = 4
	both.Proprioception, both.Encoder = 3, 2
	bothRecurrent, propriRecurrent := both, propri
	bothRecurrent.LSTM, propriRecurrent.LSTM = 3, 5
	return map[string]Arch{
		"pixels": pixels, "pixels recurrent": recurrent, "both": both, "both recurrent": bothRecurrent,
		"proprioception": propri, "proprioception recurrent": propriRecurrent,
	}
}
