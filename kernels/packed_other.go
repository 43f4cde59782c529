//go:build !amd64 || purego

package kernels

// Packed weights are read where they lie: nothing was measured that panels would save here.

func packNT(*Packed) {}

func gemmNTPacked(accumulate bool, m int, a []float32, lda int, p *Packed, c []float32, ldc int) {
	gemmNT(accumulate, m, p.n, p.k, a, lda, p.weights, p.ld, c, ldc)
}

func packGradInput(*Packed) {}

func gradInputPacked(n int, dy []float32, p *Packed, dx []float32) {
	convGradInput(&p.conv, n, dy, p.weights, dx)
}
