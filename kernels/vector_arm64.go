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

func rmsProp(theta, ms, grad []float32, lr, decay, epsilon float32) {
	for len(grad) > 0 {
		n := min(len(grad), pieceLen)
		rmsPropPiece(theta[:n], ms[:n], grad[:n], lr, decay, epsilon)
		theta, ms, grad = theta[n:], ms[n:], grad[n:]
	}
}

//go:noinline
func rmsPropPiece(theta, ms, grad []float32, lr, decay, epsilon float32) {
	if useNEON {
		rmsPropNEON(&theta[0], &ms[0], &grad[0], len(grad), lr, decay, 1-decay, epsilon)
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
	if useNEON {
		scaleAddNEON(&y[0], alpha, &x[0], len(x))
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
	if useNEON {
		scaleNEON(&y[0], alpha, len(y))
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
	if useNEON {
		return sumSquaresNEON(&x[0], len(x))
	}
	return sumSquaresGeneric(x)
}
