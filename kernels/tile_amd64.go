//go:build !purego

package kernels

import "unsafe"

// A tile is a rectangle of the output, small enough to stay in registers while
// a whole chain of outer products is added to it. Every matrix product and
// convolution here is a set of tiles; only the walk through a and b differs.
//
// Why assembly: the compiler emits neither vector instructions nor float32
// multiply-adds. The products run 12 to 18 times faster than the portable loops (6
// to 9 GFLOP/s against over 100 on Zen 4).
//
// The chain has count steps: runs runs of run steps. Row i of the tile reads the
// element at a + off[i] + index; index begins each run at the next of starts and
// grows by astep after every step. b, a row of 8, 16 or 32 floats, grows by bstep
// after every step. All strides are in bytes.
//
// Floor: 2 floating point operations a product, 32 a cycle (see bench_test.go). Reached
// on Zen 4 at 3.7 GHz, in percent of the FMA peak of the same run, AVX2 / AVX-512
// (processor time, the best seventh of twelve rounds and more on a machine that others used
// too; go test -run - -bench 'Gemm|Conv' ./kernels measures the same, make bench-peers beside
// other libraries):
//
//	tile alone, 256 steps     6x16 99 from L1, 98 from L2; 8x32 98 and 97
//	conv1 wide, batch 8       forward 93 / 92, gradient of weights 92 / 92
//	conv1 wide, batch 160     forward 90 / 91, of weights 85 / 90
//	conv2 wide, batch 8       forward 92 / 92, of weights 87 / 91, of input 87 / 87
//	conv2 wide, batch 160     forward 90 / 90, of weights 85 / 88, of input 88 / 88
//	conv1 narrow, batch 8     forward 83, of weights 91; batch 160 74 and 86
//	conv2 narrow, batch 8     forward 83, of weights 80, of input 58
//	LSTM 256->512, 16 rows    forward 88 / 92, of weights 78 / 86, of input 89 / 89
//	LSTM 256->512, 160 rows   forward 89 / 89, of weights 92 / 93, of input 90 / 90
//	1024-cubed                forward 89 / 86, of weights 88 / 85, of input 90 / 85
//
// A processor with two 512-bit units has twice the floor, and there 8 sums in registers hide no
// latency. So most tiles of AVX-512 are tall, 12x32 and 16x16 (tile512tall_amd64.s). Reached on an
// Intel Xeon (family 6 model 207) against the same walks with 8x32 and 8x16: gradient of input of
// conv2 1.20 times (narrow 1.38), conv1 1.12 at batch 8 and 1.06 to 1.08 at 160.
//
// Below that: conv1 at batch 160 (49 KB of pixels an image from memory), chains of 8 to 24
// steps (gradient of the input of narrow conv2; gradients of weights of 8 rows, 69 to 83: a
// tile takes some 25 cycles to begin and end). bench/results/peers/README.md has what was
// tried. Products of one row have kernels of their own: row_amd64.s, dot_amd64.s and
// outer_amd64.s.
//
// Every sum starts from zero or the bias and adds its products in the order of
// the steps, whatever the tile: its bits do not depend on the shape of the tile,
// nor on whether it is one of AVX2 or of AVX-512.
type tile struct {
	a, b *float32
	c    *float32 // top left of the output
	bias *float32 // as many floats as columns that every row starts from, or nil: zero

	starts       *int // as many as runs
	run, runs    int  // 1 or more
	count        int  // run·runs, at most maxSteps
	astep, bstep int

	mask  *[8]int32 // nil: all columns; else 8 words for the last 8: sign bit set where the column exists
	kmask int       // the same for 16 columns of AVX-512: a bit for each that exists
	last  int       // of 32 columns: byte offset of the last 16 that exist, which may overlap the first 16
	off   [8]int    // byte offset of each row in a
	ldc   int       // byte distance of the rows of c; rows may even overlap, they are written in order

	afar, cfar int // byte distance of the second half of a tall tile's rows in a and in c

	rows       int // rows to write, 1 to the height of the tile; of a tall tile, of each half
	accumulate int // 1: c += tile, 0: c = tile
	relu       int // 1: c = max(tile, 0); only without accumulate

	times        int // tiles to compute, one after another; the assembly counts down
	anext, cnext int // byte distance from one to the next in a and in c; a, b and c move
	bnext        int // and in b

	fetch uintptr // address of what to bring nearer meanwhile; moves
	lines int     // pairs of cache lines of it per tile
	fstep int     // byte distance of the pairs

	left int     // the assembly's counter of runs
	next uintptr // and its place in starts
}

//go:noescape
func tile6x16(t *tile)

//go:noescape
func tile4x16(t *tile)

//go:noescape
func tile8x8(t *tile)

//go:noescape
func tile12x8(t *tile)

//go:noescape
func tile24x4(t *tile)

//go:noescape
func tile8x32(t *tile)

//go:noescape
func tile6x32(t *tile)

//go:noescape
func tile4x32(t *tile)

//go:noescape
func tile8x16z(t *tile)

//go:noescape
func tile12x32(t *tile)

//go:noescape
func tile16x16(t *tile)

//go:noescape
func tile12x16z(t *tile)

// The tile shapes.
const (
	fullRows   = 8  // rows of the tiles of AVX-512, and of the tile of 8 columns
	tallRows   = 12 // rows of the tall tiles of 8 and of 32 columns
	tallest    = 16 // rows of that of 16 columns, of AVX-512
	wideRows   = 6  // rows of the 16 columns wide tile of AVX2
	fewRows    = 4  // rows of its variant for the rest
	turnedVecs = 3  // vectors of 8 rows of the turned tile of 4 columns
	fullCols   = 32 // columns of the wide tiles of AVX-512
	wideCols   = 16 // of AVX2
	narrowCols = 8
	turnedCols = 4
)

// panelWidth is the width of the tiles for the given number of columns left.
func panelWidth(left int) int {
	switch {
	case left <= narrowCols:
		return narrowCols
	case left <= wideCols || !useAVX512:
		return wideCols
	}
	return fullCols
}

// rowsOf returns the height of the next tile of the given width where left rows
// are left: the tallest there is until the rest is better split otherwise.
func rowsOf(left, width int) int {
	switch {
	case width == narrowCols:
		return fullRows
	case left <= fewRows:
		return fewRows
	case useAVX512 && (left > 10 || left == 7 || left == 8):
		return fullRows
	case !useAVX512 && (left == 7 || left == 8):
		return fewRows
	}
	return wideRows
}

// tall returns the height of the tall tile of the given width and of the columns that t has, or 0 if
// there is none.
func (t *tile) tall(width int) int {
	switch {
	case width == narrowCols && t.mask == nil, width == fullCols:
		return tallRows
	case width == wideCols && useAVX512:
		return tallest
	}
	return 0
}

// mostRows is the height of most tiles of the given width in a convolution.
func mostRows(width int) int {
	switch {
	case width != wideCols:
		return tallRows
	case useAVX512:
		return tallest
	}
	return wideRows
}

// wholeTiles is the number of tiles of the given height, which rowsOf has chosen,
// before it may choose another one; all their rows are used, if there are several.
func wholeTiles(left, height, width int) int {
	if width >= wideCols && (height == fullRows && left > 10 || height == wideRows && left > 2*fewRows && !useAVX512) {
		return (left - 3) / height
	}
	return max(1, left/height)
}

// columns sets which columns of a tile of the given width exist: the first
// cols, of which at least one is in the last vector.
func (t *tile) columns(width, cols int) {
	t.mask, t.kmask, t.last = nil, 1<<16-1, 4*(cols-wideCols)
	if cols == width || width == fullCols {
		return
	}
	t.mask = maskFor(cols - (width - 8))
	if width == wideCols {
		t.kmask = 1<<cols - 1
	}
}

// noStart is the table of starts of a single run.
var noStart int

// steps sets a chain of a single run.
func (t *tile) steps(count, astep int) {
	t.starts, t.runs, t.run, t.count, t.astep = &noStart, 1, count, count, astep
}

// chain sets a chain of several runs, which begin where mem.starts says.
func (t *tile) chain(mem *scratch, runs, run, astep int) {
	t.starts, t.runs, t.run, t.count, t.astep = &mem.starts[0], runs, run, runs*run, astep
}

// prefetch spreads fetching n floats from x[at] on over the given number of
// tiles. Where there are not so many, nothing is fetched.
func (t *tile) prefetch(x []float32, at, n, tiles int) {
	t.lines = 0
	if at+n <= len(x) {
		t.fetch, t.fstep = uintptr(unsafe.Pointer(&x[at])), 128
		t.lines = (n/32 + tiles - 1) / tiles
	}
}

// prefetchRows does so for the first two lines of each of n rows of b, ldb apart.
func (t *tile) prefetchRows(b []float32, ldb, n, tiles int) {
	t.fetch, t.fstep = uintptr(unsafe.Pointer(&b[0])), 4*ldb
	t.lines = (n + tiles - 1) / tiles
}

// series sets how many of the wanted tiles one call computes, and returns that.
func (t *tile) series(wanted int) int {
	t.times = max(1, min(wanted, seriesSteps/t.count))
	return t.times
}

// seriesSteps is the number of steps in one call of a series, about 20 us.
const seriesSteps = 8192

// compute runs the kernel of the given shape. It is a real call so that the
// goroutine can be preempted between tiles.
//
//go:noinline
func (t *tile) compute(height, width int) {
	switch width {
	case fullCols:
		switch height {
		case tallRows:
			tile12x32(t)
		case fullRows:
			tile8x32(t)
		case wideRows:
			tile6x32(t)
		default:
			tile4x32(t)
		}
	case wideCols:
		switch height {
		case tallest:
			tile16x16(t)
		case tallRows:
			tile12x16z(t)
		case fullRows:
			tile8x16z(t)
		case wideRows:
			tile6x16(t)
		default:
			tile4x16(t)
		}
	case turnedCols:
		tile24x4(t)
	default:
		if height == tallRows {
			tile12x8(t)
		} else {
			tile8x8(t)
		}
	}
}

// add chooses between c += tile and c = tile.
func (t *tile) add(accumulate bool) {
	t.accumulate = 0
	if accumulate {
		t.accumulate = 1
	}
}

// masks holds 8 set and 8 clear words; the mask for n columns starts n words
// before the middle.
var masks = [16]int32{-1, -1, -1, -1, -1, -1, -1, -1}

// maskFor returns 8 words, the first n of them set; n ≤ 8.
func maskFor(n int) *[8]int32 { return (*[8]int32)(masks[8-n:]) }

// panelRows is the height of a packed panel: with 16 columns 20 KiB, which
// leaves room in a 32 KiB cache for the rows of a.
const panelRows = 320
