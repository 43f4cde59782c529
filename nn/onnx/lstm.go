package onnx

import (
	"slices"

	"colonnade/nn/safetensors"
)

// lstm writes the LSTM of a column: its state in, its state out.
func (g *graph) lstm(k *column, below []*column, in senses) {
	n, name := k.Arch.LSTM, k.name("lstm")
	inputs, weights := []string{k.joined}, []safetensors.Tensor{g.tensor(name + ".weight_ih")}
	for _, b := range below {
		lateral := k.from(b, "lstm", "lateral")
		inputs, weights = append(inputs, b.joined), append(weights, g.tensor(lateral+".fc.weight"))
		if b.lstm != "" {
			inputs, weights = append(inputs, b.lstm), append(weights, g.tensor(lateral+".lstm.weight"))
		}
	}
	width := 0
	for _, w := range weights {
		if g.err != nil {
			return
		}
		width += w.Shape[1]
	}
	// The first dimension of W, R and B is the direction, of x the time: both have one place here.
	w := g.constant(name+".W", typeFloat, []int{1, 4 * n, width}, gates(n, weights...))
	r := g.constant(name+".R", typeFloat, []int{1, 4 * n, n}, gates(n, g.tensor(name+".weight_hh")))
	bias := gates(n, g.tensor(name+".bias"))
	b := g.constant(name+".B", typeFloat, []int{1, 8 * n}, append(bias, make([]byte, len(bias))...))

	x := g.insert(name+".x", g.concat(name+".inputs", inputs), 0)
	h := g.entering(k.name("h"), docH, n, in.first)
	c := g.entering(k.name("c"), docC, n, in.first)
	hNext, cNext := g.state(k.name("h")+".next", docHNext, n), g.state(k.name("c")+".next", docCNext, n)
	g.nodes = append(g.nodes, nodeProto("LSTM", name, []string{x, w, r, b, "", h, c}, []string{"", name + ".h", name +
		".c"},
		[]attribute{{name: "hidden_size", one: n}}))
	k.lstm = g.drop(hNext, name+".h", 0)
	g.drop(cNext, name+".c", 0)
}

// entering declares one half of the LSTM state and returns what counts of it: zero where an episode
// begins.
func (g *graph) entering(name, doc string, n int, first string) string {
	g.input(name, typeFloat, doc, n)
	zero := g.floats("zero", nil, []float32{0})
	return g.insert(name+".row", g.node("Where", name+".kept", []string{first, zero, name}), 0)
}

// gates returns the elements of tensors with 4n rows side by side, their four blocks of rows in
// ONNX's order i, o, f, c instead of i, f, g, o (g and c are two names of one gate).
func gates(n int, tensors ...safetensors.Tensor) []byte {
	var data []byte
	for _, gate := range [4]int{0, 3, 1, 2} {
		for row := gate * n; row < (gate+1)*n; row++ {
			for _, t := range tensors {
				size := len(t.Data) / (4 * n)
				data = append(data, t.Data[row*size:(row+1)*size]...)
			}
		}
	}
	return slices.Clip(data)
}
