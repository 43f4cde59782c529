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

func rmsProp(theta, ms, grad []float32, lr, decay, epsilon float32) {
	for len(grad) > 0 {
		n := min(len(grad), pieceLen)
		rmsPropPiece(theta[:n], ms[:n], grad[:n], lr, decay, epsilon)
		theta, ms, grad = theta[n:], ms[n:], grad[n:]
	}
}

//go:noinline
func rmsPropPiece(theta, ms, grad []float32, lr, decay, epsilon float32) {
	if useAVX2 {
		rmsPropAVX2(&theta[0], &ms[0], &grad[0], len(grad), maskFor(len(grad)%8), lr, decay, 1-decay, epsilon)
		return
	}
	rmsPropGeneric(theta, ms, grad, lr, decay, epsilon)
}

func scaleAdd(y []float32, alpha float32, x []float32) {
	for len(x) > 0 {
		n := min(len(x), pieceLen)
		scaleAddPiece(y[:n], alpha, x[:n])
		y, x = y[n:], x[n:]
	}
}

//go:noinline
func scaleAddPiece(y []float32, alpha float32, x []float32) {
	if useAVX2 {
		scaleAddAVX2(&y[0], alpha, &x[0], len(x), maskFor(len(x)%8))
		return
	}
	scaleAddGeneric(y, alpha, x)
}

func scale(y []float32, alpha float32) {
	for len(y) > 0 {
		n := min(len(y), pieceLen)
		scalePiece(y[:n], alpha)
		y = y[n:]
	}
}

//go:noinline
func scalePiece(y []float32, alpha float32) {
	if useAVX2 {
		scaleAVX2(&y[0], alpha, len(y), maskFor(len(y)%8))
		return
	}
	scaleGeneric(y, alpha)
}

func sumSquares(x []float32) float64 {
	var s float64
	for len(x) > 0 {
		n := min(len(x), pieceLen)
		s += sumSquaresPiece(x[:n])
		x = x[n:]
	}
	return s
}

//go:noinline
func sumSquaresPiece(x []float32) float64 {
	if useAVX2 {
		return sumSquaresAVX2(&x[0], len(x), maskFor(len(x)%8))
	}
	return sumSquaresGeneric(x)
}
