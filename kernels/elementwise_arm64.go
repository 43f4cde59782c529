//go:build !purego

package kernels

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
