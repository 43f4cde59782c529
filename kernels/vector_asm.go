//go:build (amd64 || arm64) && !purego

package kernels

func rmsProp(theta, ms, grad []float32, lr, decay, epsilon float32) {
	if !useVectors {
		rmsPropGeneric(theta, ms, grad, lr, decay, epsilon)
		return
	}
	for len(grad) > 0 {
		n := min(len(grad), pieceLen)
		rmsPropVectors(theta[:n], ms[:n], grad[:n], lr, decay, epsilon)
		theta, ms, grad = theta[n:], ms[n:], grad[n:]
	}
}

func scaleAdd(y []float32, alpha float32, x []float32) {
	if !useVectors {
		scaleAddGeneric(y, alpha, x)
		return
	}
	for len(x) > 0 {
		n := min(len(x), pieceLen)
		scaleAddVectors(y[:n], alpha, x[:n])
		y, x = y[n:], x[n:]
	}
}

func scale(y []float32, alpha float32) {
	if !useVectors {
		scaleGeneric(y, alpha)
		return
	}
	for len(y) > 0 {
		n := min(len(y), pieceLen)
		scaleVectors(y[:n], alpha)
		y = y[n:]
	}
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
