//go:build !purego

package kernels

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
