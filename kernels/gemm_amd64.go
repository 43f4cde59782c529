//go:build !purego

package kernels

func gemm(accumulate bool, m, n, k int, a []float32, lda int, b []float32, ldb int, c []float32, ldc int) {
	if useAVX2 {
		tileGemm(accumulate, m, n, k, a, lda, 1, b, ldb, c, ldc)
		return
	}
	gemmGeneric(accumulate, m, n, k, a, lda, b, ldb, c, ldc)
}

func gemmTN(accumulate bool, m, n, k int, a []float32, lda int, b []float32, ldb int, c []float32, ldc int) {
	if useAVX2 {
		tileGemm(accumulate, m, n, k, a, 1, lda, b, ldb, c, ldc)
		return
	}
	gemmTNGeneric(accumulate, m, n, k, a, lda, b, ldb, c, ldc)
}

func gemmNT(accumulate bool, m, n, k int, a []float32, lda int, b []float32, ldb int, c []float32, ldc int) {
	switch {
	case !useAVX2:
		gemmNTGeneric(accumulate, m, n, k, a, lda, b, ldb, c, ldc)
	case m < transposeFrom:
		dotsGemmNT(accumulate, m, n, k, a, lda, b, ldb, c, ldc)
	default:
		tileGemmNT(accumulate, m, n, k, a, lda, b, ldb, c, ldc)
	}
}

// Measured on Zen 4 at the shapes of the networks; none is critical.
const (
	// packFrom is the number of rows of a from which copying b into panels
	// costs nothing that can be measured. It then protects from rows of b that
	// are not aligned, or so far apart that they evict each other.
	packFrom = 96
	// transposeFrom is the number of rows of a from which a transposed copy of b
	// beats dot products.
	transposeFrom = 6
	// blockRows is the number of rows of a that are used against one panel
	// after another: with panelRows columns 240 KiB, half of an L2 cache.
	blockRows = 192
)

// blocks splits size into the fewest equal blocks of at most limit.
func blocks(size, limit int) int {
	count := (size + limit - 1) / limit
	return (size + count - 1) / count
}

// tileGemm computes c[i*ldc+j] (+)= Σ_p a[i*ai+p*ap] * b[p*ldb+j]: Gemm with
// ai = lda and ap = 1, GemmTN with ai = 1 and ap = lda.
//
// Sums longer than a panel are cut into parts that are added up in c. The parts
// depend on k alone, and so do the bits of the result.
func tileGemm(accumulate bool, m, n, k int, a []float32, ai, ap int, b []float32, ldb int, c []float32, ldc int) {
	mem := getScratch()
	t := tile{astep: 4 * ap, runs: 1, outer: 1, ldc: 4 * ldc}
	kb, mb := blocks(k, panelRows), blocks(m, blockRows)
	for p := 0; p < k; p += kb {
		t.run = min(kb, k-p)
		t.add(accumulate || p > 0)
		for i := 0; i < m; i += mb {
			rows := min(mb, m-i)
			for j := 0; j < n; {
				width := t.columns(n-j, rows, b[p*ldb+j:], ldb, mem)
				t.overRows(width, rows, a[i*ai+p*ap:], ai, c[i*ldc+j:], ldc)
				j += width
			}
		}
	}
	putScratch(mem)
}

// columns chooses the next columns of b for the given rows of a, packs them
// where that is needed or pays, and returns the width of the tiles.
func (t *tile) columns(left, rows int, b []float32, ldb int, mem *scratch) int {
	t.b, t.bstep, t.mask = &b[0], 4*ldb, nil
	if rows == 1 && left >= rowCols {
		return rowCols
	}
	width := panelWidth(left)
	cols := min(width, left)
	t.mask = edge(width, cols)
	if cols < width || rows >= packFrom && ldb != width {
		pack(mem[:], width, b, ldb, t.run, cols)
		t.b, t.bstep = &mem[0], 4*width
	}
	return width
}

// overRows computes the tiles of rows rows, which are ai floats apart in a.
func (t *tile) overRows(width, rows int, a []float32, ai int, c []float32, ldc int) {
	for i := 0; i < rows; {
		height := rowsOf(rows-i, width)
		t.rows = min(height, rows-i)
		for q := range t.rows {
			t.off[q] = 4 * ai * q
		}
		for q := t.rows; q < height; q++ {
			t.off[q] = 0
		}
		t.a, t.c = &a[i*ai], &c[i*ldc]
		t.anext, t.cnext = 4*ai*height, 4*ldc*height
		i += height * t.series(wholeTiles(rows-i, height))
		t.compute(height)
	}
}

// tileGemmNT is GemmNT with b transposed panel by panel.
func tileGemmNT(accumulate bool, m, n, k int, a []float32, lda int, b []float32, ldb int, c []float32, ldc int) {
	mem := getScratch()
	t := tile{astep: 4, runs: 1, outer: 1, ldc: 4 * ldc, b: &mem[0]}
	kb := blocks(k, panelRows)
	for p := 0; p < k; p += kb {
		t.run = min(kb, k-p)
		t.add(accumulate || p > 0)
		for j := 0; j < n; {
			width := panelWidth(n - j)
			cols := min(width, n-j)
			t.bstep, t.mask = 4*width, edge(width, cols)
			packTransposed(mem[:], width, b[j*ldb+p:], ldb, t.run, cols)
			t.overRows(width, m, a[p:], lda, c[j:], ldc)
			j += width
		}
	}
	putScratch(mem)
}
