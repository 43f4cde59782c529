//go:build (!amd64 && !arm64) || purego

package kernels

func gemm(accumulate bool, m, n, k int, a []float32, lda int, b []float32, ldb int, c []float32, ldc int) {
	gemmGeneric(accumulate, m, n, k, a, lda, b, ldb, c, ldc)
}

func gemmTN(accumulate bool, m, n, k int, a []float32, lda int, b []float32, ldb int, c []float32, ldc int) {
	gemmTNGeneric(accumulate, m, n, k, a, lda, b, ldb, c, ldc)
}

func gemmNT(accumulate bool, m, n, k int, a []float32, lda int, b []float32, ldb int, c []float32, ldc int) {
	gemmNTGeneric(accumulate, m, n, k, a, lda, b, ldb, c, ldc)
}
