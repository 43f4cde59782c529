//go:build (amd64 || arm64) && !purego

package kernels

func rmsProp(theta, ms, grad []float32, lr, decay, epsilon float32) {
	for len(grad) > 0 {
		n := min(len(grad), pieceLen)
		rmsPropPiece(theta[:n], ms[:n], grad[:n], lr, decay, epsilon)
		theta, ms, grad = theta[n:], ms[n:], grad[n:]
	}
}

//go:noinline
func rmsPropPiece(theta, ms, grad []float32, lr, decay, epsilon float32) {
	if useVectors {
		rmsPropVectors(theta, ms, grad, lr, decay, epsilon)
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
	if useVectors {
		scaleAddVectors(y, alpha, x)
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
	if useVectors {
		scaleVectors(y, alpha)
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
	if useVectors {
		return sumSquaresVectors(x)
	}
	return sumSquaresGeneric(x)
}
