package safetensors

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
)

// DType is the type of a tensor's elements, as the header spells it.
type DType string

// The element types this package knows.
const (
	F32 DType = "F32"
	U8  DType = "U8"
	I64 DType = "I64"
	U64 DType = "U64"
)

// size returns the bytes of one element, or 0 for a type this package does not know.
func (d DType) size() int {
	switch d {
	case F32:
		return 4
	case U8:
		return 1
	case I64, U64:
		return 8
	}
	return 0
}

// Tensor is one named array. A scalar has an empty shape.
type Tensor struct {
	Name  string
	Type  DType
	Shape []int
	Data  []byte // elements, little-endian, row-major
}

// Float32s returns a tensor holding a copy of v.
func Float32s(name string, shape []int, v []float32) Tensor {
	data := make([]byte, 0, 4*len(v))
	for _, x := range v {
		data = binary.LittleEndian.AppendUint32(data, math.Float32bits(x))
	}
	return Tensor{name, F32, shape, data}
}

// Uint8s returns a tensor that shares the memory of v.
func Uint8s(name string, shape []int, v []uint8) Tensor { return Tensor{name, U8, shape, v} }

// Int64s returns a tensor holding a copy of v.
func Int64s(name string, shape []int, v []int64) Tensor {
	data := make([]byte, 0, 8*len(v))
	for _, x := range v {
		data = binary.LittleEndian.AppendUint64(data, uint64(x))
	}
	return Tensor{name, I64, shape, data}
}

// Uint64s returns a tensor holding a copy of v.
func Uint64s(name string, shape []int, v []uint64) Tensor {
	data := make([]byte, 0, 8*len(v))
	for _, x := range v {
		data = binary.LittleEndian.AppendUint64(data, x)
	}
	return Tensor{name, U64, shape, data}
}

// Float32s returns a copy of the elements of an F32 tensor, bit for bit.
func (t Tensor) Float32s() ([]float32, error) {
	if err := t.want(F32); err != nil {
		return nil, err
	}
	v := make([]float32, len(t.Data)/4)
	for i := range v {
		v[i] = math.Float32frombits(binary.LittleEndian.Uint32(t.Data[4*i:]))
	}
	return v, nil
}

// Uint8s returns the elements of a U8 tensor without copying them.
func (t Tensor) Uint8s() ([]uint8, error) {
	if err := t.want(U8); err != nil {
		return nil, err
	}
	return t.Data, nil
}

// Int64s returns a copy of the elements of an I64 tensor.
func (t Tensor) Int64s() ([]int64, error) {
	if err := t.want(I64); err != nil {
		return nil, err
	}
	v := make([]int64, len(t.Data)/8)
	for i := range v {
		v[i] = int64(binary.LittleEndian.Uint64(t.Data[8*i:]))
	}
	return v, nil
}

// Uint64s returns a copy of the elements of a U64 tensor.
func (t Tensor) Uint64s() ([]uint64, error) {
	if err := t.want(U64); err != nil {
		return nil, err
	}
	v := make([]uint64, len(t.Data)/8)
	for i := range v {
		v[i] = binary.LittleEndian.Uint64(t.Data[8*i:])
	}
	return v, nil
}

func (t Tensor) want(d DType) error {
	if t.Type != d {
		return fmt.Errorf("tensor %s holds %s elements, not %s", t.Name, t.Type, d)
	}
	return nil
}

// Limits of a file. They bound what a hostile header can make the reader do; the largest files of
// this project (states of many environments) stay far below.
const (
	MaxFile    = 1 << 30 // bytes
	MaxHeader  = 4 << 20 // bytes
	MaxTensors = 1 << 16
	maxName    = 256
	maxRank    = 8
)

// check returns an error unless the tensor's name, type and shape are allowed and, with the given
// bytes of data, agree.
func (t Tensor) check(bytes int64) error {
	if err := checkName(t.Name); err != nil {
		return err
	}
	size := t.Type.size()
	switch {
	case size == 0:
		return fmt.Errorf("tensor %s has elements of type %.20q; F32, U8, I64 and U64 are known", t.Name, t.Type)
	case len(t.Shape) > maxRank:
		return fmt.Errorf("tensor %s has %d dimensions, the limit is %d", t.Name, len(t.Shape), maxRank)
	}
	want := int64(size)
	for _, d := range t.Shape {
		if d < 0 {
			return fmt.Errorf("tensor %s has the shape %v", t.Name, t.Shape)
		}
		// Every factor and the product so far are at most MaxFile: no overflow before the check.
		if want *= min(int64(d), MaxFile+1); want > MaxFile {
			return fmt.Errorf("tensor %s with the shape %v is larger than any file may be", t.Name, t.Shape)
		}
	}
	if want != bytes {
		return fmt.Errorf("tensor %s with the shape %v of %s needs %d bytes of data, not %d", t.Name, t.Shape, t.Type,
			want, bytes)
	}
	return nil
}

// checkName allows the names whose JSON spelling needs no escapes.
func checkName(name string) error {
	if len(name) == 0 || len(name) > maxName {
		return fmt.Errorf("a tensor has a name of %d bytes, want 1 to %d", len(name), maxName)
	}
	for _, c := range []byte(name) {
		if !(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '.' || c == '-' || c == '_') {
			return fmt.Errorf("the tensor name %.40q holds other characters than letters, digits, dots, dashes and "+
				"underscores", name)
		}
	}
	if name == metadataName {
		return errors.New("a tensor is called " + metadataName)
	}
	return nil
}
