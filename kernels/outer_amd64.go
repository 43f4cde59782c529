//go:build !purego

package kernels

// outer is an outer product: the gradient of the weights for a single row.
type outer struct {
	c, a, b    *float32
	ldc, astep int    // bytes
	rows       int    // 1 or more
	vectors    int    // whole ones of 8 columns
	last       int    // byte offset of a vector that ends with the row, -1: the whole ones suffice
	at         [4]int // byte offsets of the vectors of a narrow line
	narrow     bool   // 32 columns or less
	accumulate int    // 1: c +=, 0: c =
}

//go:noescape
func outerRows(o *outer)

//go:noescape
func outerNarrow(o *outer)

// compute is a real call so that the goroutine can be preempted.
//
//go:noinline
func (o *outer) compute() {
	if o.narrow {
		outerNarrow(o)
	} else {
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
