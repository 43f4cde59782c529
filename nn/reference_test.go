package nn

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// reference computes the network in float64, sample by sample, straight from the definitions and
// from tensors in the layout of a checkpoint (PyTorch's): channels first, linear weights (out,in).
// It shares no code with the package.
type reference struct {
	columns []Column
	tensors map[string][]float64
	frozen  map[int][]layersOf // of each sample: computed once, for they do not depend on what is varied
	joined  map[int][]float64  // of each sample: what the trained column's fc and encoder gave
}

func newReference(n *Network, theta []float32) *reference {
	r := &reference{columns: n.Columns(), tensors: map[string][]float64{}, frozen: map[int][]layersOf{},
		joined: map[int][]float64{}}
	for i, c := range r.columns {
		if c.Frozen {
			r.take(c, n.columns[i].theta)
		} else {
			r.take(c, theta)
		}
	}
	return r
}

func (r *reference) take(c Column, theta []float32) {
	for _, t := range c.Tensors {
		v := make([]float32, t.Length)
		t.export(v, t.View(theta))
		r.tensors[t.Name] = widen(v)
	}
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

// add adds the product of the weight with the given name and x to y.
func (r *reference) add(y []float64, name string, x []float64) {
	w := r.tensors[name]
	if len(w) != len(x)*len(y) {
		panic(name)
	}
	for o := range y {
		for i := range x {
			y[o] += w[o*len(x)+i] * x[i]
		}
	}
}

// planes holds (C,H,W) maps.
type planes struct {
	c, h, w int
	x       []float64
}

// conv returns what a convolution gives, with the bias if there is one.
func (r *reference) conv(name string, in planes, size, stride int) planes {
	weight, bias := r.tensors[name+".weight"], r.tensors[name+".bias"]
	out := planes{c: len(weight) / (in.c * size * size), h: (in.h-size)/stride + 1, w: (in.w-size)/stride + 1}
	for f := range out.c {
		for i := range out.h {
			for j := range out.w {
				sum := 0.0
				if bias != nil {
					sum = bias[f]
				}
				for ch := range in.c {
					for r := range size {
						for s := range size {
							sum += weight[((f*in.c+ch)*size+r)*size+s] * in.x[(ch*in.h+i*stride+r)*in.w+j*stride+s]
						}
					}
				}
				out.x = append(out.x, sum)
			}
		}
	}
	return out
}

// layersOf is what one column's layers gave for one sample.
type layersOf struct {
	maps1, maps2 planes
	joined, last []float64
}

// step returns the outputs for the observation of a sample and, in place, the next state (h and c
// of each column).
func (r *reference) step(sample int, pixels []uint8, proprioception []float32, h, c [][]float64) []float64 {
	top := len(r.columns) - 1
	done, known := r.frozen[sample]
	if !known {
		for i, k := range r.columns[:top] {
			done = append(done, r.column(k, done, pixels, proprioception, h[i], c[i]))
		}
		r.frozen[sample] = done
	}
	k := r.columns[top]
	done = append(slices.Clone(done), r.column(k, done, pixels, proprioception, h[top], c[top]))
	r.joined[sample] = done[top].joined
	name := fmt.Sprintf("column%d.output", k.Number)
	y := slices.Clone(r.tensors[name+".bias"])
	r.add(y, name+".weight", done[k.Number-1].last)
	for _, j := range k.LateralsFrom {
		r.add(y, fmt.Sprintf("%s.lateral%d.weight", name, j), done[j-1].last)
	}
	return y
}

func (r *reference) column(k Column, below []layersOf, pixels []uint8, proprioception []float32, h,
	c []float64) layersOf {
	var l layersOf
	prefix := fmt.Sprintf("column%d.", k.Number)
	if k.Arch.hasPixels() {
		l.maps1, l.maps2, l.joined = r.pixels(k, prefix, below, pixels)
	}
	if k.Arch.Proprioception > 0 {
		y := slices.Clone(r.tensors[prefix+"encoder.bias"])
		r.add(y, prefix+"encoder.weight", widen(proprioception))
		l.joined = append(l.joined, relu(y)...)
	}
	l.last = l.joined
	if n := k.Arch.LSTM; n > 0 {
		gates := slices.Clone(r.tensors[prefix+"lstm.bias"])
		r.add(gates, prefix+"lstm.weight_ih", l.joined)
		r.add(gates, prefix+"lstm.weight_hh", h)
		for _, j := range k.LateralsFrom {
			lateral := fmt.Sprintf("%slstm.lateral%d.", prefix, j)
			r.add(gates, lateral+"fc.weight", below[j-1].joined)
			if r.columns[j-1].Arch.LSTM > 0 {
				r.add(gates, lateral+"lstm.weight", below[j-1].last)
			}
		}
		sigmoid := func(x float64) float64 { return 1 / (1 + math.Exp(-x)) }
		for i := range n {
			c[i] = sigmoid(gates[n+i])*c[i] + sigmoid(gates[i])*math.Tanh(gates[2*n+i])
			h[i] = sigmoid(gates[3*n+i]) * math.Tanh(c[i])
		}
		l.last = slices.Clone(h)
	}
	return l
}

// pixels takes a picture through conv1, conv2 and fc.
func (r *reference) pixels(k Column, prefix string, below []layersOf, pixels []uint8) (maps1, maps2 planes,
	fc []float64) {
	in := planes{c: k.Arch.Pixels[2], h: k.Arch.Pixels[0], w: k.Arch.Pixels[1], x: make([]float64, len(pixels))}
	for i, p := range pixels {
		ch := i % in.c
		in.x[ch*in.h*in.w+i/in.c] = (float64(p) - float64(k.Scaling.Mean[ch])) / float64(k.Scaling.Scale[ch])
	}
	maps1 = r.conv(prefix+"conv1", in, 8, 4)
	relu(maps1.x)
	maps2 = r.conv(prefix+"conv2", maps1, 5, 2)
	for _, j := range k.LateralsFrom {
		if r.columns[j-1].Arch.hasPixels() {
			adapted := r.conv(fmt.Sprintf("%sconv2.adapter%d", prefix, j), below[j-1].maps1, 1, 1)
			relu(adapted.x)
			for i, v := range r.conv(fmt.Sprintf("%sconv2.lateral%d", prefix, j), adapted, 5, 2).x {
				maps2.x[i] += v
			}
		}
	}
	relu(maps2.x)
	fc = slices.Clone(r.tensors[prefix+"fc.bias"])
	r.add(fc, prefix+"fc.weight", maps2.x)
	for _, j := range k.LateralsFrom {
		if r.columns[j-1].Arch.hasPixels() {
			adapted := r.conv(fmt.Sprintf("%sfc.adapter%d", prefix, j), below[j-1].maps2, 1, 1)
			r.add(fc, fmt.Sprintf("%sfc.lateral%d.weight", prefix, j), relu(adapted.x))
		}
	}
	return maps1, maps2, relu(fc)
}

// rollout returns the outputs (steps*envs,outputs) for the observations, resets and the entering
// state of a batch.
func (r *reference) rollout(b *Batch, steps int) []float64 {
	out := make([][]float64, steps*b.Envs())
	for e := range b.Envs() {
		var h, c [][]float64
		for _, k := range r.columns {
			n := k.Arch.LSTM
			h0, c0 := b.State(k.Number, 0)
			h, c = append(h, widen(h0[e*n:(e+1)*n])), append(c, widen(c0[e*n:(e+1)*n]))
		}
		for t := range steps {
			if b.First(t)[e] {
				for _, s := range append(slices.Clone(h), c...) {
					clear(s)
				}
			}
			out[t*b.Envs()+e] = r.step(t*b.Envs()+e, b.Pixels(t, e), b.Proprioception(t, e), h, c)
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

// testNetwork returns a network of one column with random parameters, biases included.
func testNetwork(t testing.TB, a Arch, rng *rand.Rand) (*Network, []float32) {
	t.Helper()
	c := testStack(t, a, rng)
	return c.Network, c.Theta
}

// testStack returns a column on top of others with random parameters, biases and all weights to the
// output included.
func testStack(t testing.TB, a Arch, rng *rand.Rand, below ...*Checkpoint) *Checkpoint {
	t.Helper()
	n, err := Stack(a, testScaling(a), below...)
	if err != nil {
		t.Fatal(err)
	}
	c := &Checkpoint{Network: n, Theta: make([]float32, n.Parameters())}
	n.Init(c.Theta, rng, InitOptions{Hidden: 2.45, LSTMInput: 2, LSTMRecurrent: 2, ForgetBias: 1, Output: 1})
	for _, tensor := range n.Tensors() {
		v := tensor.View(c.Theta)
		switch isOutput := strings.Contains(tensor.Name, "output"); {
		case len(tensor.Shape) == 1:
			for i := range v {
				v[i] += float32(rng.NormFloat64()) / 4
				if strings.Contains(tensor.Name, "adapter") {
					v[i] += 0.5 // of two or three maps none shall be silent
				}
			}
		case isOutput && len(below) > 0:
			for i := range v {
				v[i] = float32(rng.NormFloat64()) / 2
			}
		}
	}
	return c
}

// fillBatch writes random observations and an entering state. Resets come with probability 0.3
// where asked for.
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
	for column := range b.act {
		for _, s := range pair(b.State(column+1, 0)) {
			for i := range s {
				s[i] = float32(rng.NormFloat64()) / 2
			}
		}
	}
}

func pair[T any](a, b T) []T { return []T{a, b} }

// small returns architectures that together use every layer in every place, small enough for
// central differences. The picture is not square and leaves conv2 an output of 2x3, so that a
// mixed-up layout shows.
func small() map[string]Arch {
	pixels := Arch{Pixels: [3]int{32, 44, 3}, Conv1: 2, Conv2: 3, FC: 5, Choices: []int{3, 2}}
	recurrent, both, proprioception := pixels, pixels, Arch{Proprioception: 4, Encoder: 6, Choices: []int{2, 4}}
	recurrent.LSTM = 4
	both.Proprioception, both.Encoder = 3, 2
	bothRecurrent, proprioceptionRecurrent := both, proprioception
	bothRecurrent.LSTM, proprioceptionRecurrent.LSTM = 3, 5
	return map[string]Arch{
		"pixels": pixels, "pixels recurrent": recurrent, "both": both, "both recurrent": bothRecurrent,
		"proprioception": proprioception, "proprioception recurrent": proprioceptionRecurrent,
	}
}

// stacks returns networks of several columns that together have every kind of lateral and lack
// every kind that can lack.
func stacks() map[string]func(testing.TB, *rand.Rand) *Checkpoint {
	choices := []int{3, 2}
	pixels := Arch{Pixels: [3]int{32, 36, 3}, Conv1: 3, Conv2: 2, FC: 4, Choices: choices}
	both := Arch{Pixels: pixels.Pixels, Proprioception: 3, Encoder: 2, Conv1: 2, Conv2: 3, FC: 5, Choices: choices}
	recurrent := func(a Arch, n int) Arch { a.LSTM = n; return a }
	blind := Arch{Proprioception: 3, Encoder: 4, Choices: choices}
	of := func(archs ...Arch) func(testing.TB, *rand.Rand) *Checkpoint {
		return func(t testing.TB, rng *rand.Rand) *Checkpoint { return tower(t, rng, archs...) }
	}
	return map[string]func(testing.TB, *rand.Rand) *Checkpoint{
		"feedforward":              of(pixels, both),
		"recurrent":                of(recurrent(pixels, 4), recurrent(both, 3)),
		"recurrent on feedforward": of(both, recurrent(pixels, 3)),
		"feedforward on recurrent": of(recurrent(both, 3), pixels),
		"pixels on blind":          of(recurrent(blind, 3), recurrent(pixels, 2)),
		"figure 7":                 of(recurrent(pixels, 4), recurrent(both, 3), recurrent(blind, 2)),
		"three with pixels":        of(recurrent(blind, 2), pixels, recurrent(both, 3)),
		"ensemble": func(t testing.TB, rng *rand.Rand) *Checkpoint {
			first, second := tower(t, rng, recurrent(pixels, 3)), tower(t, rng, both, recurrent(blind, 2))
			return testStack(t, recurrent(pixels, 2), rng, first, second)
		},
	}
}

// networks returns all small networks, of one column and of several.
func networks() map[string]func(testing.TB, *rand.Rand) *Checkpoint {
	all := stacks()
	for name, a := range small() {
		all[name] = func(t testing.TB, rng *rand.Rand) *Checkpoint { return testStack(t, a, rng) }
	}
	return all
}
