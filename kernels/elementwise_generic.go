package kernels

import "math"

// normalizeGeneric is the reference of Normalize.
func normalizeGeneric(dst []float32, src []uint8, mean, scale []float32) {
	c := len(mean)
	for j := range c {
		m, inv := mean[j], 1/scale[j]
		for i := j; i < len(src); i += c {
			dst[i] = (float32(src[i]) - m) * inv
		}
	}
}

// sumRowsGeneric is the reference of SumRows.
func sumRowsGeneric(m, n int, x, sum []float32) {
	sum = sum[:n]
	for i := range m {
		row := x[i*n:][:n]
		for j := range sum {
			sum[j] += row[j]
		}
	}
}

// reluGeneric is the reference of ReLU. The sign is tested as an integer, which
// the compiler turns into a conditional move: activations are unpredictable.
func reluGeneric(y, x []float32) {
	y = y[:len(x)]
	for i, v := range x {
		bits := math.Float32bits(v)
		if v < 0 {
			bits = 0
		}
		y[i] = math.Float32frombits(bits)
	}
}

// reluGradGeneric is the reference of ReLUGrad.
func reluGradGeneric(dx, dy, y []float32) {
	dx, dy = dx[:len(y)], dy[:len(y)]
	for i, v := range y {
		bits := math.Float32bits(dy[i])
		if !(v > 0) {
			bits = 0
		}
		dx[i] = math.Float32frombits(bits)
	}
}
