package kernels

import (
	"math/bits"
	"unsafe"
)

// Wrong shapes and lengths are mistakes of the program that calls, so the
// kernels panic, each time with one of these constant texts.
const (
	errNegative    = "kernels: negative dimension"
	errStride      = "kernels: row stride shorter than the row"
	errShortA      = "kernels: insufficient length of a"
	errShortB      = "kernels: insufficient length of b"
	errShortC      = "kernels: insufficient length of c"
	errShortX      = "kernels: insufficient length of x"
	errShortY      = "kernels: insufficient length of y"
	errShortW      = "kernels: insufficient length of w"
	errShortBias   = "kernels: insufficient length of bias"
	errShortDX     = "kernels: insufficient length of dx"
	errShortDY     = "kernels: insufficient length of dy"
	errShortDW     = "kernels: insufficient length of dw"
	errShortDB     = "kernels: insufficient length of db"
	errShortSum    = "kernels: insufficient length of sum"
	errShortGates  = "kernels: insufficient length of gates"
	errShortDGates = "kernels: insufficient length of dgates"
	errShortCPrev  = "kernels: insufficient length of cPrev"
	errShortH      = "kernels: insufficient length of h"
	errShortDH     = "kernels: insufficient length of dh"
	errShortDC     = "kernels: insufficient length of dc"
	errShortLogits = "kernels: insufficient length of logits"
	errShortLogp   = "kernels: insufficient length of logp"
	errLengths     = "kernels: lengths differ"
	errChannels    = "kernels: mean and scale must have the same length, at least 1"
	errOverlap     = "kernels: output overlaps an input"
	errConv        = "kernels: impossible convolution"
)

// cut returns the first rows·width elements of x and panics with text if there
// are fewer.
func cut(x []float32, rows, width int, text string) []float32 {
	if rows < 0 || width < 0 {
		panic(errNegative)
	}
	if width > 0 && rows > len(x)/width { // rows*width might overflow
		panic(text)
	}
	return x[:rows*width]
}

// cutRows returns the part of x that a (rows,cols) matrix with row stride ld
// takes and panics with text if x is shorter.
func cutRows(x []float32, rows, cols, ld int, text string) []float32 {
	if rows == 0 || cols == 0 {
		return x[:0]
	}
	// A product in twice the bits: rows*ld might overflow, and it takes less time than
	// a division.
	if over, last := bits.Mul64(uint64(rows-1), uint64(ld)); cols > len(x) || over > 0 || last > uint64(len(x)-cols) {
		panic(text)
	}
	return x[:(rows-1)*ld+cols]
}

// overlap reports whether a and b share an element.
func overlap(a, b []float32) bool {
	if len(a) == 0 || len(b) == 0 {
		return false
	}
	a0, b0 := uintptr(unsafe.Pointer(&a[0])), uintptr(unsafe.Pointer(&b[0]))
	return a0 < b0+4*uintptr(len(b)) && b0 < a0+4*uintptr(len(a))
}

// overlapInexact reports whether a and b share an element without starting at
// the same one: the case in which an elementwise kernel would read what it has
// already written.
func overlapInexact(a, b []float32) bool {
	return overlap(a, b) && &a[0] != &b[0]
}

// overlapRows reports whether two matrices, of cols columns with row stride ld
// each, share an element. Blocks of different columns of one larger matrix do
// not; of strides that differ, any interleaving counts as an overlap.
func overlapRows(a []float32, acols, lda int, b []float32, bcols, ldb int) bool {
	if !overlap(a, b) {
		return false
	}
	if lda != ldb {
		return true
	}
	// b begins d columns after a, counted within a row.
	bytes := int(uintptr(unsafe.Pointer(&b[0])) - uintptr(unsafe.Pointer(&a[0])))
	d := (bytes/4%lda + lda) % lda
	return d < acols || d+bcols > ldb
}
