//go:build !purego

package kernels

// A rowTile is up to 64 neighbouring elements of a single row of the output, kept
// in registers over a whole chain of sums.
type rowTile struct {
	c, a, b      *float32
	astep, bstep int // bytes
	count        int // steps, 1 or more
	vectors      int // of 8 columns: 1, 2, 4 or 8
	mask         *[8]int32
	accumulate   int // 1: c +=, 0: c =
}

//go:noescape
func rowTimes(r *rowTile)

//go:noescape
func addEightRows(c, a, b *float32, bstep, vectors, fresh int)

// compute is a real call so that the goroutine can be preempted.
//
//go:noinline
func (r *rowTile) compute() { rowTimes(r) }

// alongFrom is the number of columns from which walking along the rows of b beats
// walking down columns of it.
const alongFrom = 256

// alongMost is the most columns that one walk takes: sums of so many stay in L1.
const alongMost = 2048

// rowGemm is Gemm for a single row, the elements of a being ap apart.
func rowGemm(accumulate bool, n, k int, a []float32, ap int, b []float32, ldb int, c []float32) {
	kb := blocks(k, panelRows)
	for p := 0; p < k; p += kb {
		run := min(kb, k-p)
		add := accumulate || p > 0
		j := 0
		for ap == 1 && run%8 == 0 && n-j >= alongFrom {
			cols := min(alongMost, n-j) &^ 7
			alongRows(add, cols, run, a[p:], b[p*ldb+j:], ldb, c[j:])
			j += cols
		}
		if j < n {
			downColumns(add, n-j, run, a[p*ap:], ap, b[p*ldb+j:], ldb, c[j:])
		}
	}
}

// downColumns computes tile after tile.
func downColumns(add bool, n, k int, a []float32, ap int, b []float32, ldb int, c []float32) {
	r := rowTile{a: &a[0], astep: 4 * ap, bstep: 4 * ldb, count: k}
	if add {
		r.accumulate = 1
	}
	for j := 0; j < n; {
		r.vectors = rowVectors(n - j)
		cols := min(8*r.vectors, n-j)
		r.mask = maskFor(cols - 8*(r.vectors-1))
		r.b, r.c = &b[j], &c[j]
		r.compute()
		j += cols
	}
}

// rowVectors is the number of vectors of the next tile for the columns left: the
// most of which only the last one is not whole.
func rowVectors(left int) int {
	switch vectors := (left + 7) / 8; {
	case vectors >= 8:
		return 8
	case vectors >= 4:
		return 4
	case vectors >= 2:
		return 2
	}
	return 1
}

// alongRows computes n columns over k rows of b, both multiples of 8. Sums that are
// added to c are made apart first, as the tiles do.
func alongRows(add bool, n, k int, a, b []float32, ldb int, c []float32) {
	if !add {
		alongInto(c, n, k, a, b, ldb)
		return
	}
	mem := getScratch()
	alongInto(mem.panels[:], n, k, a, b, ldb)
	ScaleAdd(c[:n], 1, mem.panels[:n])
	putScratch(mem)
}

// alongInto computes sum = a·b.
func alongInto(sum []float32, n, k int, a, b []float32, ldb int) {
	for p := 0; p < k; p += 8 {
		fresh := 0
		if p == 0 {
			fresh = 1
		}
		addEightRows(&sum[0], &a[p], &b[p*ldb], 4*ldb, n/8, fresh)
	}
}
