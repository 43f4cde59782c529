//go:build !purego

package kernels

func gemm(accumulate bool, m, n, k int, a []float32, lda int, b []float32, ldb int, c []float32, ldc int) {
	if useAVX2 {
		gemmAVX2(accumulate, m, n, k, a, lda, b, ldb, c, ldc)
		return
	}
	gemmGeneric(accumulate, m, n, k, a, lda, b, ldb, c, ldc)
}

func gemmTN(accumulate bool, m, n, k int, a []float32, lda int, b []float32, ldb int, c []float32, ldc int) {
	if useAVX2 {
		gemmTNAVX2(accumulate, m, n, k, a, lda, b, ldb, c, ldc)
		return
	}
	gemmTNGeneric(accumulate, m, n, k, a, lda, b, ldb, c, ldc)
}

func gemmNT(accumulate bool, m, n, k int, a []float32, lda int, b []float32, ldb int, c []float32, ldc int) {
	if useAVX2 {
		gemmNTAVX2(accumulate, m, n, k, a, lda, b, ldb, c, ldc)
		return
	}
	gemmNTGeneric(accumulate, m, n, k, a, lda, b, ldb, c, ldc)
}

const (
	// packFrom is the number of rows of a from which copying b into panels
	// pays.
	packFrom = 32
	// blockRows is the number of rows of a that are used against one panel
	// after another: with panelRows columns 240 KiB, half of an L2 cache.
	blockRows = 192
)

// blocks splits size into the fewest equal blocks of at most limit.
func blocks(size, limit int) int {
	count := (size + limit - 1) / limit
	return (size + count - 1) / count
}

func gemmAVX2(accumulate bool, m, n, k int, a []float32, lda int, b []float32, ldb int, c []float32, ldc int) {
	mem := getScratch()
	defer putScratch(mem)
	buf := mem[:]
	t := tile{astep: 4, runs: 1, outer: 1, ldc: 4 * ldc}
	kb := blocks(k, panelRows)
	for p := 0; p < k; p += kb {
		kp := min(kb, k-p)
		t.run = kp
		t.accumulate = 0
		if accumulate || p > 0 {
			t.accumulate = 1
		}
		for i := 0; i < m; i += blockRows {
			mi := min(blockRows, m-i)
			for j := 0; j < n; {
				width := t.columns(n-j, mi, b[p*ldb+j:], ldb, kp, buf)
				for r := 0; r < mi; {
					height := rowsOf(mi-r, width)
					t.rows = min(height, mi-r)
					for q := range height {
						t.off[q] = 4 * lda * min(q, t.rows-1)
					}
					t.a, t.c = &a[(i+r)*lda+p], &c[(i+r)*ldc+j]
					t.compute(height)
					r += height
				}
				j += width
			}
		}
	}
}

// columns chooses the next columns of b for rows rows of a, packs them where
// that is needed or pays, and returns the width of the tiles.
func (t *tile) columns(left, rows int, b []float32, ldb, k int, buf []float32) int {
	width := panelWidth(left)
	cols := min(width, left)
	t.b, t.bstep, t.mask = &b[0], 4*ldb, nil
	if cols < width {
		t.mask = maskFor(cols)
	}
	if cols < width || rows >= packFrom && ldb != width {
		pack(buf, width, b, ldb, k, cols)
		t.b, t.bstep = &buf[0], 4*width
	}
	return width
}

func gemmTNAVX2(accumulate bool, m, n, k int, a []float32, lda int, b []float32, ldb int, c []float32, ldc int) {
	mem := getScratch()
	defer putScratch(mem)
	buf := mem[:]
	t := tile{astep: 4 * lda, runs: 1, outer: 1, ldc: 4 * ldc}
	kb := blocks(k, panelRows)
	for p := 0; p < k; p += kb {
		kp := min(kb, k-p)
		t.run = kp
		t.accumulate = 0
		if accumulate || p > 0 {
			t.accumulate = 1
		}
		for i := 0; i < m; i += blockRows {
			mi := min(blockRows, m-i)
			for j := 0; j < n; {
				width := t.columns(n-j, mi, b[p*ldb+j:], ldb, kp, buf)
				for r := 0; r < mi; {
					height := rowsOf(mi-r, width)
					t.rows = min(height, mi-r)
					for q := range height {
						t.off[q] = 4 * min(q, t.rows-1)
					}
					t.a, t.c = &a[p*lda+i+r], &c[(i+r)*ldc+j]
					t.compute(height)
					r += height
				}
				j += width
			}
		}
	}
}

func gemmNTAVX2(accumulate bool, m, n, k int, a []float32, lda int, b []float32, ldb int, c []float32, ldc int) {
	mem := getScratch()
	defer putScratch(mem)
	buf := mem[:]
	t := tile{astep: 4, runs: 1, outer: 1, ldc: 4 * ldc}
	kb := blocks(k, panelRows)
	for p := 0; p < k; p += kb {
		kp := min(kb, k-p)
		t.run = kp
		t.accumulate = 0
		if accumulate || p > 0 {
			t.accumulate = 1
		}
		for j := 0; j < n; {
			width := panelWidth(n - j)
			cols := min(width, n-j)
			packTransposed(buf, width, b[j*ldb+p:], ldb, kp, cols)
			t.b, t.bstep, t.mask = &buf[0], 4*width, nil
			if cols < width {
				t.mask = maskFor(cols)
			}
			for r := 0; r < m; {
				height := rowsOf(m-r, width)
				t.rows = min(height, m-r)
				for q := range height {
					t.off[q] = 4 * lda * min(q, t.rows-1)
				}
				t.a, t.c = &a[r*lda+p], &c[r*ldc+j]
				t.compute(height)
				r += height
			}
			j += width
		}
	}
}

// packTransposed copies rows of b into the columns of a panel of the given
// width, zero beyond cols.
//
//	dst[p*width+j] = b[j*ldb+p]     p<rows, j<cols
func packTransposed(dst []float32, width int, b []float32, ldb, rows, cols int) {
	for j := range width {
		if j >= cols {
			for p := range rows {
				dst[p*width+j] = 0
			}
			continue
		}
		for p, v := range b[j*ldb:][:rows] {
			dst[p*width+j] = v
		}
	}
}
