package main

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"

	"colonnade/a3c/cli"
	"colonnade/a3c/training"
	"colonnade/nn"
	"colonnade/nn/atomicfile"
	"colonnade/nn/onnx"
)

// result is what -json prints: the trained column, and the frozen ones that it
// stands on.
type result struct {
	column
	Frozen []column `json:"frozen,omitempty"`
	Digest string   `json:"digest,omitempty"`
}

type column struct {
	Number       int               `json:"column"`
	Parameters   int               `json:"parameters"`         // own and lateral
	Own          int               `json:"own_parameters"`     // of the column's own layers
	Lateral      int               `json:"lateral_parameters"` // of adapters and weights from earlier columns
	LateralsFrom []int             `json:"laterals_from,omitempty"`
	Architecture nn.Arch           `json:"architecture"`
	Scaling      nn.InputScaling   `json:"input_scaling"`
	Tensors      []tensor          `json:"tensors"`
	Metadata     map[string]string `json:"metadata,omitempty"`
}

type tensor struct {
	Name   string `json:"name"`
	Shape  []int  `json:"shape"`
	Length int    `json:"length"`
}

func newResult(net *nn.Network, metadata map[string]string, digest string) result {
	r := result{Digest: digest}
	for _, c := range net.Columns() {
		k := column{
			Number: c.Number, Parameters: c.Own + c.Lateral, Own: c.Own, Lateral: c.Lateral,
			LateralsFrom: c.LateralsFrom, Architecture: c.Arch, Scaling: c.Scaling, Metadata: c.Metadata,
		}
		for _, t := range c.Tensors {
			k.Tensors = append(k.Tensors, tensor{t.Name, t.Shape, t.Length})
		}
		if c.Frozen {
			r.Frozen = append(r.Frozen, k)
		} else {
			k.Metadata = metadata
			r.column = k
		}
	}
	return r
}

func report(stdout io.Writer, asJSON bool, net *nn.Network, metadata map[string]string, digest string) error {
	if asJSON {
		return cli.Result(stdout, newResult(net, metadata, digest))
	}
	columns := net.Columns()
	for i := range columns {
		if !columns[i].Frozen {
			columns[i].Metadata = metadata
		}
	}
	for _, c := range columns {
		drawColumn(stdout, c, columns)
	}
	if err := writeTables(stdout, columns); err != nil {
		return err
	}
	if digest != "" {
		fmt.Fprintf(stdout, "\ndigest  %s\n", digest)
	}
	return nil
}

// writeTables prints all tensors, the work of all layers, and what is known of
// each column's training.
func writeTables(stdout io.Writer, columns []nn.Column) error {
	table := tabwriter.NewWriter(stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "tensor\tshape\tparameters")
	total, forward, backward := 0, 0, 0
	for _, c := range columns {
		for _, t := range c.Tensors {
			fmt.Fprintf(table, "%s\t%v\t%d\n", t.Name, t.Shape, t.Length)
			total += t.Length
		}
	}
	fmt.Fprintf(table, "total\t\t%d\n\n", total)
	fmt.Fprintln(table, "layer\tparameters\tforward MAC\tbackward MAC")
	for _, c := range columns {
		for _, layer := range c.Layers {
			fmt.Fprintf(table, "%s\t%d\t%d\t%d\n", layer.Name, layer.Parameters, layer.Forward, layer.Backward)
			forward += layer.Forward
			backward += layer.Backward
		}
	}
	fmt.Fprintf(table, "total\t%d\t%d\t%d\n", total, forward, backward)
	for _, c := range columns {
		if len(c.Metadata) > 0 {
			fmt.Fprintf(table, "\nmetadata of column %d\t\n", c.Number)
			for _, key := range slices.Sorted(maps.Keys(c.Metadata)) {
				fmt.Fprintf(table, "%s\t%s\n", key, strings.ReplaceAll(c.Metadata[key], "\n", " "))
			}
		}
	}
	return table.Flush()
}

// writeONNX writes a checkpoint's policy as an ONNX model, whose metadata names
// the checkpoint by its digest.
func writeONNX(path string, c *nn.Checkpoint, digest string) error {
	exported := *c
	exported.Metadata = maps.Clone(c.Metadata)
	exported.Metadata["digest"] = digest
	model, err := onnx.Marshal(&exported)
	if err != nil {
		return err
	}
	return atomicfile.WriteFile(path, model)
}

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
		return nn.Arch{},
			cli.Usagef("-laterals-from: %q is not wide, narrow, wide+proprioception or narrow+proprioception", name)
	}
	return network.Arch(), nil
}
