//go:build !purego

package kernels

const (
	// panelsLen is the length of the buffer for panels of b: 64 KiB.
	panelsLen = 16384
	// rowsLen is the length of the buffer for rows of a: 120 KiB, less than half
	// of an L2 cache.
	rowsLen = tableRows * kc
)

// scratch is memory for packed panels. It is so large that Go makes it begin on
// a page.
type scratch struct {
	panels [panelsLen]float32
	rows   [rowsLen]float32
}

func newScratch() *scratch { return new(scratch) }
