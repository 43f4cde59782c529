//go:build !purego

package kernels

func gemm(accumulate bool, m, n, k int, a []float32, lda int, b []float32, ldb int, c []float32, ldc int) {
	switch {
	case !useVectors:
		gemmGeneric(accumulate, m, n, k, a, lda, b, ldb, c, ldc)
	case m == 1:
		rowGemm(accumulate, n, k, a, 1, b, ldb, c)
	default:
		blockedGemm(accumulate, m, n, k, a, lda, 1, b, ldb, c, ldc)
	}
}

func gemmTN(accumulate bool, m, n, k int, a []float32, lda int, b []float32, ldb int, c []float32, ldc int) {
	switch {
	case !useVectors:
		gemmTNGeneric(accumulate, m, n, k, a, lda, b, ldb, c, ldc)
	case m == 1:
		rowGemm(accumulate, n, k, a, lda, b, ldb, c)
	case k == 1 && n >= 8:
		outerGemm(accumulate, m, n, a, 1, b, c, ldc)
	case k <= smallK && n >= 2*nrFull:
		smallKGemm(accumulate, m, n, k, a, 1, lda, b, ldb, c, ldc)
	default:
		blockedGemm(accumulate, m, n, k, a, 1, lda, b, ldb, c, ldc)
	}
}

// gemmNT takes panels of b as packNT leaves them, or none.
func gemmNT(accumulate bool, m, n, k int, a []float32, lda int, b []float32, ldb int, panels, c []float32, ldc int) {
	switch {
	case !useVectors:
		gemmNTGeneric(accumulate, m, n, k, a, lda, b, ldb, c, ldc)
	case m == 1:
		dotsGemmNT(accumulate, n, k, a, b, ldb, c)
	case m <= transposedMost && (len(panels) == 0 || !useAVX512):
		transposedGemmNT(accumulate, m, n, k, a, lda, b, ldb, c, ldc)
	default:
		blockedGemmNT(accumulate, m, n, k, a, lda, b, ldb, panels, c, ldc)
	}
}

// Measured on Zen 4 at the shapes of the networks; none is critical.
const (
	// packFrom is the number of rows of a from which copying b into panels
	// costs nothing that can be measured. It then protects from rows of b that
	// are not aligned, or so far apart that they evict each other.
	packFrom = 96
	// mc is the number of rows of a that are used against one panel after
	// another: with kc columns at most 640 KiB of the 1 MiB of an L2 cache of
	// Zen 4. Panels are packed anew for every block, so 192 rows cost 7 % at 1024-cubed.
	mc = 512
	// reorderFrom is the number of columns of b from which copying a into tiles
	// costs less than rows of it that evict each other; reorderTurned is that where a
	// is read down its columns, a row apart at every step, and half as far is too far.
	reorderFrom, reorderTurned = 48, 96
	// packedRows is how many rows are copied into a tile at once. Those beyond its
	// height are overwritten by the first rows and the next tile.
	packedRows = 8
)

// blocks splits size into the fewest equal blocks of at most limit.
func blocks(size, limit int) int {
	if size <= limit {
		return size
	}
	count := (size + limit - 1) / limit
	return (size + count - 1) / count
}

// A factor is the left matrix of a product, element (i,p) at i*row + p*col. It may
// be copied block by block into tiles of height rows, of which every step has its
// elements side by side.
type factor struct {
	data     []float32
	rows     int
	row, col int
	packed   []float32 // nil: read where it is
	height   int       // of a packed tile
}

// blockedGemm computes c[i*ldc+j] (+)= Σ_p a[i*ai+p*ap] * b[p*ldb+j]: Gemm with
// ai = lda and ap = 1, GemmTN with ai = 1 and ap = lda.
//
// Sums longer than a panel are cut into parts that are added up in c. The parts
// depend on k alone, and so do the bits of the result.
func blockedGemm(accumulate bool, m, n, k int, a []float32, ai, ap int, b []float32, ldb int, c []float32, ldc int) {
	var mem *scratch // until something is packed
	f := factor{data: a, rows: m, row: ai, col: ap}
	f.pack(&mem, n, k)
	t := micro{ldc: 4 * ldc}
	kb, mb := blocks(k, kc), blocks(m, mc)
	for p := 0; p < k; p += kb {
		run := min(kb, k-p)
		f.steps(&t, run)
		t.add(accumulate || p > 0)
		for i := 0; i < m; i += mb {
			rows := min(mb, m-i)
			f.load(i, p, rows, run)
			for j := 0; j < n; {
				width := t.panel(n-j, rows, run, b[p*ldb+j:], ldb, &mem)
				t.lines = 0
				if next := p*ldb + j + width; rows >= packFrom && j+width < n {
					t.prefetchRows(b[next:], ldb, run, rows/mostRows(width))
				}
				f.times(&t, width, i, p, rows, c[i*ldc+j:], ldc)
				j += width
			}
		}
	}
	if mem != nil {
		putScratch(mem)
	}
}

// panel chooses the next columns of b for the given rows of a, packs them where
// that is needed or pays, and returns the width of the tiles. The tiles of 32 columns
// read no column that does not exist, the others do.
func (t *micro) panel(left, rows, run int, b []float32, ldb int, mem **scratch) int {
	t.b, t.bstep = &b[0], 4*ldb
	width := nrOf(left)
	cols := min(width, left)
	t.columns(width, cols)
	if cols < width && width < nrFull || rows >= packFrom && ldb != width {
		panels := take(mem).panels
		pack(panels[:], width, b, ldb, run, cols)
		t.b, t.bstep = &panels[0], 4*width
	}
	return width
}

// blockedGemmNT is GemmNT with b transposed panel by panel, or with panels of packNT.
func blockedGemmNT(accumulate bool, m, n, k int, a []float32, lda int, b []float32, ldb int, panels, c []float32,
	ldc int) {
	var mem *scratch
	f := factor{data: a, rows: m, row: lda, col: 1}
	f.pack(&mem, n, k)
	t := micro{ldc: 4 * ldc}
	kb, mb := blocks(k, kc), blocks(m, mc)
	for p := 0; p < k; p += kb {
		run := min(kb, k-p)
		f.steps(&t, run)
		t.add(accumulate || p > 0)
		for i := 0; i < m; i += mb {
			rows := min(mb, m-i)
			f.load(i, p, rows, run)
			for j := 0; j < n; {
				width := nrOf(n - j)
				cols := min(width, n-j)
				t.columns(width, cols)
				t.bstep = 4 * width
				if len(panels) > 0 {
					t.b = &panels[panelAt(n, p, j, run)]
				} else {
					buffer := take(&mem).panels
					packTransposed(buffer[:], width, b[j*ldb+p:], ldb, run, cols)
					t.b = &buffer[0]
				}
				f.times(&t, width, i, p, rows, c[i*ldc+j:], ldc)
				j += width
			}
		}
	}
	if mem != nil {
		putScratch(mem)
	}
}

// pack makes f copy its blocks, where its rows are a multiple of 1 KiB apart and so
// fall into few sets of the caches, and the copies are used often enough; half of that
// where every step is a row further on.
func (f *factor) pack(mem **scratch, n, k int) {
	apart := 256
	if f.col > 1 && n >= reorderTurned {
		apart = 128
	}
	if n < reorderFrom || f.rows < packFrom || k < 2*packedRows || max(f.row, f.col)%apart != 0 {
		return
	}
	f.packed, f.height = take(mem).rows(), mrWide
	if useAVX512 {
		f.height = mrTall
	}
}

// steps sets the tile's walk through run columns of f.
func (f *factor) steps(t *micro, run int) {
	if f.packed != nil {
		t.steps(run, 4*f.height)
		return
	}
	t.steps(run, 4*f.col)
}

// load packs a block of f from row i and column p on.
func (f *factor) load(i, p, rows, run int) {
	if f.packed == nil {
		return
	}
	if f.row == 1 && f.height == mrTall {
		for q := 0; q < rows; q += 4 * mrTall {
			packTiles12AVX512(&f.packed[q*run], 4*mrTall*run, &f.data[(i+q)*f.row+p*f.col], 4*f.col, run,
				1<<min(4*mrTall, f.rows-i-q)-1)
		}
		return
	}
	for q := 0; q < rows; q += f.height {
		for first := (f.height - 1) / packedRows * packedRows; first >= 0; first -= packedRows {
			height := min(packedRows, f.rows-i-q-first)
			if height <= 0 {
				continue
			}
			dst, src := f.packed[q*run+first:], f.data[(i+q+first)*f.row+p*f.col:]
			if f.col == 1 {
				packRows(dst, f.height, src, f.row, run, height)
			} else {
				pack8MaskAVX2(&dst[0], 4*f.height, &src[0], 4*f.col, run, maskFor(height))
			}
		}
	}
}

// times computes the tiles of rows rows of f, from row i and column p on, and one
// panel.
func (f *factor) times(t *micro, width, i, p, rows int, c []float32, ldc int) {
	for q := f.tallTimes(t, width, i, p, rows, c, ldc); q < rows; {
		left, row, at := rows-q, 4*f.row, (i+q)*f.row+p*f.col
		t.a = &f.data[at]
		if f.packed != nil {
			in := q % f.height
			left, row = min(left, f.height-in), 4
			t.a = &f.packed[(q-in)*t.count+in]
		}
		height := mrOf(left, width)
		t.rows = min(height, left)
		for j := range t.off {
			t.off[j] = row * min(j, t.rows-1)
		}
		t.c = &c[q*ldc]
		t.cnext, t.anext = 4*ldc*height, row*height
		q += min(left, height*t.series(wholeTiles(left, height, width)))
		t.compute(height, width)
	}
}

// tallTimes is times for as many rows as fill tall tiles, or tiles of the height of those
// packed, and returns their number.
func (f *factor) tallTimes(t *micro, width, i, p, rows int, c []float32, ldc int) int {
	height, row := t.tall(width), 4*f.row
	next := height * row
	whole := tallTiles(rows, height, width)
	if f.packed != nil {
		if height == 0 && f.height == mrTall {
			return 0
		}
		height, row, next = f.height, 4, 4*f.height*t.count
		whole = rows / height
	}
	if whole == 0 {
		return 0
	}
	t.rows = height
	if height > mrFull {
		t.rows = height / 2
		t.afar, t.cfar = t.rows*row, 4*t.rows*ldc
	}
	for j := range t.rows {
		t.off[j] = j * row
	}
	t.anext, t.cnext = next, 4*height*ldc
	for q := 0; q < whole; {
		t.a, t.c = &f.data[(i+q*height)*f.row+p*f.col], &c[q*height*ldc]
		if f.packed != nil {
			t.a = &f.packed[q*height*t.count]
		}
		q += t.series(whole - q)
		t.compute(height, width)
	}
	return whole * height
}

// tallTiles is the number of tall tiles of the given height, or 0, before the rest is better split
// otherwise.
func tallTiles(rows, height, width int) int {
	if height == 0 {
		return 0
	}
	whole := rows / height
	if left := rows % height; width == nrFull && whole > 0 && 0 < left && left <= mrFew {
		whole-- // two tiles of 8 or 6 rows instead of one of 12 and one of 4
	}
	return whole
}
