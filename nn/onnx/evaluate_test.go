package onnx

import (
	"math"
	"slices"
	"testing"
)

// run evaluates the graph node by node in float64, with the operators written after their
// definitions in ONNX's Operators.md and independently of package nn.
func (p *parsed) run(t *testing.T, inputs map[string]array) map[string]array {
	t.Helper()
	known := map[string]array{"": {}}
	for name, a := range p.constants {
		known[name] = a
	}
	for name, a := range inputs {
		known[name] = a
	}
	for _, n := range p.nodes {
		var in []array
		for _, name := range n.inputs {
			a, ok := known[name]
			if !ok {
				t.Fatalf("node %s reads %s before anything gives it", n.name, name)
			}
			in = append(in, a)
		}
		for i, out := range n.apply(t, in) {
			if name := n.outputs[i]; name != "" {
				if _, twice := known[name]; twice {
					t.Fatalf("node %s gives %s, which is there already", n.name, name)
				}
				known[name] = out
			}
		}
	}
	return known
}

func (n node) apply(t *testing.T, in []array) []array {
	t.Helper()
	switch n.operator {
	case "Cast":
		return in
	case "Transpose":
		return []array{transpose(in[0], n.ints["perm"])}
	case "Sub":
		return []array{broadcast(func(v ...float64) float64 { return v[0] - v[1] }, in...)}
	case "Div":
		return []array{broadcast(func(v ...float64) float64 { return v[0] / v[1] }, in...)}
	case "Add":
		return []array{broadcast(func(v ...float64) float64 { return v[0] + v[1] }, in...)}
	case "Where":
		return []array{broadcast(func(v ...float64) float64 {
			if v[0] != 0 {
				return v[1]
			}
			return v[2]
		}, in...)}
	case "Relu":
		return []array{broadcast(func(v ...float64) float64 { return math.Max(v[0], 0) }, in[0])}
	case "Flatten":
		return []array{{[]int{in[0].shape[0], size(in[0].shape[1:])}, in[0].data}}
	case "Unsqueeze":
		return []array{{slices.Insert(slices.Clone(in[0].shape), int(in[1].data[0]), 1), in[0].data}}
	case "Squeeze":
		axis := int(in[1].data[0])
		if in[0].shape[axis] != 1 {
			t.Fatalf("node %s squeezes axis %d of %v", n.name, axis, in[0].shape)
		}
		return []array{{slices.Delete(slices.Clone(in[0].shape), axis, axis+1), in[0].data}}
	case "Concat":
		return []array{concat(in)}
	case "Split":
		return split(in[0], in[1].data)
	case "Gemm":
		return []array{broadcast(func(v ...float64) float64 { return v[0] + v[1] }, product(in[0], in[1]), in[2])}
	case "Conv":
		return []array{convolve(in, n.ints["strides"][0])}
	case "LSTM":
		return recur(in, n.ints["hidden_size"][0])
	}
	t.Fatalf("node %s: operator %s", n.name, n.operator)
	return nil
}

// broadcast applies f to the elements of arrays whose shapes are aligned at their ends; a dimension
// of 1 repeats.
func broadcast(f func(...float64) float64, in ...array) array {
	var shape []int
	for _, a := range in {
		for len(shape) < len(a.shape) {
			shape = slices.Insert(shape, 0, 1)
		}
		for i, d := range a.shape {
			at := len(shape) - len(a.shape) + i
			shape[at] = max(shape[at], d)
		}
	}
	out := array{shape, make([]float64, size(shape))}
	v := make([]float64, len(in))
	for i := range out.data {
		for k, a := range in {
			index, stride, rest := 0, 1, i
			for d := len(shape) - 1; d >= 0; d-- {
				at := rest % shape[d]
				rest /= shape[d]
				if own := d - (len(shape) - len(a.shape)); own >= 0 {
					index += at % a.shape[own] * stride
					stride *= a.shape[own]
				}
			}
			v[k] = a.data[index]
		}
		out.data[i] = f(v...)
	}
	return out
}

func transpose(a array, perm []int) array {
	strides, stride := make([]int, len(perm)), 1
	for i := len(a.shape) - 1; i >= 0; i-- {
		strides[i], stride = stride, stride*a.shape[i]
	}
	out := array{data: make([]float64, len(a.data))}
	for _, from := range perm {
		out.shape = append(out.shape, a.shape[from])
	}
	for i := range out.data {
		index, rest := 0, i
		for d := len(perm) - 1; d >= 0; d-- {
			index += rest % out.shape[d] * strides[perm[d]]
			rest /= out.shape[d]
		}
		out.data[i] = a.data[index]
	}
	return out
}

func concat(in []array) array {
	out := array{shape: []int{in[0].shape[0], 0}}
	for _, a := range in {
		out.shape[1] += a.shape[1]
	}
	for row := range in[0].shape[0] {
		for _, a := range in {
			out.data = append(out.data, a.data[row*a.shape[1]:(row+1)*a.shape[1]]...)
		}
	}
	return out
}

func split(a array, widths []float64) []array {
	var out []array
	at := 0
	for _, w := range widths {
		part := array{shape: []int{a.shape[0], int(w)}}
		for row := range a.shape[0] {
			from := row*a.shape[1] + at
			part.data = append(part.data, a.data[from:from+int(w)]...)
		}
		at += int(w)
		out = append(out, part)
	}
	return out
}

// product returns a·bᵀ.
func product(a, b array) array {
	m, n, k := a.shape[0], b.shape[0], b.shape[1]
	out := array{[]int{m, n}, make([]float64, m*n)}
	for i := range m {
		for j := range n {
			for p := range k {
				out.data[i*n+j] += a.data[i*k+p] * b.data[j*k+p]
			}
		}
	}
	return out
}

// convolve computes Conv of x (B,C,H,W) and w (O,C,R,S), with a bias if there is one.
func convolve(in []array, stride int) array {
	x, w := in[0], in[1]
	c, h, width := x.shape[1], x.shape[2], x.shape[3]
	r, s := w.shape[2], w.shape[3]
	out := array{shape: []int{x.shape[0], w.shape[0], (h-r)/stride + 1, (width-s)/stride + 1}}
	for b := range out.shape[0] {
		for o := range out.shape[1] {
			for y := range out.shape[2] {
				for z := range out.shape[3] {
					sum := 0.0
					if len(in) > 2 {
						sum = in[2].data[o]
					}
					for i := range c * r * s {
						ci, ri, si := i/(r*s), i/s%r, i%s
						sum += w.data[o*c*r*s+i] * x.data[((b*c+ci)*h+y*stride+ri)*width+z*stride+si]
					}
					out.data = append(out.data, sum)
				}
			}
		}
	}
	return out
}

// recur computes one step of LSTM: in are X, W, R, B, sequence_lens, initial_h and initial_c.
func recur(in []array, n int) []array {
	flat := func(a array) array { return array{a.shape[1:], a.data} }
	add := func(v ...float64) float64 { return v[0] + v[1] + v[2] + v[3] }
	bias := in[3].data
	z := broadcast(add, product(flat(in[0]), flat(in[1])), product(flat(in[5]), flat(in[2])),
		array{[]int{4 * n}, bias[:4*n]}, array{[]int{4 * n}, bias[4*n:]})
	sigmoid := func(x float64) float64 { return 1 / (1 + math.Exp(-x)) }
	h, c := array{in[5].shape, make([]float64, len(in[5].data))}, array{in[6].shape, make([]float64, len(in[6].data))}
	for i := range h.data {
		g := z.data[i/n*4*n+i%n:]
		c.data[i] = sigmoid(g[2*n])*in[6].data[i] + sigmoid(g[0])*math.Tanh(g[3*n]) // gates i, o, f, c
		h.data[i] = sigmoid(g[n]) * math.Tanh(c.data[i])
	}
	return []array{{}, h, c}
}
