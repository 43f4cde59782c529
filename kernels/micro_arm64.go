//go:build !purego

package kernels

// A tile is 8 rows by 8 columns of the output, kept in 16 registers while a
// chain of outer products is added to it, as in micro_amd64.go. Arithmetic with
// one element of a register saves NEON the copies of a that AVX2 makes, if the
// elements can be loaded four at a time. There are two kernels, for the two
// ways in which they lie together:
//
//	microRowMajor    a row's elements of successive steps: Gemm, GemmNT, Forward, GradInput
//	microKMajor   a step's elements of successive rows: GemmTN, GradWeights
//
// Why assembly: the compiler emits neither vector instructions nor float32
// multiply-adds by element. No arm64 machine was at hand to measure; the files
// state the instructions of a step instead.
//
// The chain has outer·runs·run steps. b, a row of 8 floats, grows by bstep after
// every step, a as the kernels say. All strides and offsets are in bytes.
type micro struct {
	a, b *float32
	c    *float32
	bias *float32 // microRowMajor: 8 floats that every row starts from, or nil: zero

	bstep      int
	astep      int // microKMajor: after every step
	run, askip int // after every run
	runs       int
	aouter     int // microKMajor: after every turn of the outer loop
	outer      int // microRowMajor takes 1 only
	accumulate int // 1: c += tile, 0: c = tile
	relu       int // microRowMajor, 1: c = max(tile, 0); only without accumulate
	keep       int // 1: the tile goes to out
	first      int // the first row of the table to compute
	times      int // tiles to compute: the rows first to first + 8·times
	kMajor     int // 1: microKMajor

	// The table: offsets of the rows in a and in c. Rows of c may overlap, they
	// are written in order. microKMajor takes the first row in a of each tile.
	// The last 8 places are those of a tile with rows left out.
	aoff, coff [tableRows + mr]int
	out        [mr * nr]float32
}

//go:noescape
func microRowMajor(t *micro)

//go:noescape
func microKMajor(t *micro)

//go:noescape
func microRow(t *micro)

const (
	mr      = 8
	nr      = 8
	rowCols = 64 // columns of microRow
	// tableRows is the number of rows that are computed against one panel of b
	// after another: 12 tiles, or the pixels of two images of the second
	// convolution and some.
	tableRows = 96
	// maxSteps is the number of steps in one call of several tiles: 65536
	// multiply-adds, 30 us at one a cycle and 2.2 GHz.
	maxSteps = 4096
	// kc is the height of a packed panel: 10 KiB, and as much of a beside
	// it, in a cache of 32 KiB.
	kc = 320
)

// compute is a real call so that the goroutine can be preempted between tiles.
//
//go:noinline
func (t *micro) compute() {
	if t.kMajor != 0 {
		microKMajor(t)
		return
	}
	microRowMajor(t)
}

// computeRow is compute for microRow.
//
//go:noinline
func (t *micro) computeRow() { microRow(t) }

// add chooses between c += tile and c = tile.
func (t *micro) add(accumulate bool) {
	t.accumulate = 0
	if accumulate {
		t.accumulate = 1
	}
}

// setRows fills the table for rows that are a and c floats apart.
func (t *micro) setRows(rows, a, c int) {
	for q := range min(rows, tableRows) {
		t.aoff[q], t.coff[q] = 4*a*q, 4*c*q
	}
}

// cover computes the tiles of at most tableRows rows by at most 8 columns.
// For microKMajor a must have whole tiles of rows.
func (t *micro) cover(a, c []float32, rows, cols int) {
	t.a, t.c = &a[0], &c[0]
	i := 0
	if cols == nr {
		series := max(1, maxSteps/(t.run*t.runs*t.outer))
		for whole := rows / mr; whole > 0; whole -= t.times {
			t.first, t.times = i, min(series, whole)
			t.compute()
			i += mr * t.times
		}
	}
	for ; i < rows; i += mr {
		t.coverPart(c, i, min(mr, rows-i), cols)
	}
}

// coverPart computes a tile of which only some rows and columns exist: all of
// it, of which it writes those. Rows that do not exist repeat the first.
func (t *micro) coverPart(c []float32, i, rows, cols int) {
	for q := range mr {
		t.aoff[tableRows+q] = t.aoff[i]
		if q < rows {
			t.aoff[tableRows+q] = t.aoff[i+q]
		}
	}
	t.first, t.times, t.keep = tableRows, 1, 1
	t.compute()
	t.keep = 0
	for q := range rows {
		row, from := c[t.coff[i+q]/4:][:cols], t.out[nr*q:][:cols]
		if t.accumulate == 0 {
			copy(row, from)
			continue
		}
		for j, v := range from {
			row[j] += v
		}
	}
}
