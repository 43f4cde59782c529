//go:build !purego

package kernels

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
