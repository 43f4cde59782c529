//go:build !purego

package kernels

// A microRow is up to 128 neighbouring elements of a single row of the output, kept
// in registers over a whole chain of sums.
type microRow struct {
	c, a, b      *float32
	astep, bstep int // bytes
	count        int // steps, 1 or more
	vectors      int // of 8 columns: 1, 2, 4 or 8, or rowVectors512 whole ones
	mask         *[8]int32
	accumulate   int // 1: c +=, 0: c =
}

//go:noescape
func rowTimes(r *microRow)

//go:noescape
func rowTimes512(r *microRow)

//go:noescape
func addEightRows(c, a, b *float32, bstep, vectors, fresh int)

//go:noescape
func addEightRows512(c, a, b *float32, bstep, vectors, fresh int)

// compute is a real call so that the goroutine can be preempted.
//
//go:noinline
func (r *microRow) compute() {
	if r.vectors == rowVectors512 {
		rowTimes512(r)
	} else {
		rowTimes(r)
	}
}

// rowVectors512 is the number of vectors of 8 columns that rowTimes512 takes.
const rowVectors512 = 16

// axpyFrom is the number of columns from which walking along the rows of b beats
// walking down columns of it.
const axpyFrom = 256

// axpyMost is the most columns that one walk takes: sums of so many stay in L1.
const axpyMost = 2048

// rowGemm is Gemm for a single row, the elements of a being ap apart.
func rowGemm(accumulate bool, n, k int, a []float32, ap int, b []float32, ldb int, c []float32) {
	kb := blocks(k, kc)
	for p := 0; p < k; p += kb {
		run := min(kb, k-p)
		add := accumulate || p > 0
		j := 0
		for ap == 1 && run%8 == 0 && n-j >= axpyFrom {
			cols := min(axpyMost, n-j) &^ 7
			axpyRows(add, cols, run, a[p:], b[p*ldb+j:], ldb, c[j:])
			j += cols
		}
		if j < n {
			downColumns(add, n-j, run, a[p*ap:], ap, b[p*ldb+j:], ldb, c[j:])
		}
	}
}

// downColumns computes tile after tile.
func downColumns(add bool, n, k int, a []float32, ap int, b []float32, ldb int, c []float32) {
	r := microRow{a: &a[0], astep: 4 * ap, bstep: 4 * ldb, count: k}
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
	case left >= 8*rowVectors512 && useAVX512:
		return rowVectors512
	case vectors >= 8:
		return 8
	case vectors >= 4:
		return 4
	case vectors >= 2:
		return 2
	}
	return 1
}

// axpyRows computes n columns over k rows of b, both multiples of 8. Sums that are
// added to c are made apart first, as the tiles do.
func axpyRows(add bool, n, k int, a, b []float32, ldb int, c []float32) {
	if !add {
		axpyInto(c, n, k, a, b, ldb)
		return
	}
	mem := getScratch()
	axpyInto(mem.panels[:], n, k, a, b, ldb)
	ScaleAdd(c[:n], 1, mem.panels[:n])
	putScratch(mem)
}

// axpyInto computes sum = a·b.
func axpyInto(sum []float32, n, k int, a, b []float32, ldb int) {
	for p := 0; p < k; p += 8 {
		fresh := 0
		if p == 0 {
			fresh = 1
		}
		if useAVX512 && n%16 == 0 {
			addEightRows512(&sum[0], &a[p], &b[p*ldb], 4*ldb, n/16, fresh)
		} else {
			addEightRows(&sum[0], &a[p], &b[p*ldb], 4*ldb, n/8, fresh)
		}
	}
}

// dots is a tile of dot products of one row of a with 8 rows of b: both are read
// along their rows, so nothing is packed.
type dots struct {
	a          *float32
	b          [dotCols]*float32
	k          int       // 1 or more
	kmask      *[8]int32 // for the last k mod 8
	c          *float32
	cols       int       // that exist
	cmask      *[8]int32 // the same as a mask
	accumulate int       // 1: c += , 0: c =

	times int // tiles to compute, whole ones if several; the assembly counts down
	next  int // bytes from one to the next in b
}

//go:noescape
func dots1x8(d *dots)

const (
	dotCols = 8
	// dotLen is the most products of a sum in one call, dotSeries that of all sums
	// of a row of tiles.
	dotLen, dotSeries = 8192, 32768
)

// dotsGemmNT is GemmNT for one row.
func dotsGemmNT(accumulate bool, n, k int, a, b []float32, ldb int, c []float32) {
	d := dots{next: 4 * dotCols * ldb}
	for p := 0; p < k; p += dotLen {
		d.k = min(dotLen, k-p)
		d.kmask = maskFor(d.k % 8)
		d.accumulate = 0
		if accumulate || p > 0 {
			d.accumulate = 1
		}
		d.a = &a[p]
		for j := 0; j < n; {
			d.cols = min(dotCols, n-j)
			d.cmask = maskFor(d.cols)
			d.times = max(1, min((n-j)/dotCols, dotSeries/d.k))
			for q := range d.b {
				d.b[q] = &b[(j+min(q, d.cols-1))*ldb+p]
			}
			d.c = &c[j]
			j += d.times * dotCols
			d.compute()
		}
	}
}

// compute is a real call so that the goroutine can be preempted.
//
//go:noinline
func (d *dots) compute() { dots1x8(d) }

// outer is an outer product: the gradient of the weights for a single row.
type outer struct {
	c, a, b    *float32
	ldc, astep int    // bytes
	rows       int    // 1 or more
	vectors    int    // whole ones of 8 columns
	last       int    // byte offset of a vector that ends with the row, -1: the whole ones suffice
	at         [4]int // byte offsets of the vectors of a narrow line
	narrow     bool   // 32 columns or less
	cmask      int    // of outer512: a bit for each column
	accumulate int    // 1: c +=, 0: c =
}

//go:noescape
func outer512(o *outer)

//go:noescape
func outerRows(o *outer)

//go:noescape
func outerNarrow(o *outer)

// compute is a real call so that the goroutine can be preempted.
//
//go:noinline
func (o *outer) compute() {
	switch {
	case o.cmask != 0:
		outer512(o)
	case o.narrow:
		outerNarrow(o)
	default:
		outerRows(o)
	}
}

// outerLen is about how many products one call makes.
const outerLen = 1 << 16

// outerGemm computes c[i*ldc+j] (+)= a[i*ai] * b[j] for n ≥ 8.
func outerGemm(accumulate bool, m, n int, a []float32, ai int, b, c []float32, ldc int) {
	o := outer{ldc: 4 * ldc, astep: 4 * ai}
	if accumulate {
		o.accumulate = 1
	}
	if useAVX512 && n <= 64 {
		o.cmask = int(^uint64(0) >> (64 - n))
	}
	o.narrow = n <= 8*len(o.at)
	for q := range o.at {
		o.at[q] = 4 * min(8*q, n-8)
	}
	nb := blocks(n, outerLen)
	for j := 0; j < n; j += nb {
		cols := min(nb, n-j)
		o.b, o.vectors, o.last = &b[j], cols/8, -1
		if cols%8 != 0 {
			o.last = 4 * (cols - 8)
		}
		mb := max(1, outerLen/cols)
		for i := 0; i < m; i += mb {
			o.rows = min(mb, m-i)
			o.a, o.c = &a[i*ai], &c[i*ldc+j]
			o.compute()
		}
	}
}
