//go:build !purego

package kernels

import "unsafe"

const (
	// panelsLen is the length of the buffer for packed panels: 128 KiB.
	panelsLen = 1 << 15
	// maxSteps is the most steps of a tile; 32 columns of so many fill the buffer.
	maxSteps = panelsLen / 32
	// blockLen is the length of the buffer for a block of rows of a: 650 KiB, made
	// where it is needed.
	blockLen = (mc + packedRows) * kc
)

// scratch is memory for packed matrices, aligned to cache lines, and for where
// the runs of a tile begin.
type scratch struct {
	panels *[panelsLen]float32
	starts [maxSteps]int    // of the runs of a tile
	start  [nrFull]float32  // what the sums of a tile begin with
	slices [maxSlices]slice // of weights, packed
	block  []float32        // nil until a product needs it
}

func newScratch() *scratch {
	return &scratch{panels: (*[panelsLen]float32)(alignedFloats(panelsLen))}
}

// take is getScratch for those that do not always need it: it fills *mem if it is nil.
func take(mem **scratch) *scratch {
	if *mem == nil {
		*mem = getScratch()
	}
	return *mem
}

// alignedFloats makes n floats that begin on a cache line.
func alignedFloats(n int) []float32 {
	raw := make([]float32, n+15)
	skip := -int(uintptr(unsafe.Pointer(&raw[0]))/4) & 15
	return raw[skip:][:n:n]
}

// rows returns the buffer for packed rows of a.
func (s *scratch) rows() []float32 {
	if s.block == nil {
		s.block = alignedFloats(blockLen)
	}
	return s.block
}
