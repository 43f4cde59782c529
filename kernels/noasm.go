package kernels

// Without assembly every operation is its reference.

func gemm(accumulate bool, m, n, k int, a []float32, lda int, b []float32, ldb int, c []float32, ldc int) {
	gemmGeneric(accumulate, m, n, k, a, lda, b, ldb, c, ldc)
}

func gemmTN(accumulate bool, m, n, k int, a []float32, lda int, b []float32, ldb int, c []float32, ldc int) {
	gemmTNGeneric(accumulate, m, n, k, a, lda, b, ldb, c, ldc)
}

func gemmNT(accumulate bool, m, n, k int, a []float32, lda int, b []float32, ldb int, c []float32, ldc int) {
	gemmNTGeneric(accumulate, m, n, k, a, lda, b, ldb, c, ldc)
}

func convForward(g *Conv, n int, x, w, bias, y []float32, relu bool) {
	convForwardGeneric(g, n, x, w, bias, y, relu)
}

func convGradInput(g *Conv, n int, dy, w, dx []float32) { convGradInputGeneric(g, n, dy, w, dx) }

func convGradWeights(g *Conv, n int, x, dy, dw []float32) {
	convGradWeightsGeneric(g, n, x, dy, dw)
}

func normalize(dst []float32, src []uint8, mean, scale []float32) {
	normalizeGeneric(dst, src, mean, scale)
}

func addRows(m, n int, y, bias []float32, relu bool) { addRowsGeneric(m, n, y, bias, relu) }

func sumRows(m, n int, x, sum []float32) { sumRowsGeneric(m, n, x, sum) }

func relu(y, x []float32) { reluGeneric(y, x) }

func reluGrad(dx, dy, y []float32) { reluGradGeneric(dx, dy, y) }

func lstmForward(batch, n int, gates, cPrev, c, h []float32) {
	lstmForwardGeneric(batch, n, gates, cPrev, c, h)
}

func lstmBackward(batch, n int, gates, cPrev, c, dh, dc, dgates []float32) {
	lstmBackwardGeneric(batch, n, gates, cPrev, c, dh, dc, dgates)
}

func logSoftmax3(groups int, logp, logits []float32) { logSoftmax3Generic(groups, logp, logits) }

func rmsProp(theta, ms, grad []float32, lr, decay, epsilon float32) {
	rmsPropGeneric(theta, ms, grad, lr, decay, epsilon)
}

func scaleAdd(y []float32, alpha float32, x []float32) { scaleAddGeneric(y, alpha, x) }

func scale(y []float32, alpha float32) { scaleGeneric(y, alpha) }

func sumSquares(x []float32) float64 { return sumSquaresGeneric(x) }
