package kernels

// Gemm computes the matrix product c = a·b, or c += a·b if accumulate is true.
//
//	c[i*ldc+j] (+)= Σ_p a[i*lda+p] * b[p*ldb+j]     i<m, j<n, p<k
//
// Shape:     a (m,k) stride lda≥k; b (k,n) stride ldb≥n; c (m,n) stride ldc≥n; row-major
// Alias:     c must not overlap a or b; a and b may be the same slice. Different columns
// of one matrix do not overlap
// Align:     any; the result does not depend on addresses
// Accuracy:  |err| ≤ (k+2)·2⁻²⁴·Σ|a||b|, and one more rounding of c if it accumulates;
// the order of summation is fixed per implementation
// Rows:      row i of c depends on row i of a alone: the same bits whatever m is
// NaN/Inf:   propagate; zeros are not skipped
// Source:    blocking after Goto & van de Geijn, ACM TOMS 34(3), 2008 (GEBP)
//
// Gemm panics if a dimension is negative, a stride or a slice is too short, or
// c overlaps an input.
func Gemm(accumulate bool, m, n, k int, a []float32, lda int, b []float32, ldb int, c []float32, ldc int) {
	a, b, c = checkGemm(m, n, k, a, m, k, lda, b, k, n, ldb, c, ldc)
	if m == 0 || n == 0 {
		return
	}
	if k == 0 {
		gemmEmpty(accumulate, m, n, c, ldc)
		return
	}
	raceReadRows(a, m, k, lda)
	raceReadRows(b, k, n, ldb)
	raceWriteRows(c, m, n, ldc)
	gemm(accumulate, m, n, k, a, lda, b, ldb, c, ldc)
}

// GemmTN computes c = aᵀ·b, or c += aᵀ·b: the gradient of the weights of a
// linear layer from its inputs a and its output gradients b.
//
//	c[i*ldc+j] (+)= Σ_p a[p*lda+i] * b[p*ldb+j]     i<m, j<n, p<k
//
// Shape:     a (k,m) stride lda≥m; b (k,n) stride ldb≥n; c (m,n) stride ldc≥n; row-major
// Alias, Align, Accuracy, NaN/Inf and panics: as Gemm.
func GemmTN(accumulate bool, m, n, k int, a []float32, lda int, b []float32, ldb int, c []float32, ldc int) {
	a, b, c = checkGemm(m, n, k, a, k, m, lda, b, k, n, ldb, c, ldc)
	if m == 0 || n == 0 {
		return
	}
	if k == 0 {
		gemmEmpty(accumulate, m, n, c, ldc)
		return
	}
	raceReadRows(a, k, m, lda)
	raceReadRows(b, k, n, ldb)
	raceWriteRows(c, m, n, ldc)
	gemmTN(accumulate, m, n, k, a, lda, b, ldb, c, ldc)
}

// GemmNT computes c = a·bᵀ, or c += a·bᵀ: the gradient of the input of a
// linear layer from its output gradients a and its weights b.
//
//	c[i*ldc+j] (+)= Σ_p a[i*lda+p] * b[j*ldb+p]     i<m, j<n, p<k
//
// Shape:     a (m,k) stride lda≥k; b (n,k) stride ldb≥k; c (m,n) stride ldc≥n; row-major
// Alias, Align, Accuracy, NaN/Inf and panics: as Gemm.
func GemmNT(accumulate bool, m, n, k int, a []float32, lda int, b []float32, ldb int, c []float32, ldc int) {
	a, b, c = checkGemm(m, n, k, a, m, k, lda, b, n, k, ldb, c, ldc)
	if m == 0 || n == 0 {
		return
	}
	if k == 0 {
		gemmEmpty(accumulate, m, n, c, ldc)
		return
	}
	raceReadRows(a, m, k, lda)
	raceReadRows(b, n, k, ldb)
	raceWriteRows(c, m, n, ldc)
	gemmNT(accumulate, m, n, k, a, lda, b, ldb, nil, c, ldc)
}

// gemmEmpty is the product over k = 0: zero.
func gemmEmpty(accumulate bool, m, n int, c []float32, ldc int) {
	if accumulate {
		return
	}
	for i := range m {
		clear(c[i*ldc:][:n])
	}
}

// checkGemm panics unless the stored matrices a (ar,ac), b (br,bc) and c (m,n)
// fit their slices, and cuts the slices to what is used.
func checkGemm(m, n, k int, a []float32, ar, ac, lda int, b []float32, br, bc, ldb int, c []float32,
	ldc int) (_, _, _ []float32) {
	if m < 0 || n < 0 || k < 0 {
		panic(errNegative)
	}
	if lda < ac || ldb < bc || ldc < n {
		panic(errStride)
	}
	a, b, c = cutRows(a, ar, ac, lda, errShortA), cutRows(b, br, bc, ldb, errShortB), cutRows(c, m, n, ldc, errShortC)
	if overlapRows(a, ac, lda, c, n, ldc) || overlapRows(b, bc, ldb, c, n, ldc) {
		panic(errOverlap)
	}
	return a, b, c
}
