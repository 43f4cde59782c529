//go:build (!amd64 && !arm64) || purego

package kernels

func rmsProp(theta, ms, grad []float32, lr, decay, epsilon float32) {
	rmsPropGeneric(theta, ms, grad, lr, decay, epsilon)
}

func scaleAdd(y []float32, alpha float32, x []float32) { scaleAddGeneric(y, alpha, x) }

func scale(y []float32, alpha float32) { scaleGeneric(y, alpha) }

func sumSquares(x []float32) float64 { return sumSquaresGeneric(x) }
