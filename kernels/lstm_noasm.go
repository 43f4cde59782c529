//go:build (!amd64 && !arm64) || purego

package kernels

func lstmForward(batch, n int, gates, cPrev, c, h []float32) {
	lstmForwardGeneric(batch, n, gates, cPrev, c, h)
}

func lstmBackward(batch, n int, gates, cPrev, c, dh, dc, dgates []float32) {
	lstmBackwardGeneric(batch, n, gates, cPrev, c, dh, dc, dgates)
}
