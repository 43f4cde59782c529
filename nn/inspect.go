package nn

import (
	"fmt"
	"maps"
	"strings"
)

// Column is one column of a network, to look at.
type Column struct {
	Number       int // from 1
	Frozen       bool
	Arch         Arch
	Scaling      InputScaling
	LateralsFrom []int // numbers of the earlier columns that it has laterals from
	Own, Lateral int   // parameters: of its own layers; of adapters and weights from earlier columns
	Tensors      []Tensor
	Layers       []Layer
	Metadata     map[string]string // of a frozen column: what its checkpoint said of it
}

// Layer is one layer's share of the parameters and of the work.
type Layer struct {
	Name  string // as in the tensor names, such as "column2.conv1" or "column2.conv2.lateral1"
	Reads string // the name of the layer or sense that it takes: "column1.conv1", "pixels"
	From  int    // number of the column that it takes it from, if that is an earlier one; 0: its own
	// Output is the shape of what it gives: H, W and maps of a convolution, width of others.
	Output     []int
	Parameters int
	// Forward and Backward are multiply-adds for one sample. Backward is the gradient of the
	// weights and, where a layer below needs it, of the input; Forward is not part of it. A frozen
	// column has no Backward, and computes no output.
	Forward, Backward int
}

// Columns returns all columns; the last one is trained, those below are frozen.
func (n *Network) Columns() []Column {
	var columns []Column
	for _, k := range n.columns {
		c := Column{
			Number: k.number, Frozen: k != n.column, Arch: k.arch.clone(), Scaling: k.scaling.clone(),
			LateralsFrom: k.sources(),
			Tensors:      cloneTensors(k.tensors), Layers: k.layers(k != n.column), Metadata: maps.Clone(k.metadata),
		}
		for _, l := range c.Layers {
			if l.From == 0 {
				c.Own += l.Parameters
			} else {
				c.Lateral += l.Parameters
			}
		}
		columns = append(columns, c)
	}
	return columns
}

// Layers returns the layers of all columns in the order of their tensors.
func (n *Network) Layers() []Layer {
	var layers []Layer
	for _, k := range n.columns {
		layers = append(layers, k.layers(k != n.column)...)
	}
	return layers
}

// layers lists a column's layers: each with the adapters and laterals that enter it behind it.
func (k *column) layers(frozen bool) []Layer {
	s := survey{column: k, frozen: frozen}
	if k.conv1 != nil {
		s.convolution(layerConv1, "pixels", k.conv1, nil, false)
		s.convolution(layerConv2, s.own(layerConv1), k.conv2, nil, true)
		for _, l := range k.laterals {
			if l.conv2 != nil {
				adapter := fmt.Sprintf("%s.adapter%d", layerConv2, l.from.number)
				s.convolution(adapter, l.from.own(layerConv1), l.adapter1, l, false)
				s.convolution(lateralName(layerConv2, l), s.own(adapter), l.conv2, l, true)
			}
		}
		s.linear(layerFC, s.own(layerConv2), &k.fc.matrix, k.fc.bias, nil, true)
		for _, l := range k.laterals {
			if l.fc != nil {
				adapter := fmt.Sprintf("%s.adapter%d", layerFC, l.from.number)
				s.convolution(adapter, l.from.own(layerConv2), l.adapter2, l, false)
				s.linear(lateralName(layerFC, l), s.own(adapter), l.fc, span{}, l, true)
			}
		}
	}
	if k.encoder != nil {
		s.linear(layerEncoder, "proprioception", &k.encoder.matrix, k.encoder.bias, nil, false)
	}
	if k.lstm != nil {
		both := k.lstm.weightIH.weight.length + k.lstm.weightHH.weight.length
		s.add(layerLSTM, s.own(k.joinedName()), nil, []int{k.lstm.n}, both+k.lstm.bias.length, both, true)
		for _, l := range k.laterals {
			s.linear(lateralName(layerLSTM, l)+".fc", l.from.own(l.from.joinedName()), l.lstmFC, span{}, l, false)
			if l.lstmLSTM != nil {
				s.linear(lateralName(layerLSTM, l)+".lstm", l.from.own(layerLSTM), l.lstmLSTM, span{}, l, false)
			}
		}
	}
	s.linear(layerOutput, s.own(k.lastName()), &k.output.matrix, k.output.bias, nil, true)
	for _, l := range k.laterals {
		s.linear(lateralName(layerOutput, l), l.from.own(l.from.lastName()), l.output, span{}, l, false)
	}
	return s.layers
}

// survey collects a column's layers.
type survey struct {
	*column
	frozen bool
	layers []Layer
}

// add notes a layer of the column itself or of a lateral l. work is the multiply-adds of a sample;
// descends reports whether the gradient passes to the layer below.
func (s *survey) add(name, reads string, l *lateral, output []int, parameters, work int, descends bool) {
	layer := Layer{Name: s.own(name), Reads: reads, Output: output, Parameters: parameters, Forward: work}
	if l != nil {
		layer.From = l.from.number
	}
	if s.frozen && strings.HasPrefix(name, layerOutput) {
		layer.Forward = 0 // not computed
	}
	switch {
	case s.frozen:
	case descends:
		layer.Backward = 2 * work
	default:
		layer.Backward = work
	}
	s.layers = append(s.layers, layer)
}

func (s *survey) convolution(name, reads string, c *conv, l *lateral, descends bool) {
	h, w := c.OutH(), c.OutW()
	s.add(name, reads, l, []int{h, w, c.O}, c.weight.length+c.bias.length, h*w*c.WeightLen(), descends)
}

func (s *survey) linear(name, reads string, w *matrix, bias span, l *lateral, descends bool) {
	s.add(name, reads, l, []int{w.out}, w.weight.length+bias.length, w.weight.length, descends)
}
