//go:build !purego

package kernels

// dots is a tile of dot products: both matrices are read along their rows, so
// nothing is packed. It serves products with few rows, where the transposed
// copy of b would cost more than it saves.
type dots struct {
	a          [3]*float32
	b          [4]*float32
	k          int
	kmask      *[8]int32 // for the last k mod 8
	c          *float32
	cmask      *[8]int32 // 4 words: which columns exist
	ldc        int       // bytes
	rows       int       // 1 to 3
	accumulate int       // 1: c += , 0: c =
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
	d := dots{ldc: 4 * ldc}
	for p := 0; p < k; p += dotLen {
		d.k = min(dotLen, k-p)
		d.kmask = maskFor(d.k % 8)
		d.accumulate = 0
		if accumulate || p > 0 {
			d.accumulate = 1
		}
		for j := 0; j < n; j += len(d.b) {
			cols := min(len(d.b), n-j)
			d.cmask = maskFor(cols)
			for q := range d.b {
				d.b[q] = &b[(j+min(q, cols-1))*ldb+p]
			}
			for i := 0; i < m; i += len(d.a) {
				d.rows = min(len(d.a), m-i)
				for q := range d.a {
					d.a[q] = &a[(i+min(q, d.rows-1))*lda+p]
				}
				d.c = &c[i*ldc+j]
				d.compute()
			}
		}
	}
}
