//go:build !purego

package kernels

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
