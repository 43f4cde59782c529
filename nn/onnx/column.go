package onnx

import (
	"fmt"
	"slices"

	"colonnade/nn"
	"colonnade/nn/safetensors"
)

// column is a column whose part of the graph is being written, or is written. Its fields name the
// values that later layers and columns read; one that the column lacks is empty.
type column struct {
	nn.Column
	conv1, conv2 string // maps (B,O,H,W) after ReLU
	joined       string // fc's output and behind it the encoder's (B,fc+encoder)
	lstm         string // its output of this step (B,n)
}

// name returns the full name of one of the column's layers.
func (k *column) name(layer string) string { return fmt.Sprintf("column%d.%s", k.Number, layer) }

// from names what enters a layer from an earlier column: an adapter or a lateral.
func (k *column) from(below *column, layer, what string) string {
	return fmt.Sprintf("%s.%s%d", k.name(layer), what, below.Number)
}

// hidden names the output of the last hidden layer.
func (k *column) hidden() string {
	if k.lstm != "" {
		return k.lstm
	}
	return k.joined
}

// column writes all layers but the output.
func (g *graph) column(k *column, below []*column, in senses) {
	var parts []string
	if k.Arch.Pixels != [3]int{} {
		parts = append(parts, g.pixels(k, below, in.picture))
	}
	if k.Arch.Proprioception > 0 {
		name := k.name("encoder")
		parts = append(parts, g.relu(name, g.linear(name, in.proprioception, g.parameter(name+".bias"))))
	}
	k.joined = g.concat(k.name("joined"), parts)
	if k.Arch.LSTM > 0 {
		g.lstm(k, below, in)
	}
}

// pixels writes the layers from the picture to fc.
func (g *graph) pixels(k *column, below []*column, picture string) string {
	perChannel := []int{1, k.Arch.Pixels[2], 1, 1}
	centred := g.node("Sub", k.name("centred"), []string{picture, g.floats(k.name("mean"), perChannel, k.Scaling.Mean)})
	input := g.node("Div", k.name("input"), []string{centred, g.floats(k.name("scale"), perChannel, k.Scaling.Scale)})

	conv1, conv2, fc := k.name("conv1"), k.name("conv2"), k.name("fc")
	k.conv1 = g.relu(conv1, g.conv(conv1, input, nn.Conv1Stride, true))
	sum := g.conv(conv2, k.conv1, nn.Conv2Stride, true)
	for _, b := range below {
		if b.conv1 != "" {
			adapter, lateral := k.from(b, "conv2", "adapter"), k.from(b, "conv2", "lateral")
			adapted := g.relu(adapter, g.conv(adapter, b.conv1, 1, true))
			sum = g.add(lateral, sum, g.conv(lateral, adapted, nn.Conv2Stride, false))
		}
	}
	k.conv2 = g.relu(conv2, sum)

	// The maps of a picture in the order (C,H,W), as the checkpoint's weights want them.
	flat := g.node("Flatten", conv2+".flat", []string{k.conv2})
	sum = g.linear(fc, flat, g.parameter(fc+".bias"))
	for _, b := range below {
		if b.conv2 != "" {
			adapter := k.from(b, "fc", "adapter")
			adapted := g.relu(adapter, g.conv(adapter, b.conv2, 1, true))
			flat := g.node("Flatten", adapter+".flat", []string{adapted})
			sum = g.linear(k.from(b, "fc", "lateral"), flat, sum)
		}
	}
	return g.relu(fc, sum)
}

// policy writes the output layer of the trained column: the bias first, then the terms of earlier
// columns, then its own.
func (g *graph) policy(k *column, below []*column) {
	output := k.name("output")
	sum := g.parameter(output + ".bias")
	for _, b := range below {
		sum = g.linear(k.from(b, "output", "lateral"), b.hidden(), sum)
	}
	sum = g.linear(output, k.hidden(), sum)

	var names []string
	var widths []int64
	for i, n := range k.Arch.Choices {
		name := fmt.Sprintf("logits%d", i+1)
		names = append(names, g.output(name, fmt.Sprintf(docLogits, i+1), n))
		widths = append(widths, int64(n))
	}
	names = append(names, g.output("value", docValue, 1))
	widths = append(widths, 1)
	g.nodes = append(g.nodes, nodeProto("Split", output, []string{sum, g.integers("widths", widths...)}, names,
		[]attribute{{name: "axis", one: 1}}))
}

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
