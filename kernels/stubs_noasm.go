//go:build (!amd64 && !arm64) || purego

package kernels

func available() []string { return []string{"base"} }

func enable(string) {}

const (
	useVectors = false
	lanes      = 1
)

func gemm(accumulate bool, m, n, k int, a []float32, lda int, b []float32, ldb int, c []float32, ldc int) {
	gemmGeneric(accumulate, m, n, k, a, lda, b, ldb, c, ldc)
}

func gemmTN(accumulate bool, m, n, k int, a []float32, lda int, b []float32, ldb int, c []float32, ldc int) {
	gemmTNGeneric(accumulate, m, n, k, a, lda, b, ldb, c, ldc)
}

func gemmNT(accumulate bool, m, n, k int, a []float32, lda int, b []float32, ldb int, _, c []float32, ldc int) {
	gemmNTGeneric(accumulate, m, n, k, a, lda, b, ldb, c, ldc)
}

// Weights are read where they lie.

func packNT(*Packed) {}

func packGradInput(*Packed) {}

// What the compiler wants to see beside useVectors; nothing calls it.

func convForwardBlocked(*Conv, int, []float32, []float32, []float32, []float32, bool)          {}
func convGradInputBlocked(*Conv, int, []float32, []float32, []float32, []float32)              {}
func convGradWeightsBlocked(*Conv, int, []float32, []float32, []float32)                       {}
func reluVectors(y, x []float32)                                                               {}
func reluGradVectors(dx, dy, y []float32)                                                      {}
func sumWidth(left int) int                                                                    { return left }
func sumRowsVectors([]float32, int, int, []float32)                                            {}
func normalizeVectors(*float32, *uint8, int, *float32, *float32, int)                          {}
func rmsPropVectors(theta, ms, grad []float32, lr, decay, epsilon float32)                     {}
func scaleAddVectors(y []float32, alpha float32, x []float32)                                  {}
func scaleVectors(y []float32, alpha float32)                                                  {}
func sumSquaresVectors(x []float32) float64                                                    { return 0 }
func logSoftmax3Vectors(logp, logits *float32, blocks int)                                     {}
func lstmForwardVectors(*float32, int, *float32, *float32, *float32, int)                      {}
func lstmBackwardVectors(*float32, int, *float32, *float32, *float32, *float32, *float32, int) {}
