package main

import (
	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/gonum"

	"colonnade/kernels"
)

// gemm is one product of row-major matrices, c (m,n) = op(a)·op(b), over sums
// of k; an op is a transposition or nothing.
type gemm struct {
	transA, transB bool
	m, n, k        int
	a, b, c        []float32
	packed         *kernels.Packed // b, where the network packs it once for many products; else nil
}

// layerGemm returns the product of a pass of a linear layer with x (batch,in),
// w (in,out) and y (batch,out), into new memory.
func layerGemm(p pass, batch, out, in int, x, w, y []float32) gemm {
	switch p {
	case forward:
		return gemm{m: batch, n: out, k: in, a: x, b: w, c: make([]float32, batch*out)}
	case gradWeights:
		return gemm{transA: true, m: in, n: out, k: batch, a: x, b: y, c: make([]float32, in*out)}
	default:
		return gemm{transB: true, m: batch, n: in, k: out, a: y, b: w, c: make([]float32, batch*in)}
	}
}

// fresh returns the same product into memory of its own.
func (g gemm) fresh() gemm {
	g.c = make([]float32, len(g.c))
	return g
}

// strides are those of matrices without gaps.
func (g gemm) strides() (lda, ldb, ldc int) {
	lda, ldb, ldc = g.k, g.n, g.n
	if g.transA {
		lda = g.m
	}
	if g.transB {
		ldb = g.k
	}
	return lda, ldb, ldc
}

// ours computes the product with this project's kernels.
func (g gemm) ours(times int) {
	lda, ldb, ldc := g.strides()
	if g.packed != nil {
		for range times {
			kernels.GemmNTPacked(false, g.m, g.a, lda, g.packed, g.c, ldc)
		}
		return
	}
	compute := kernels.Gemm
	if g.transA {
		compute = kernels.GemmTN
	} else if g.transB {
		compute = kernels.GemmNT
	}
	for range times {
		compute(false, g.m, g.n, g.k, g.a, lda, g.b, ldb, g.c, ldc)
	}
}

// gonum computes it with the pure Go BLAS.
func (g gemm) gonum(times int) {
	trans := func(t bool) blas.Transpose {
		if t {
			return blas.Trans
		}
		return blas.NoTrans
	}
	lda, ldb, ldc := g.strides()
	var implementation gonum.Implementation
	for range times {
		implementation.Sgemm(trans(g.transA), trans(g.transB), g.m, g.n, g.k, 1, g.a, lda, g.b, ldb, 0, g.c, ldc)
	}
}

// patches gathers the patches of n images: a row of R·S·C floats for each
// output pixel (im2col).
func patches(g kernels.Conv, n int, x []float32) []float32 {
	rows := make([]float32, 0, n*g.OutH()*g.OutW()*g.R*g.S*g.C)
	eachRun(g, n, func(at int) { rows = append(rows, x[at:at+g.S*g.C]...) })
	return rows
}

// sumPatches adds rows of patches to the images they came from (col2im).
func sumPatches(g kernels.Conv, n int, rows []float32) []float32 {
	x := make([]float32, n*g.InLen())
	eachRun(g, n, func(at int) {
		for i, v := range rows[:g.S*g.C] {
			x[at+i] += v
		}
		rows = rows[g.S*g.C:]
	})
	return x
}

// eachRun calls visit with the place of each contiguous run of S·C floats of
// each patch, in order.
func eachRun(g kernels.Conv, n int, visit func(at int)) {
	for image := range n {
		for oh := range g.OutH() {
			for ow := range g.OutW() {
				for r := range g.R {
					visit(image*g.InLen() + ((oh*g.Stride+r)*g.W+ow*g.Stride)*g.C)
				}
			}
		}
	}
}
