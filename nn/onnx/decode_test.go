package onnx

import (
	"encoding/binary"
	"math"
	"testing"

	"google.golang.org/protobuf/encoding/protowire"
)

// fields is a decoded message: whole numbers and bytes by field.
type fields struct {
	ints  map[protowire.Number][]int
	bytes map[protowire.Number][]string
}

func decode(t *testing.T, m string) fields {
	t.Helper()
	f := fields{map[protowire.Number][]int{}, map[protowire.Number][]string{}}
	for b := []byte(m); len(b) > 0; {
		number, kind, n := protowire.ConsumeTag(b)
		if n < 0 {
			t.Fatal(protowire.ParseError(n))
		}
		b = b[n:]
		switch kind {
		case protowire.VarintType:
			v, size := protowire.ConsumeVarint(b)
			f.ints[number], n = append(f.ints[number], int(v)), size
		case protowire.BytesType:
			v, size := protowire.ConsumeBytes(b)
			f.bytes[number], n = append(f.bytes[number], string(v)), size
		default:
			t.Fatalf("field %d has wire type %d, which none of ours has", number, kind)
		}
		if n < 0 {
			t.Fatal(protowire.ParseError(n))
		}
		b = b[n:]
	}
	return f
}

// text returns a field of text that may be absent.
func (f fields) text(number protowire.Number) string {
	if v := f.bytes[number]; len(v) > 0 {
		return v[0]
	}
	return ""
}

// array is a value of the graph in float64, whatever its type there.
type array struct {
	shape []int
	data  []float64
}

// node is one use of an operator.
type node struct {
	operator, name  string
	inputs, outputs []string
	ints            map[string][]int // attributes
}

// parsed is a model, as onnx.proto describes it.
type parsed struct {
	model, graph    fields
	nodes           []node
	constants       map[string]array
	inputs, outputs []value
}

// value is an input or output of the model.
type value struct {
	name, doc string
	kind      elementType
	shape     []int // without the batch
}

func parse(t *testing.T, model []byte) *parsed {
	t.Helper()
	m := decode(t, string(model))
	p := &parsed{model: m, graph: decode(t, m.text(7)), constants: map[string]array{}}
	for _, text := range p.graph.bytes[1] {
		f := decode(t, text)
		n := node{operator: f.text(4), name: f.text(3), inputs: f.bytes[1], outputs: f.bytes[2],
			ints: map[string][]int{}}
		for _, text := range f.bytes[5] {
			a := decode(t, text)
			n.ints[a.text(1)] = append(a.ints[3], a.ints[8]...)
		}
		p.nodes = append(p.nodes, n)
	}
	for _, text := range p.graph.bytes[5] {
		f := decode(t, text)
		if name := f.text(8); p.constants[name].data != nil {
			t.Errorf("constant %s twice", name)
		}
		p.constants[f.text(8)] = elements(t, f)
	}
	p.inputs, p.outputs = values(t, p.graph.bytes[11]), values(t, p.graph.bytes[12])
	return p
}

func elements(t *testing.T, f fields) array {
	t.Helper()
	a := array{shape: f.ints[1], data: []float64{}}
	raw := []byte(f.text(9))
	for len(raw) > 0 {
		switch kind := elementType(f.ints[2][0]); kind {
		case typeFloat:
			a.data, raw = append(a.data, float64(math.Float32frombits(binary.LittleEndian.Uint32(raw)))), raw[4:]
		case typeInt64:
			a.data, raw = append(a.data, float64(int64(binary.LittleEndian.Uint64(raw)))), raw[8:]
		default:
			t.Fatalf("constant %s has type %d", f.text(8), kind)
		}
	}
	if len(a.data) != size(a.shape) {
		t.Errorf("constant %s has the shape %v and %d elements", f.text(8), a.shape, len(a.data))
	}
	return a
}

func values(t *testing.T, texts []string) []value {
	t.Helper()
	var all []value
	for _, text := range texts {
		f := decode(t, text)
		tensor := decode(t, decode(t, f.text(2)).text(1))
		v := value{name: f.text(1), doc: f.text(3), kind: elementType(tensor.ints[1][0])}
		dims := decode(t, tensor.text(2)).bytes[1]
		if batch := decode(t, dims[0]).text(2); batch != batchName {
			t.Errorf("the first dimension of %s is %q", v.name, batch)
		}
		for _, dim := range dims[1:] {
			v.shape = append(v.shape, decode(t, dim).ints[1][0])
		}
		all = append(all, v)
	}
	return all
}

func size(shape []int) int {
	n := 1
	for _, d := range shape {
		n *= d
	}
	return n
}
