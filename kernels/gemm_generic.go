package kernels

// gemmGeneric is the reference of Gemm: four rows of b at a time, so that each
// element of c is loaded and stored once per four products.
func gemmGeneric(accumulate bool, m, n, k int, a []float32, lda int, b []float32, ldb int, c []float32, ldc int) {
	for i := range m {
		row := c[i*ldc:][:n]
		if !accumulate {
			clear(row)
		}
		addRowTimes(row, a[i*lda:][:k], b, ldb)
	}
}

// addRowTimes computes y[j] += Σ_p x[p]*b[p*ldb+j] for one row y.
func addRowTimes(y, x, b []float32, ldb int) {
	n, p := len(y), 0
	for ; p+4 <= len(x); p += 4 {
		x0, x1, x2, x3 := x[p], x[p+1], x[p+2], x[p+3]
		b0, b1 := b[p*ldb:][:n], b[(p+1)*ldb:][:n]
		b2, b3 := b[(p+2)*ldb:][:n], b[(p+3)*ldb:][:n]
		for j := range y {
			y[j] += (x0*b0[j] + x1*b1[j]) + (x2*b2[j] + x3*b3[j])
		}
	}
	for ; p < len(x); p++ {
		xp, bp := x[p], b[p*ldb:][:n]
		for j := range y {
			y[j] += xp * bp[j]
		}
	}
}

// gemmTNGeneric is the reference of GemmTN: sums of four outer products.
func gemmTNGeneric(accumulate bool, m, n, k int, a []float32, lda int, b []float32, ldb int, c []float32, ldc int) {
	if !accumulate {
		for i := range m {
			clear(c[i*ldc:][:n])
		}
	}
	p := 0
	for ; p+4 <= k; p += 4 {
		addOuter4(m, n, a[p*lda:], lda, b[p*ldb:], ldb, c, ldc)
	}
	for ; p < k; p++ {
		ap, bp := a[p*lda:][:m], b[p*ldb:][:n]
		for i, x := range ap {
			ci := c[i*ldc:][:n]
			for j := range ci {
				ci[j] += x * bp[j]
			}
		}
	}
}

// addOuter4 computes c[i*ldc+j] += Σ_{p<4} a[p*lda+i]*b[p*ldb+j].
func addOuter4(m, n int, a []float32, lda int, b []float32, ldb int, c []float32, ldc int) {
	a0, a1, a2, a3 := a[:m], a[lda:][:m], a[2*lda:][:m], a[3*lda:][:m]
	b0, b1, b2, b3 := b[:n], b[ldb:][:n], b[2*ldb:][:n], b[3*ldb:][:n]
	for i := range m {
		x0, x1, x2, x3 := a0[i], a1[i], a2[i], a3[i]
		ci := c[i*ldc:][:n]
		for j := range ci {
			ci[j] += (x0*b0[j] + x1*b1[j]) + (x2*b2[j] + x3*b3[j])
		}
	}
}

// gemmNTGeneric is the reference of GemmNT: rows of dot products.
func gemmNTGeneric(accumulate bool, m, n, k int, a []float32, lda int, b []float32, ldb int, c []float32, ldc int) {
	for i := range m {
		ci := c[i*ldc:][:n]
		if !accumulate {
			clear(ci)
		}
		addDots(ci, a[i*lda:][:k], b, ldb)
	}
}

// addDots computes y[j] += Σ_p x[p]*b[j*ldb+p]: four dot products at a time.
func addDots(y, x, b []float32, ldb int) {
	k, j := len(x), 0
	for ; j+4 <= len(y); j += 4 {
		b0, b1 := b[j*ldb:][:k], b[(j+1)*ldb:][:k]
		b2, b3 := b[(j+2)*ldb:][:k], b[(j+3)*ldb:][:k]
		var s0, s1, s2, s3 float32
		for p, xp := range x {
			s0 += xp * b0[p]
			s1 += xp * b1[p]
			s2 += xp * b2[p]
			s3 += xp * b3[p]
		}
		y[j] += s0
		y[j+1] += s1
		y[j+2] += s2
		y[j+3] += s3
	}
	for ; j < len(y); j++ {
		bj := b[j*ldb:][:k]
		var s float32
		for p, xp := range x {
			s += xp * bj[p]
		}
		y[j] += s
	}
}
