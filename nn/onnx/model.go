package onnx

import (
	"fmt"
	"maps"
	"slices"

	"colonnade/nn"
)

const (
	fileFormat = 7  // ModelProto.ir_version
	opset      = 13 // version of the operators
	producer   = "colonnade"
	batchName  = "batch"
)

// What the model says of its inputs and outputs.
const (
	docModel = "One step of a policy, for a batch of observations. Where there are inputs columnK.h and columnK.c, " +
		"hand in " +
		"zeros at first and in each later step what the outputs columnK.h.next and columnK.c.next gave."
	docPixels         = "picture (batch,height,width,channel), bytes 0 to 255, not scaled"
	docProprioception = "proprioceptive values, not scaled"
	docFirst          = "true where the observation begins an episode: the LSTM state counts as zero there"
	docH              = "output of the column's LSTM in the step before"
	docC              = "cells of the column's LSTM after the step before"
	docLogits         = "unnormalised log-probabilities of the choices of factor %d of the action"
	docValue          = "expected return from here on, in scaled reward"
	docHNext          = "output of the column's LSTM, to hand in with the next step"
	docCNext          = "cells of the column's LSTM, to hand in with the next step"
)

// senses names what all columns share: the observation and the beginning of episodes.
type senses struct {
	picture        string // (B,C,H,W) as float
	proprioception string
	first          string // (B,1)
}

// Marshal returns a checkpoint's policy as the content of an .onnx file. The same checkpoint gives
// the same bytes. Parameters that are not finite are an error.
//
// Marshal panics if the length of Theta is not the network's.
func Marshal(c *nn.Checkpoint) ([]byte, error) {
	file, err := c.File()
	if err != nil {
		return nil, fmt.Errorf("export to ONNX: %w", err)
	}
	g := &graph{file: file, known: map[string]bool{}}
	columns := c.Network.Columns()
	in := g.senses(c.Network, columns)
	var written []*column
	for _, described := range columns {
		k := &column{Column: described}
		g.column(k, k.sources(written), in)
		written = append(written, k)
	}
	last := written[len(written)-1]
	g.policy(last, last.sources(written))
	if g.err != nil {
		return nil, fmt.Errorf("export to ONNX: %w", g.err)
	}
	return g.model(file.Metadata), nil
}

// sources returns the columns that k has laterals from.
func (k *column) sources(written []*column) []*column {
	var below []*column
	for _, number := range k.LateralsFrom {
		below = append(below, written[number-1])
	}
	return below
}

// senses declares the observation and brings it into the form that the columns read.
func (g *graph) senses(n *nn.Network, columns []nn.Column) senses {
	var in senses
	pixels, proprioception := n.Observation()
	if pixels != [3]int{} {
		g.input("pixels", typeUint8, docPixels, pixels[:]...)
		float := g.node("Cast", "pixels.float", []string{"pixels"}, attribute{name: "to", one: int(typeFloat)})
		in.picture = g.node("Transpose", "pixels.channels", []string{float},
			attribute{name: "perm", many: []int{0, 3, 1, 2}})
	}
	if proprioception > 0 {
		in.proprioception = g.input("proprioception", typeFloat, docProprioception, proprioception)
	}
	if slices.ContainsFunc(columns, func(c nn.Column) bool { return c.Arch.LSTM > 0 }) {
		in.first = g.insert("first.row", g.input("first", typeBool, docFirst), 1)
	}
	return in
}

// model wraps the graph up as a ModelProto.
func (g *graph) model(metadata map[string]string) []byte {
	var body, operators, m message
	for _, n := range g.nodes {
		body.bytes(1, n)
	}
	body.text(2, "policy")
	for _, c := range g.constants {
		body.bytes(5, c)
	}
	body.text(10, docModel)
	for _, v := range g.inputs {
		body.bytes(11, v)
	}
	for _, v := range append(g.outputs, g.states...) {
		body.bytes(12, v)
	}
	operators.text(1, "") // the standard domain
	operators.int(2, opset)

	m.int(1, fileFormat)
	m.text(2, producer)
	m.text(6, docModel)
	m.bytes(7, body)
	m.bytes(8, operators)
	for _, key := range slices.Sorted(maps.Keys(metadata)) {
		var entry message
		entry.text(1, key)
		entry.text(2, metadata[key])
		m.bytes(14, entry)
	}
	return m
}
