//go:build !purego

package kernels

// A tile is a rectangle of the output, small enough to stay in registers while
// a whole chain of outer products is added to it. Every matrix product and
// convolution here is a set of tiles; only the walk through a and b differs.
//
// Why assembly: the compiler emits neither vector instructions nor float32
// multiply-adds. The products run 12 to 18 times faster than the portable loops (6
// to 9 GFLOP/s against over 100 on Zen 4).
//
// The chain has outer·runs·run steps. Row i of the tile reads the element at a
// + off[i] + index; index grows by astep after every step, by askip after every
// run and by aouter after every turn of the outer loop. b, a row of 16 (or 8)
// floats, grows by bstep after every step. All strides are in bytes.
type tile struct {
	a, b *float32
	c    *float32  // top left of the output
	bias *float32  // 16 floats (8) that every row starts from, or nil: zero
	mask *[8]int32 // nil: all columns; else 8 words for the last 8: sign bit set where the column exists
	off  [8]int    // byte offset of each row in a
	ldc  int       // byte distance of the rows of c; rows may even overlap, they are written in order

	astep, bstep        int
	run, askip          int
	runs, aouter, outer int // run, runs, outer ≥ 1

	rows       int // rows to write, 1 to the height of the tile
	accumulate int // 1: c += tile, 0: c = tile
	relu       int // 1: c = max(tile, 0); only without accumulate

	times        int // tiles to compute, one after another
	anext, cnext int // byte distance from one to the next in a and in c

	runsLeft, outerLeft int // the assembly's counters, as times is, and a and c move
}

//go:noescape
func tile6x16(t *tile)

//go:noescape
func tile4x16(t *tile)

//go:noescape
func tile8x8(t *tile)

//go:noescape
func tile1x64(t *tile)

// The tile shapes.
const (
	wideRows   = 6  // rows of the 16 columns wide tile
	fewRows    = 4  // rows of its variant for the rest
	narrowRows = 8  // rows of the 8 columns wide tile
	wideCols   = 16 // columns
	narrowCols = 8
	rowCols    = 64 // columns of the tile of a single row
)

// series sets how many of the wanted tiles one call computes, and returns that.
func (t *tile) series(wanted int) int {
	t.times = max(1, min(wanted, maxSteps/(t.run*t.runs*t.outer)))
	return t.times
}

// maxSteps is the number of steps in one call of a series, about 20 us.
const maxSteps = 8192

// wholeTiles is the number of tiles of the given height, all rows used, before
// rowsOf chooses another height.
func wholeTiles(left, height int) int {
	if height == wideRows && left > 2*fewRows {
		return (left - 3) / wideRows
	}
	return left / height
}

// rowsOf returns the height of the next tile of the given width where left rows
// are left: 6 until the rest is better split into fours.
func rowsOf(left, width int) int {
	switch {
	case width == rowCols:
		return 1
	case width == narrowCols:
		return narrowRows
	case left <= fewRows || left == 7 || left == 8:
		return fewRows
	}
	return wideRows
}

// compute runs the kernel for the tile of the given height. It is a real call
// so that the goroutine can be preempted between tiles.
//
//go:noinline
func (t *tile) compute(height int) {
	switch height {
	case wideRows:
		tile6x16(t)
	case fewRows:
		tile4x16(t)
	case narrowRows:
		tile8x8(t)
	default:
		tile1x64(t)
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

// edge returns the mask of a tile of which only cols columns exist, nil for all.
// Tiles are chosen so that at least one of the last 8 columns exists.
func edge(width, cols int) *[8]int32 {
	if cols == width {
		return nil
	}
	return maskFor(cols - (width - 8))
}

// panelWidth is the width of the tiles for the given number of columns left.
func panelWidth(left int) int {
	if left <= narrowCols {
		return narrowCols
	}
	return wideCols
}

// panelRows is the height of a packed panel: with 16 columns 20 KiB, which
// leaves room in a 32 KiB cache for the rows of a.
const panelRows = 320
