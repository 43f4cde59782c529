//go:build !purego

package kernels

// The operations that pass once over their slices. The functions in Go are real calls so that the
// goroutine can be preempted between pieces.

// Why assembly: the compiler emits no vector instructions.

//go:noescape
func reluNEON(y, x *float32, n int)

//go:noescape
func reluGradNEON(dx, dy, y *float32, n int)

//go:noescape
func sumRows64NEON(x *float32, ldx, m int, sum *float32)

//go:noescape
func sumRows4NEON(x *float32, ldx, m int, sum *float32)

//go:noescape
func sumRows1NEON(x *float32, ldx, m int, sum *float32)

//go:noescape
func normalizeNEON(dst *float32, src *uint8, turns int, mean, inverse *float32, period int)

//go:noinline
func reluVectors(y, x []float32) { reluNEON(&y[0], &x[0], len(x)) }

//go:noinline
func reluGradVectors(dx, dy, y []float32) { reluGradNEON(&dx[0], &dy[0], &y[0], len(y)) }

// sumWidth returns how many of the columns left sumRowsVectors sums at once: 64,
// 4 or one.
func sumWidth(left int) int {
	switch {
	case left >= sumCols:
		return sumCols
	case left >= 4:
		return 4
	}
	return 1
}

// sumRowsVectors sums as many columns as sumWidth says.
//
//go:noinline
func sumRowsVectors(x []float32, ldx, m int, sum []float32) {
	switch len(sum) {
	case sumCols:
		sumRows64NEON(&x[0], 4*ldx, m, &sum[0])
	case 4:
		sumRows4NEON(&x[0], 4*ldx, m, &sum[0])
	default:
		sumRows1NEON(&x[0], 4*ldx, m, &sum[0])
	}
}

//go:noinline
func normalizeVectors(dst *float32, src *uint8, turns int, mean, inverse *float32, period int) {
	normalizeNEON(dst, src, turns, mean, inverse, period)
}

//go:noescape
func scaleAddNEON(y *float32, alpha float32, x *float32, n int)

//go:noescape
func scaleNEON(y *float32, alpha float32, n int)

//go:noescape
func sumSquaresNEON(x *float32, n int) float64

//go:noescape
func rmsPropNEON(theta, ms, grad *float32, n int, lr, decay, keep, epsilon float32)

//go:noinline
func rmsPropVectors(theta, ms, grad []float32, lr, decay, epsilon float32) {
	rmsPropNEON(&theta[0], &ms[0], &grad[0], len(grad), lr, decay, 1-decay, epsilon)
}

//go:noinline
func scaleAddVectors(y []float32, alpha float32, x []float32) {
	scaleAddNEON(&y[0], alpha, &x[0], len(x))
}

//go:noinline
func scaleVectors(y []float32, alpha float32) { scaleNEON(&y[0], alpha, len(y)) }

func sumSquaresVectors(x []float32) float64 { return sumSquaresNEON(&x[0], len(x)) }

// Why assembly: 4 cells or groups at a time, where the portable loops call the float64 functions of
// package math one by one.

//go:noescape
func lstmForwardVectors(gates *float32, stride int, cPrev, c, h *float32, n int)

//go:noescape
func lstmBackwardVectors(gates *float32, stride int, cPrev, c, dh, dc, dgates *float32, n int)

//go:noescape
func logSoftmax3Vectors(logp, logits *float32, blocks int)
