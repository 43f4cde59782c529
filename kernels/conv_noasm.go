//go:build (!amd64 && !arm64) || purego

package kernels

func convForward(g *Conv, n int, x, w, bias, y []float32, relu bool) {
	convForwardGeneric(g, n, x, w, bias, y, relu)
}

func convGradInput(g *Conv, n int, dy, w, dx []float32) { convGradInputGeneric(g, n, dy, w, dx) }

func convGradWeights(g *Conv, n int, x, dy, dw []float32) {
	convGradWeightsGeneric(g, n, x, dy, dw)
}
