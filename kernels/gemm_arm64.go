//go:build !purego

package kernels

func gemm(accumulate bool, m, n, k int, a []float32, lda int, b []float32, ldb int, c []float32, ldc int) {
	if useVectors {
		blockedGemm(accumulate, m, n, k, a, lda, b, ldb, c, ldc)
		return
	}
	gemmGeneric(accumulate, m, n, k, a, lda, b, ldb, c, ldc)
}

func gemmTN(accumulate bool, m, n, k int, a []float32, lda int, b []float32, ldb int, c []float32, ldc int) {
	if useVectors {
		blockedGemmTN(accumulate, m, n, k, a, lda, b, ldb, c, ldc)
		return
	}
	gemmTNGeneric(accumulate, m, n, k, a, lda, b, ldb, c, ldc)
}

func gemmNT(accumulate bool, m, n, k int, a []float32, lda int, b []float32, ldb int, _, c []float32, ldc int) {
	switch {
	case !useVectors:
		gemmNTGeneric(accumulate, m, n, k, a, lda, b, ldb, c, ldc)
	case m < transposeFrom:
		dotsGemmNT(accumulate, m, n, k, a, lda, b, ldb, c, ldc)
	default:
		blockedGemmNT(accumulate, m, n, k, a, lda, b, ldb, c, ldc)
	}
}

// Chosen by counting instructions, not measured.
const (
	// microFrom is the number of rows of a from which a tile, whose rows cost the
	// same whether they exist or not, beats reading b once a row: 8 load pairs
	// and 16 multiply-adds for 64 columns of a row against 128 of 8 rows.
	microFrom = 4
	// packFrom is the number of rows of a from which b is copied into panels: 2
	// instructions beside the 64 multiply-adds of 4 tiles. It protects from rows
	// of b so far apart that they evict each other.
	packFrom = 32
	// transposeFrom is the number of rows of a from which b is transposed: 28
	// instructions for 8 by 4 elements, as much as dot products of two rows cost.
	transposeFrom = 6
)

// blocks splits size into the fewest equal blocks of at most limit.
func blocks(size, limit int) int {
	count := (size + limit - 1) / limit
	return (size + count - 1) / count
}

// blockedGemm is Gemm. Sums longer than a panel are cut into parts that are added
// up in c. The parts depend on k alone, and so do the bits of the result.
func blockedGemm(accumulate bool, m, n, k int, a []float32, lda int, b []float32, ldb int, c []float32, ldc int) {
	mem := getScratch()
	t := micro{runs: 1, outer: 1}
	t.setRows(m, lda, ldc)
	kb := blocks(k, kc)
	for p := 0; p < k; p += kb {
		t.run = min(kb, k-p)
		t.add(accumulate || p > 0)
		for i := 0; i < m; i += tableRows {
			rows := min(tableRows, m-i)
			t.overColumns(rows, n, a[i*lda+p:], lda, b[p*ldb:], ldb, c[i*ldc:], ldc, mem)
		}
	}
	putScratch(mem)
}

// overColumns computes all columns of at most tableRows rows.
func (t *micro) overColumns(rows, n int, a []float32, lda int, b []float32, ldb int, c []float32, ldc int,
	mem *scratch) {
	j := 0
	if rows < microFrom {
		t.bstep = 4 * ldb
		for ; n-j >= rowCols; j += rowCols {
			t.b = &b[j]
			for i := range rows {
				t.a, t.c = &a[i*lda], &c[i*ldc+j]
				t.computeRow()
			}
		}
	}
	for ; j < n; j += nr {
		cols := min(nr, n-j)
		t.b, t.bstep = &b[j], 4*ldb
		if cols < nr || rows >= packFrom && ldb != nr {
			pack(mem.panels[:], b[j:], ldb, t.run, cols)
			t.b, t.bstep = &mem.panels[0], 4*nr
		}
		t.cover(a, c[j:], rows, cols)
	}
}

// blockedGemmTN is GemmTN. All of a is packed as well, a block of its columns at a
// time: its elements, as those of b, lie in rows that may evict each other.
func blockedGemmTN(accumulate bool, m, n, k int, a []float32, lda int, b []float32, ldb int, c []float32, ldc int) {
	mem := getScratch()
	t := micro{runs: 1, outer: 1, kMajor: 1, astep: 4 * mr, b: &mem.panels[0], bstep: 4 * nr}
	kb := blocks(k, kc)
	for p := 0; p < k; p += kb {
		t.run = min(kb, k-p)
		t.add(accumulate || p > 0)
		t.setRows(m, t.run, ldc)
		for i := 0; i < m; i += tableRows {
			rows := min(tableRows, m-i)
			for q := 0; q < rows; q += mr {
				pack(mem.rows[q*t.run:], a[p*lda+i+q:], lda, t.run, min(mr, rows-q))
			}
			for j := 0; j < n; j += nr {
				cols := min(nr, n-j)
				pack(mem.panels[:], b[p*ldb+j:], ldb, t.run, cols)
				t.cover(mem.rows[:], c[i*ldc+j:], rows, cols)
			}
		}
	}
	putScratch(mem)
}

// blockedGemmNT is GemmNT with b transposed panel by panel.
func blockedGemmNT(accumulate bool, m, n, k int, a []float32, lda int, b []float32, ldb int, c []float32, ldc int) {
	mem := getScratch()
	t := micro{runs: 1, outer: 1, b: &mem.panels[0], bstep: 4 * nr}
	t.setRows(m, lda, ldc)
	kb := blocks(k, kc)
	for p := 0; p < k; p += kb {
		t.run = min(kb, k-p)
		t.add(accumulate || p > 0)
		for j := 0; j < n; j += nr {
			cols := min(nr, n-j)
			packTransposed(mem.panels[:], b[j*ldb+p:], ldb, t.run, cols)
			for i := 0; i < m; i += tableRows {
				t.cover(a[i*lda+p:], c[i*ldc+j:], min(tableRows, m-i), cols)
			}
		}
	}
	putScratch(mem)
}

// dots is a tile of dot products: both matrices are read along their rows, so
// nothing is packed. It serves products with few rows, where the transposed
// copy of b would cost more than it saves.
type dots struct {
	a   [3]*float32
	b   [4]*float32
	k   int
	sum [12]float32 // row after row
}

//go:noescape
func dots3x4(d *dots)

// compute is a real call so that the goroutine can be preempted.
//
//go:noinline
func (d *dots) compute() { dots3x4(d) }

// dotLen is the most products of a sum in one call.
const dotLen = 8192

// dotsGemmNT is GemmNT by dot products.
func dotsGemmNT(accumulate bool, m, n, k int, a []float32, lda int, b []float32, ldb int, c []float32, ldc int) {
	var d dots
	for p := 0; p < k; p += dotLen {
		d.k = min(dotLen, k-p)
		for j := 0; j < n; j += len(d.b) {
			cols := min(len(d.b), n-j)
			for q := range d.b {
				d.b[q] = &b[(j+min(q, cols-1))*ldb+p]
			}
			for i := 0; i < m; i += len(d.a) {
				rows := min(len(d.a), m-i)
				for q := range d.a {
					d.a[q] = &a[(i+min(q, rows-1))*lda+p]
				}
				d.compute()
				for q := range rows {
					row, sums := c[(i+q)*ldc+j:][:cols], d.sum[len(d.b)*q:][:cols]
					if !accumulate && p == 0 {
						copy(row, sums)
						continue
					}
					for s, v := range sums {
						row[s] += v
					}
				}
			}
		}
	}
}
