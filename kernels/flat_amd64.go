//go:build !purego

package kernels

// flatMost is the longest sum for which walking along the rows of c beats walking
// down its columns: the rows of b that pass by meanwhile stay in the L1 cache.
const flatMost = 32

// flatGemm is tileGemm for short sums, which take no longer than writing c: it writes
// c line after line, as the caches like it, each series of tiles being a few whole
// lines.
//
// Floor: that of the tiles, and 4 bytes of c stored for 2k operations. Reached on Zen 4,
// percent of the FMA peak (in bench/peers: go run . -isa avx2 -batches 8,16 -filter
// 'gradweights (fc|LSTM)', best of several runs on a shared machine): fc wide
// 59 from 8 rows and 73 from 16, LSTM wide 67 and 68: a tile of 8 steps takes about as long to
// begin and end. Fetching its part of c beforehand does not help: tried.
func flatGemm(accumulate bool, m, n, k int, a []float32, ai, ap int, b []float32, ldb int, c []float32, ldc int) {
	width := panelWidth(n)
	whole := n - n%width
	t := tile{ldc: 4 * ldc, bstep: 4 * ldb, bnext: 4 * width, cnext: 4 * width}
	t.steps(k, 4*ap)
	t.add(accumulate)
	t.columns(width, width)
	for i := 0; i < m; {
		height := rowsOf(m-i, width)
		t.rows = min(height, m-i)
		for q := range height {
			t.off[q] = 4 * ai * min(q, t.rows-1)
		}
		t.a = &a[i*ai]
		for j := 0; j < whole; {
			t.b, t.c = &b[j], &c[i*ldc+j]
			j += width * t.series((whole-j)/width)
			t.compute(height, width)
		}
		i += height
	}
	if whole < n {
		tileGemm(accumulate, m, n-whole, k, a, ai, ap, b[whole:], ldb, c[whole:], ldc)
	}
}
