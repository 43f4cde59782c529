//go:build !purego

package kernels

// The operations that pass once over their slices. The functions in Go are real calls so that the
// goroutine can be preempted between pieces.

// Why assembly: 8 elements an instruction. From the caches these run 3 to 20
// times faster than the portable loops, which matters because the products
// leave so little time beside them. Registers of 16 elements help Normalize alone, and that a
// little (12288 floats in 1.3 us instead of 1.4 on an Intel Xeon, 1.1 either way on Zen 4): it
// waits for its stores to the L2 cache.

//go:noescape
func reluAVX2(y, x *float32, n int, mask *[8]int32)

//go:noescape
func reluGradAVX2(dx, dy, y *float32, n int, mask *[8]int32)

//go:noescape
func sumRows64AVX2(x *float32, ldx, m int, sum *float32)

//go:noescape
func sumRows8AVX2(x *float32, ldx, m int, sum *float32, mask *[8]int32)

//go:noescape
func normalizeAVX2(dst *float32, src *uint8, turns int, mean, inverse *float32, period int)

//go:noescape
func normalizeAVX512(dst *float32, src *uint8, turns int, mean, inverse *float32, period int)

//go:noinline
func reluVectors(y, x []float32) { reluAVX2(&y[0], &x[0], len(x), maskFor(len(x)%8)) }

//go:noinline
func reluGradVectors(dx, dy, y []float32) {
	reluGradAVX2(&dx[0], &dy[0], &y[0], len(y), maskFor(len(y)%8))
}

// sumWidth returns how many of the columns left sumRowsVectors sums at once: 64,
// or 8 or less.
func sumWidth(left int) int {
	if left >= sumCols {
		return sumCols
	}
	return min(8, left)
}

// sumRowsVectors sums as many columns as sumWidth says.
//
//go:noinline
func sumRowsVectors(x []float32, ldx, m int, sum []float32) {
	if len(sum) == sumCols {
		sumRows64AVX2(&x[0], 4*ldx, m, &sum[0])
		return
	}
	sumRows8AVX2(&x[0], 4*ldx, m, &sum[0], maskFor(len(sum)))
}

//go:noinline
func normalizeVectors(dst *float32, src *uint8, turns int, mean, inverse *float32, period int) {
	if useAVX512 {
		normalizeAVX512(dst, src, turns, mean, inverse, period)
		return
	}
	normalizeAVX2(dst, src, turns, mean, inverse, period)
}

// Why assembly: 4 to 12 times faster than the portable loops from the L2 cache,
// where the parameters of a network stay.

//go:noescape
func scaleAddAVX2(y *float32, alpha float32, x *float32, n int, mask *[8]int32)

//go:noescape
func scaleAVX2(y *float32, alpha float32, n int, mask *[8]int32)

//go:noescape
func sumSquaresAVX2(x *float32, n int, mask *[8]int32) float64

//go:noescape
func rmsPropAVX2(theta, ms, grad *float32, n int, mask *[8]int32, lr, decay, keep, epsilon float32)

//go:noinline
func rmsPropVectors(theta, ms, grad []float32, lr, decay, epsilon float32) {
	rmsPropAVX2(&theta[0], &ms[0], &grad[0], len(grad), maskFor(len(grad)%8), lr, decay, 1-decay, epsilon)
}

//go:noinline
func scaleAddVectors(y []float32, alpha float32, x []float32) {
	scaleAddAVX2(&y[0], alpha, &x[0], len(x), maskFor(len(x)%8))
}

//go:noinline
func scaleVectors(y []float32, alpha float32) { scaleAVX2(&y[0], alpha, len(y), maskFor(len(y)%8)) }

func sumSquaresVectors(x []float32) float64 {
	return sumSquaresAVX2(&x[0], len(x), maskFor(len(x)%8))
}

// Why assembly: 8 to 16 times (LSTM) and 9 to 25 times (softmax) faster than the portable loops,
// which call the float64 functions of package math.

//go:noescape
func lstmForwardVectors(gates *float32, stride int, cPrev, c, h *float32, n int)

//go:noescape
func lstmBackwardVectors(gates *float32, stride int, cPrev, c, dh, dc, dgates *float32, n int)

//go:noescape
func logSoftmax3Vectors(logp, logits *float32, blocks int)
