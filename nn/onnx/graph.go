package onnx

import "colonnade/nn/safetensors"

// graph collects the parts of a GraphProto. A node may only read what stands before it.
type graph struct {
	nodes, constants        []message
	inputs, outputs, states []message // states are further outputs

	file  *safetensors.File
	known map[string]bool // constants so far
	err   error           // the first
}

// input, output and state declare what the model takes and gives, but for the batch's dimension.
func (g *graph) input(name string, kind elementType, doc string, shape ...int) string {
	g.inputs = append(g.inputs, valueProto(name, kind, shape, doc))
	return name
}

func (g *graph) output(name, doc string, width int) string {
	g.outputs = append(g.outputs, valueProto(name, typeFloat, []int{width}, doc))
	return name
}

func (g *graph) state(name, doc string, width int) string {
	g.states = append(g.states, valueProto(name, typeFloat, []int{width}, doc))
	return name
}

// node adds a node of one output, called like the node, and returns that name.
func (g *graph) node(operator, name string, inputs []string, attributes ...attribute) string {
	g.nodes = append(g.nodes, nodeProto(operator, name, inputs, []string{name}, attributes))
	return name
}

// constant adds a constant, unless it is there already, and returns its name.
func (g *graph) constant(name string, kind elementType, shape []int, data []byte) string {
	if !g.known[name] {
		g.known[name] = true
		g.constants = append(g.constants, tensorProto(name, kind, shape, data))
	}
	return name
}

// integers adds a constant vector.
func (g *graph) integers(name string, v ...int64) string {
	return g.constant(name, typeInt64, []int{len(v)}, safetensors.Int64s(name, nil, v).Data)
}

// floats adds a constant.
func (g *graph) floats(name string, shape []int, v []float32) string {
	return g.constant(name, typeFloat, shape, safetensors.Float32s(name, shape, v).Data)
}

// tensor returns a tensor of the checkpoint.
func (g *graph) tensor(name string) safetensors.Tensor {
	t, err := g.file.Tensor(name)
	if err != nil && g.err == nil {
		g.err = err
	}
	return t
}

// parameter adds a tensor of the checkpoint as it is.
func (g *graph) parameter(name string) string {
	t := g.tensor(name)
	return g.constant(name, typeFloat, t.Shape, t.Data)
}

// conv adds a convolution without padding, with the checkpoint's weight and perhaps bias of that
// name.
func (g *graph) conv(name, x string, stride int, bias bool) string {
	inputs := []string{x, g.parameter(name + ".weight")}
	if bias {
		inputs = append(inputs, g.parameter(name+".bias"))
	}
	return g.node("Conv", name+".sum", inputs, attribute{name: "strides", many: []int{stride, stride}})
}

// linear adds x·wᵀ + sum, where sum is a bias, or what another linear map gave.
func (g *graph) linear(name, x, sum string) string {
	return g.node("Gemm", name+".sum", []string{x, g.parameter(name + ".weight"), sum},
		attribute{name: "transB", one: 1})
}

func (g *graph) relu(name, x string) string { return g.node("Relu", name, []string{x}) }

func (g *graph) add(name, a, b string) string { return g.node("Add", name, []string{a, b}) }

// concat puts values side by side; one alone stays as it is.
func (g *graph) concat(name string, values []string) string {
	if len(values) == 1 {
		return values[0]
	}
	return g.node("Concat", name, values, attribute{name: "axis", one: 1})
}

// insert adds a dimension of 1 at an axis, drop removes one.
func (g *graph) insert(name, x string, axis int64) string {
	return g.node("Unsqueeze", name, []string{x, g.axis(axis)})
}

func (g *graph) drop(name, x string, axis int64) string {
	return g.node("Squeeze", name, []string{x, g.axis(axis)})
}

func (g *graph) axis(axis int64) string {
	return g.integers([]string{"axis0", "axis1"}[axis], axis)
}
