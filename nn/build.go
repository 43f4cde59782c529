package nn

import (
	"fmt"
	"slices"

	"colonnade/kernels"
)

// design is what a column is built from.
type design struct {
	Arch
	// LateralsFrom holds the numbers (from 1) of the earlier columns that this one has laterals
	// from, in rising order.
	LateralsFrom []int `json:"laterals_from,omitempty"`

	scaling InputScaling
}

// maxColumns bounds the columns of a network; nothing useful comes near it.
const maxColumns = 16

// build returns the network of the designs; its frozen columns have no parameters yet.
func build(designs []design) (*Network, error) {
	if len(designs) == 0 || len(designs) > maxColumns {
		return nil, fmt.Errorf("architecture: %d columns, want 1 to %d", len(designs), maxColumns)
	}
	n := &Network{}
	var total int64
	for i, d := range designs {
		b := builder{column: &column{number: i + 1, arch: d.Arch.clone(), scaling: d.scaling.clone()}}
		if err := b.build(d, n.columns); err != nil {
			if len(designs) > 1 {
				err = fmt.Errorf("column %d: %w", i+1, err)
			}
			return nil, err
		}
		if total += b.count; total > maxParameters {
			return nil, fmt.Errorf("architecture: %d parameters in columns 1 to %d, the limit is %d", total, i+1,
				maxParameters)
		}
		b.parameters = int(b.count)
		n.columns = append(n.columns, b.column)
		n.see(d.Arch)
	}
	n.column = n.columns[len(n.columns)-1]
	return n, nil
}

// builder lays out one column: each layer with its tensors, in the order of the parameter vector.
type builder struct {
	*column
	count int64 // parameters so far; hostile designs may overflow an int
}

func (k *builder) build(d design, below []*column) error {
	if err := d.Validate(); err != nil {
		return err
	}
	if err := d.scaling.validate(d.Arch); err != nil {
		return err
	}
	for _, b := range below {
		if err := d.fits(b); err != nil {
			return err
		}
	}
	for i, from := range d.LateralsFrom {
		if from < 1 || from > len(below) {
			return fmt.Errorf("architecture: laterals from column %d, but below it there are columns 1 to %d", from,
				len(below))
		}
		if i > 0 && from <= d.LateralsFrom[i-1] {
			return fmt.Errorf("architecture: laterals from columns %v, want each once, in rising order", d.LateralsFrom)
		}
		k.laterals = append(k.laterals, &lateral{from: below[from-1], place: i})
	}
	if d.hasPixels() {
		if err := k.addPixels(); err != nil {
			return err
		}
	}
	if d.Proprioception > 0 {
		k.encoder = &linear{
			matrix: *k.matrix(layerEncoder+".weight", roleHidden, d.Proprioception, d.Encoder, d.Proprioception),
			bias:   k.vector(layerEncoder, roleZero, d.Encoder),
		}
	}
	if d.LSTM > 0 {
		k.addLSTM()
	}
	k.addOutput()
	return nil
}

// fits says whether a column can stand on an earlier one: all columns of a network share one
// observation and one action.
func (d *design) fits(below *column) error {
	a, b := d.Arch, below.arch
	switch {
	case !slices.Equal(a.Choices, b.Choices):
		return fmt.Errorf("its action has factors of %v choices, column %d's of %v: the columns of a network share "+
			"one action",
			a.Choices, below.number, b.Choices)
	case a.hasPixels() && b.hasPixels() && a.Pixels != b.Pixels:
		return fmt.Errorf("its pictures are %dx%dx%d, column %d's %dx%dx%d: the columns of a network share one "+
			"observation",
			a.Pixels[0], a.Pixels[1], a.Pixels[2], below.number, b.Pixels[0], b.Pixels[1], b.Pixels[2])
	case a.Proprioception > 0 && b.Proprioception > 0 && a.Proprioception != b.Proprioception:
		return fmt.Errorf("it takes %d proprioceptive values, column %d %d: the columns of a network share one "+
			"observation",
			a.Proprioception, below.number, b.Proprioception)
	}
	return nil
}

// addPixels lays out conv1, conv2 and fc with what enters them.
func (k *builder) addPixels() error {
	c1, c2 := k.arch.conv1(), k.arch.conv2()
	for i, c := range []kernels.Conv{c1, c2} {
		if err := c.Validate(); err != nil {
			return fmt.Errorf("architecture: conv%d: %w", i+1, err)
		}
	}
	sources := 1 // of conv2 and fc: the column itself and its laterals, which all bring as many maps
	for _, l := range k.laterals {
		if l.from.conv1 != nil {
			sources++
		}
	}
	fan := sources * c2.R * c2.S * c2.C
	k.conv1 = k.convolution(layerConv1, c1, c1.R*c1.S*c1.C)
	k.conv2 = k.convolution(layerConv2, c2, fan)
	for _, l := range k.laterals {
		if l.from.conv1 != nil {
			l.adapter1 = k.adapter(layerConv2, l, l.from.conv1.Conv, c1.O)
			l.conv2 = &conv{Conv: c2, weight: k.filters(lateralName(layerConv2, l), c2, fan)}
		}
	}
	fan = sources * c2.OutLen()
	k.fc = &linear{matrix: *k.dense(layerFC, c2, k.arch.FC, fan), bias: k.vector(layerFC, roleZero, k.arch.FC)}
	for _, l := range k.laterals {
		if l.from.conv2 != nil {
			l.adapter2 = k.adapter(layerFC, l, l.from.conv2.Conv, c2.O)
			l.fc = k.dense(lateralName(layerFC, l), c2, k.arch.FC, fan)
		}
	}
	return nil
}

// addLSTM lays out the LSTM with what enters its gates.
func (k *builder) addLSTM() {
	in, n := k.arch.joined(), k.arch.LSTM
	inputs, outputs := in, n
	for _, l := range k.laterals {
		inputs, outputs = inputs+l.from.arch.joined(), outputs+l.from.arch.LSTM
	}
	k.lstm = &lstm{n: n,
		weightIH: *k.matrix(layerLSTM+".weight_ih", roleLSTMInput, in, 4*n, inputs),
		weightHH: *k.matrix(layerLSTM+".weight_hh", roleLSTMRecurrent, n, 4*n, outputs),
		bias:     k.vector(layerLSTM, roleLSTMBias, 4*n),
	}
	for _, l := range k.laterals {
		l.lstmFC = k.matrix(lateralName(layerLSTM, l)+".fc.weight", roleLSTMInput, l.from.arch.joined(), 4*n, inputs)
		if m := l.from.arch.LSTM; m > 0 {
			l.lstmLSTM = k.matrix(lateralName(layerLSTM, l)+".lstm.weight", roleLSTMRecurrent, m, 4*n, outputs)
		}
	}
}

// addOutput lays out the output layer. Where there are laterals, Init takes it over from the column
// before.
func (k *builder) addOutput() {
	in, out, init := k.arch.hidden(), k.arch.Outputs(), roleOutput
	if len(k.laterals) > 0 {
		init = roleZero
	}
	k.output = &linear{matrix: *k.matrix(layerOutput+".weight", init, in, out, in), bias: k.vector(layerOutput,
		roleZero, out)}
	for _, l := range k.laterals {
		l.output = k.matrix(lateralName(layerOutput, l)+".weight", roleZero, l.from.arch.hidden(), out, in)
	}
}

// The methods below add one layer's tensors to the column's table. fan is the number of inputs of
// one unit of that layer, with all laterals that enter it.

// lateralName is what the names of a lateral's tensors into a layer begin with.
func lateralName(layer string, l *lateral) string {
	return fmt.Sprintf("%s.lateral%d", layer, l.from.number)
}

// adapter adds the 1x1 convolution that brings the maps of an earlier column's layer to out maps.
func (k *builder) adapter(layer string, l *lateral, source kernels.Conv, out int) *conv {
	g := kernels.Conv{H: source.OutH(), W: source.OutW(), C: source.O, R: 1, S: 1, Stride: 1, O: out}
	return k.convolution(fmt.Sprintf("%s.adapter%d", layer, l.from.number), g, g.C)
}

// convolution adds a convolution with a bias.
func (k *builder) convolution(name string, g kernels.Conv, fan int) *conv {
	return &conv{Conv: g, weight: k.filters(name, g, fan), bias: k.vector(name, roleZero, g.O)}
}

// filters adds the weight of a convolution.
func (k *builder) filters(name string, g kernels.Conv, fan int) span {
	return k.add(name+".weight", roleHidden, fan, []int{g.O, g.C, g.R, g.S}, [4]int{g.R, g.S, g.C, g.O})
}

// dense adds the weight of a linear map from the maps of conv2 to fc.
func (k *builder) dense(name string, maps kernels.Conv, out, fan int) *matrix {
	in := maps.OutLen()
	w := k.add(name+".weight", roleHidden, fan, []int{out, in}, [4]int{maps.OutH(), maps.OutW(), maps.O, out})
	return &matrix{in: in, out: out, weight: w}
}

// matrix adds the weight of a linear map.
func (k *builder) matrix(name string, init role, in, out, fan int) *matrix {
	return &matrix{in: in, out: out, weight: k.add(name, init, fan, []int{out, in}, [4]int{1, 1, in, out})}
}

// vector adds a bias.
func (k *builder) vector(name string, init role, length int) span {
	return k.add(name+".bias", init, 0, []int{length}, [4]int{1, 1, 1, length})
}

// add appends a tensor to the table.
func (k *builder) add(name string, init role, fan int, shape []int, dims [4]int) span {
	length := int64(dims[0]) * int64(dims[1]) * int64(dims[2]) * int64(dims[3])
	t := Tensor{Name: k.own(name), Shape: shape, Offset: int(k.count), Length: int(length), dims: dims, fan: fan,
		init: init}
	k.tensors = append(k.tensors, t)
	k.count += length
	return span{t.Offset, t.Length}
}
