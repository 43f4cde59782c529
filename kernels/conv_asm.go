//go:build (amd64 || arm64) && !purego

package kernels

func convForward(g *Conv, n int, x, w, bias, y []float32, relu bool) {
	if useVectors {
		convForwardTiles(g, n, x, w, bias, y, relu)
		return
	}
	convForwardGeneric(g, n, x, w, bias, y, relu)
}

func convGradInput(g *Conv, n int, dy, w, dx []float32) {
	if useVectors {
		convGradInputTiles(g, n, dy, w, dx)
		return
	}
	convGradInputGeneric(g, n, dy, w, dx)
}

func convGradWeights(g *Conv, n int, x, dy, dw []float32) {
	if useVectors {
		convGradWeightsTiles(g, n, x, dy, dw)
		return
	}
	convGradWeightsGeneric(g, n, x, dy, dw)
}
