//go:build !purego

package kernels

// smallK is the longest sum for which walking along the rows of c beats walking
// down its columns: the rows of b that pass by meanwhile stay in the L1 cache.
const smallK = 32

// smallKGemm is blockedGemm for short sums, which take no longer than writing c: it writes
// c line after line, as the caches like it, each series of tiles being a few whole
// lines.
//
// Floor: that of the tiles, and 4 bytes of c stored for 2k operations. Reached on Zen 4,
// percent of the FMA peak (in bench/peers: go run . -isa avx2 -batches 8,16 -filter
// 'gradweights (fc|LSTM)', best of several runs on a shared machine): fc wide
// 59 from 8 rows and 73 from 16, LSTM wide 67 and 68: a tile of 8 steps takes about as long to
// begin and end. Fetching its part of c beforehand does not help: tried.
func smallKGemm(accumulate bool, m, n, k int, a []float32, ai, ap int, b []float32, ldb int, c []float32, ldc int) {
	width := nrOf(n)
	whole := n - n%width
	t := micro{ldc: 4 * ldc, bstep: 4 * ldb, bnext: 4 * width, cnext: 4 * width}
	t.steps(k, 4*ap)
	t.add(accumulate)
	t.columns(width, width)
	for i := 0; i < m; {
		height := mrOf(m-i, width)
		rows := min(height, m-i)
		t.rows = rows
		if useAVX512 && m-i >= mrTall {
			height, rows, t.rows = mrTall, mrTall, mrTall/2
			t.afar, t.cfar = 4*t.rows*ai, 4*t.rows*ldc
		}
		for q := range t.off {
			t.off[q] = 4 * ai * min(q, t.rows-1)
		}
		t.a = &a[i*ai]
		for j := 0; j < whole; {
			t.b, t.c = &b[j], &c[i*ldc+j]
			j += width * t.series((whole-j)/width)
			t.compute(height, width)
		}
		i += rows
	}
	if whole < n {
		blockedGemm(accumulate, m, n-whole, k, a, ai, ap, b[whole:], ldb, c[whole:], ldc)
	}
}

const (
	// transposedMost is the most rows of a for which transposedGemmNT is used: the widest
	// panel of AVX2. Of more rows, transposing b costs less than it saves.
	transposedMost = nrWide
	// transposedRows is the number of rows of b in one block, whole tiles of 6 or of 8:
	// their sums stay in the L1 cache until they are turned.
	transposedRows = 48
)

// transposedGemmNT is GemmNT for few rows, as the transposed product cᵀ = b·aᵀ: the tiles
// read b where it lies, along its rows, and only a and c, which are small, are
// transposed. Every sum is that of blockedGemmNT to the bit.
//
// Floor: that of the tiles (micro_amd64.go); the tile of 8 columns takes 46 loads for
// 48 multiply-adds. Reached on Zen 4, percent of the FMA peak
// (in bench/peers: go run . -isa avx2 -batches 8,16 -filter 'gradinput (fc|LSTM|heads)',
// best of several runs on a shared machine): 16 rows of fc wide 87 and LSTM
// wide 90, of sums of 28 52; 8 rows of fc wide 81, LSTM wide 82.
func transposedGemmNT(accumulate bool, m, n, k int, a []float32, lda int, b []float32, ldb int, c []float32, ldc int) {
	mem := getScratch()
	width := nrNarrow
	if m > nrNarrow {
		width = nrWide
	}
	panel, rest := mem.panels[:kc*width], mem.panels[kc*width:]
	sums, turned := rest[:transposedRows*width], rest[transposedRows*width:][:width*transposedRows]
	f := factor{data: b, rows: n, row: ldb, col: 1}
	t := micro{b: &panel[0], bstep: 4 * width, ldc: 4 * width}
	t.columns(width, width)
	kb := blocks(k, kc)
	for p := 0; p < k; p += kb {
		run := min(kb, k-p)
		packTransposed(panel, width, a[p:], lda, run, m)
		f.steps(&t, run)
		add := accumulate || p > 0
		for j := 0; j < n; j += transposedRows {
			rows := min(transposedRows, n-j)
			f.times(&t, width, j, p, rows, sums, width)
			if whole := !add && m == width && rows%8 == 0; whole {
				turn(c[j:], ldc, sums, width, rows)
				continue
			}
			turn(turned, transposedRows, sums, width, rows)
			for i := range m {
				to, from := c[i*ldc+j:][:rows], turned[i*transposedRows:][:rows]
				if add {
					ScaleAdd(to, 1, from)
				} else {
					copy(to, from)
				}
			}
		}
	}
	putScratch(mem)
}

// turn transposes rows of the given width, 8 or 16; of rows beyond the last whole 8 it
// writes what src has there.
//
//	dst[i*lddst+j] = src[j*width+i]     i<width, j<rows
func turn(dst []float32, lddst int, src []float32, width, rows int) {
	for j := 0; j < rows; j += 8 {
		transpose8AVX2(&dst[j], 4*lddst, &src[j*width], 4*width, width/8)
	}
}
