package nn

import (
	"fmt"

	"colonnade/kernels"
)

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
