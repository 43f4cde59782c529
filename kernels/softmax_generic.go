package kernels

import "math"

// logSoftmax3Generic is the reference of LogSoftmax3.
func logSoftmax3Generic(groups int, logp, logits []float32) {
	for i := range groups {
		x, y := logits[3*i:][:3], logp[3*i:][:3]
		a, b, c := float64(x[0]), float64(x[1]), float64(x[2])
		m := max(a, b, c)
		a, b, c = a-m, b-m, c-m
		l := math.Log(math.Exp(a) + math.Exp(b) + math.Exp(c))
		y[0], y[1], y[2] = float32(a-l), float32(b-l), float32(c-l)
	}
}
