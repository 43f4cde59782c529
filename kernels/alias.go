package kernels

import "unsafe"

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
