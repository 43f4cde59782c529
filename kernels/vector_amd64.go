//go:build !purego

package kernels

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
