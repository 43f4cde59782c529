package kernels_test

import (
	"fmt"

	"colonnade/kernels"
)

// A linear layer: two samples of three inputs, two outputs.
func ExampleGemm() {
	x := []float32{
		1, 2, 3,
		4, 5, 6,
	}
	w := []float32{
		1, 0,
		0, 1,
		1, 1,
	}
	y := []float32{
		10, -20, // the bias
		10, -20,
	}
	kernels.Gemm(true, 2, 2, 3, x, 3, w, 2, y, 2)
	kernels.ReLU(y, y)
	fmt.Println(y)
	// Output: [14 0 20 0]
}

// The gradients of that layer: weights accumulate, inputs are overwritten.
func ExampleGemmTN() {
	x, w := []float32{1, 2, 3}, []float32{1, 0, 0, 1, 1, 1} // one sample; (3,2)
	dy := []float32{1, -1}
	dw, dx := make([]float32, 6), make([]float32, 3)
	kernels.GemmTN(true, 3, 2, 1, x, 3, dy, 2, dw, 2)
	kernels.GemmNT(false, 1, 3, 2, dy, 2, w, 2, dx, 3)
	fmt.Println(dw, dx)
	// Output: [1 -1 2 -2 3 -3] [1 -1 0]
}

// A 2x2 filter that sums its patch, over a 3x3 image of one channel.
func ExampleConv() {
	g := kernels.Conv{H: 3, W: 3, C: 1, R: 2, S: 2, Stride: 1, O: 1}
	if err := g.Validate(); err != nil {
		fmt.Println(err)
		return
	}
	x := []float32{
		1, 2, 3,
		4, 5, 6,
		7, 8, 9,
	}
	y := make([]float32, g.OutLen())
	g.Forward(1, x, []float32{1, 1, 1, 1}, nil, y, false)
	fmt.Println(g.OutH(), g.OutW(), y)
	// Output: 2 2 [12 16 24 28]
}

// Bytes of an image with two channels, centred and scaled.
func ExampleNormalize() {
	pixels := []uint8{0, 10, 100, 20, 200, 30}
	x := make([]float32, len(pixels))
	kernels.Normalize(x, pixels, []float32{100, 20}, []float32{50, 5})
	fmt.Println(x)
	// Output: [-2 -2 0 0 2 2]
}
