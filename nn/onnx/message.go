package onnx

import "google.golang.org/protobuf/encoding/protowire"

// message is an encoded protocol buffer, or the beginning of one.
type message []byte

func (m *message) int(field protowire.Number, v int64) {
	*m = protowire.AppendVarint(protowire.AppendTag(*m, field, protowire.VarintType), uint64(v))
}

func (m *message) text(field protowire.Number, s string) {
	*m = protowire.AppendString(protowire.AppendTag(*m, field, protowire.BytesType), s)
}

// bytes adds raw bytes or another message.
func (m *message) bytes(field protowire.Number, b []byte) {
	*m = protowire.AppendBytes(protowire.AppendTag(*m, field, protowire.BytesType), b)
}

// elementType is TensorProto.DataType.
type elementType int64

const (
	typeFloat elementType = 1
	typeUint8 elementType = 2
	typeInt64 elementType = 7
	typeBool  elementType = 9
)

// tensorProto encodes a constant; data are its elements, little-endian, row-major.
func tensorProto(name string, kind elementType, shape []int, data []byte) message {
	var m message
	for _, d := range shape {
		m.int(1, int64(d))
	}
	m.int(2, int64(kind))
	m.text(8, name)
	m.bytes(9, data)
	return m
}

// valueProto encodes an input or output of the model: its first dimension is the batch, of any
// size.
func valueProto(name string, kind elementType, shape []int, doc string) message {
	var batch, dims message
	batch.text(2, batchName)
	dims.bytes(1, batch)
	for _, d := range shape {
		var dim message
		dim.int(1, int64(d))
		dims.bytes(1, dim)
	}
	var tensor, value, m message
	tensor.int(1, int64(kind))
	tensor.bytes(2, dims)
	value.bytes(1, tensor)
	m.text(1, name)
	m.bytes(2, value)
	m.text(3, doc)
	return m
}

// AttributeProto.AttributeType.
const (
	attributeInt  = 2
	attributeInts = 7
)

// attribute is a named constant of an operator: one whole number, or several.
type attribute struct {
	name string
	one  int
	many []int
}

func (a attribute) proto() message {
	var m message
	m.text(1, a.name)
	if a.many == nil {
		m.int(3, int64(a.one))
		m.int(20, attributeInt)
		return m
	}
	for _, v := range a.many {
		m.int(8, int64(v))
	}
	m.int(20, attributeInts)
	return m
}

// nodeProto encodes the use of an operator. An empty name among inputs or outputs is one that is
// left out.
func nodeProto(operator, name string, inputs, outputs []string, attributes []attribute) message {
	var m message
	for _, in := range inputs {
		m.text(1, in)
	}
	for _, out := range outputs {
		m.text(2, out)
	}
	m.text(3, name)
	m.text(4, operator)
	for _, a := range attributes {
		m.bytes(5, a.proto())
	}
	return m
}
