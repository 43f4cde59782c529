package nn

import "slices"

// Tensor is one named view of the flat parameter vector.
//
// Inside the vector a tensor has the layout the kernels want; Shape is the one a checkpoint shows
// (PyTorch's order). Every weight has four internal dimensions (a,b,c,d) and shows as (d,c,a,b),
// with dimensions that do not exist being 1:
//
//	tensor                       inside            in a checkpoint
//	weights of convolutions      (R,S,C,O)         (O,C,R,S)
//	weights from conv2's maps    (H,W,C,out)       (out, C*H*W)
//	other weights                (1,1,in,out)      (out, in)
//	biases                       (1,1,1,n)         (n)
type Tensor struct {
	Name   string // as in the checkpoint, such as "column1.conv1.weight"
	Shape  []int  // as in the checkpoint
	Offset int    // index of its first element in the parameter vector
	Length int    // number of elements

	dims [4]int // internal dimensions
	fan  int    // inputs of one unit; 0: a bias
	init role   // how Init fills it
}

// role says by which rule Init fills a tensor.
type role int

const (
	roleZero role = iota // biases
	roleHidden
	roleLSTMInput
	roleLSTMRecurrent
	roleLSTMBias
	roleOutput
)

// View returns the tensor's part of a parameter or gradient vector, in the internal layout.
func (t Tensor) View(v []float32) []float32 { return v[t.Offset : t.Offset+t.Length] }

func cloneTensors(ts []Tensor) []Tensor {
	ts = slices.Clone(ts)
	for i := range ts {
		ts[i].Shape = slices.Clone(ts[i].Shape)
	}
	return ts
}

// export copies a tensor from the internal layout to the checkpoint's.
func (t Tensor) export(dst, src []float32) {
	t.permute(func(outside, inside int) { dst[outside] = src[inside] })
}

// restore copies a tensor from the checkpoint's layout to the internal one.
func (t Tensor) restore(dst, src []float32) {
	t.permute(func(outside, inside int) { dst[inside] = src[outside] })
}

// permute calls move with the two indices of every element, in the checkpoint's order.
func (t Tensor) permute(move func(outside, inside int)) {
	outside := 0
	for d := range t.dims[3] {
		for c := range t.dims[2] {
			for a := range t.dims[0] {
				for b := range t.dims[1] {
					move(outside, ((a*t.dims[1]+b)*t.dims[2]+c)*t.dims[3]+d)
					outside++
				}
			}
		}
	}
}
