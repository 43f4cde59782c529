//go:build !purego

package kernels

import "unsafe"

// A micro is a call of a micro-kernel: an MR x NR tile of the output stays in registers while
// a whole chain of outer products is added to it. Every matrix product and
// convolution here is a set of such tiles; only the walk through a and b differs.
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
// Floor: 2 floating point operations a product, 32 a cycle with AVX2 and on Zen 4, 64 with
// AVX-512 and two 512-bit units (see bench_test.go). There 8 sums in registers hide no latency, so
// most micro-kernels of AVX-512 are tall, 12x32 and 16x16 (micro512tall_amd64.s). A call takes some
// 25 cycles to begin and end, which short chains (8 to 24 steps) feel. What each micro-kernel
// reaches alone (BenchmarkMicroKernel) is in doc.go, what each layer reaches in bench/results/peers.
// Products of one row have kernels of their own: row_amd64.s, dot_amd64.s, outer_amd64.s, and
// row512_amd64.s and outer512_amd64.s for AVX-512.
//
// Every sum starts from zero or the bias and adds its products in the order of
// the steps, whatever the tile: its bits do not depend on MR and NR,
// nor on whether the micro-kernel is one of AVX2 or of AVX-512.
type micro struct {
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
func micro6x16(t *micro)

//go:noescape
func micro4x16(t *micro)

//go:noescape
func micro8x8(t *micro)

//go:noescape
func micro12x8(t *micro)

//go:noescape
func micro24x4(t *micro)

//go:noescape
func micro8x32(t *micro)

//go:noescape
func micro6x32(t *micro)

//go:noescape
func micro4x32(t *micro)

//go:noescape
func micro8x16z(t *micro)

//go:noescape
func micro12x32(t *micro)

//go:noescape
func micro16x16(t *micro)

//go:noescape
func micro12x16z(t *micro)

// MR and NR, the rows and columns of the micro-kernels.
const (
	mrFull         = 8  // rows of the tiles of AVX-512, and of the tile of 8 columns
	mrTall         = 12 // rows of the tall tiles of 8 and of 32 columns
	mrTall16       = 16 // rows of that of 16 columns, of AVX-512
	mrWide         = 6  // rows of the 16 columns wide tile of AVX2
	mrFew          = 4  // rows of its variant for the rest
	transposedVecs = 3  // vectors of 8 rows of the turned tile of 4 columns
	nrFull         = 32 // columns of the wide tiles of AVX-512
	nrWide         = 16 // of AVX2
	nrNarrow       = 8
	transposedCols = 4
)

// nrOf is the width of the tiles for the given number of columns left.
func nrOf(left int) int {
	switch {
	case left <= nrNarrow:
		return nrNarrow
	case left <= nrWide || !useAVX512:
		return nrWide
	}
	return nrFull
}

// mrOf returns the height of the next tile of the given width where left rows
// are left: the tallest there is until the rest is better split otherwise.
func mrOf(left, width int) int {
	switch {
	case width == nrNarrow:
		return mrFull
	case left <= mrFew:
		return mrFew
	case useAVX512 && (left > 10 || left == 7 || left == 8):
		return mrFull
	case !useAVX512 && (left == 7 || left == 8):
		return mrFew
	}
	return mrWide
}

// tall returns the height of the tall tile of the given width and of the columns that t has, or 0
// if there is none.
func (t *micro) tall(width int) int {
	switch {
	case width == nrNarrow && t.mask == nil, width == nrFull:
		return mrTall
	case width == nrWide && useAVX512:
		return mrTall16
	}
	return 0
}

// mostRows is the height of most tiles of the given width in a convolution.
func mostRows(width int) int {
	switch {
	case width != nrWide:
		return mrTall
	case useAVX512:
		return mrTall16
	}
	return mrWide
}

// wholeTiles is the number of tiles of the given height, which mrOf has chosen,
// before it may choose another one; all their rows are used, if there are several.
func wholeTiles(left, height, width int) int {
	if width >= nrWide && (height == mrFull && left > 10 || height == mrWide && left > 2*mrFew && !useAVX512) {
		return (left - 3) / height
	}
	return max(1, left/height)
}

// columns sets which columns of a tile of the given width exist: the first
// cols, of which at least one is in the last vector.
func (t *micro) columns(width, cols int) {
	t.mask, t.kmask, t.last = nil, 1<<16-1, 4*(cols-nrWide)
	if cols == width || width == nrFull {
		return
	}
	t.mask = maskFor(cols - (width - 8))
	if width == nrWide {
		t.kmask = 1<<cols - 1
	}
}

// noStart is the table of starts of a single run.
var noStart int

// steps sets a chain of a single run.
func (t *micro) steps(count, astep int) {
	t.starts, t.runs, t.run, t.count, t.astep = &noStart, 1, count, count, astep
}

// chain sets a chain of several runs, which begin where mem.starts says.
func (t *micro) chain(mem *scratch, runs, run, astep int) {
	t.starts, t.runs, t.run, t.count, t.astep = &mem.starts[0], runs, run, runs*run, astep
}

// prefetch spreads fetching n floats from x[at] on over the given number of
// tiles. Where there are not so many, nothing is fetched.
func (t *micro) prefetch(x []float32, at, n, tiles int) {
	t.lines = 0
	if at+n <= len(x) {
		t.fetch, t.fstep = uintptr(unsafe.Pointer(&x[at])), 128
		t.lines = (n/32 + tiles - 1) / tiles
	}
}

// prefetchRows does so for the first two lines of each of n rows of b, ldb apart.
func (t *micro) prefetchRows(b []float32, ldb, n, tiles int) {
	t.fetch, t.fstep = uintptr(unsafe.Pointer(&b[0])), 4*ldb
	t.lines = (n + tiles - 1) / tiles
}

// series sets how many of the wanted tiles one call computes, and returns that.
func (t *micro) series(wanted int) int {
	t.times = max(1, min(wanted, seriesSteps/t.count))
	return t.times
}

// seriesSteps is the number of steps in one call of a series, about 20 us.
const seriesSteps = 8192

// compute runs the kernel of the given shape. It is a real call so that the
// goroutine can be preempted between tiles.
//
//go:noinline
func (t *micro) compute(height, width int) {
	switch width {
	case nrFull:
		switch height {
		case mrTall:
			micro12x32(t)
		case mrFull:
			micro8x32(t)
		case mrWide:
			micro6x32(t)
		default:
			micro4x32(t)
		}
	case nrWide:
		switch height {
		case mrTall16:
			micro16x16(t)
		case mrTall:
			micro12x16z(t)
		case mrFull:
			micro8x16z(t)
		case mrWide:
			micro6x16(t)
		default:
			micro4x16(t)
		}
	case transposedCols:
		micro24x4(t)
	default:
		if height == mrTall {
			micro12x8(t)
		} else {
			micro8x8(t)
		}
	}
}

// add chooses between c += tile and c = tile.
func (t *micro) add(accumulate bool) {
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

// kc is the height of a packed panel: with 16 columns 20 KiB, which
// leaves room in a 32 KiB cache for the rows of a.
const kc = 320
