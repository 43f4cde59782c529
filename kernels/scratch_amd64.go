//go:build !purego

package kernels

import (
	"sync/atomic"
	"unsafe"
)

const (
	// panelsLen is the length of the buffer for packed panels: 128 KiB.
	panelsLen = 1 << 15
	// maxSteps is the most steps of a tile; 32 columns of so many fill the buffer.
	maxSteps = panelsLen / 32
	// blockLen is the length of the buffer for a block of rows of a: 640 KiB, made
	// where it is needed.
	blockLen = blockRows / wideRows * packedRows * panelRows
)

// scratch is memory for packed matrices, aligned to cache lines, and for where
// the runs of a tile begin.
type scratch struct {
	panels *[panelsLen]float32
	starts [maxSteps]int     // of the runs of a tile
	start  [fullCols]float32 // what the sums of a tile begin with
	slices [maxSlices]slice  // of weights, packed
	block  []float32         // nil until a product needs it
}

// idle keeps the buffers that no kernel uses. It is not a sync.Pool, because
// the collector empties those and the kernels allocate nothing once as many
// buffers exist as goroutines compute at once; and not an array on the stack,
// because Go zeroes that on every call, which costs more than a small product.
var idle [64]atomic.Pointer[scratch]

// getScratch takes an idle buffer or makes one.
func getScratch() *scratch {
	for i := range idle {
		if idle[i].Load() != nil {
			if s := idle[i].Swap(nil); s != nil {
				return s
			}
		}
	}
	return &scratch{panels: (*[panelsLen]float32)(alignedFloats(panelsLen))}
}

// take is getScratch for those that do not always need it: it fills *mem if it is nil.
func take(mem **scratch) *scratch {
	if *mem == nil {
		*mem = getScratch()
	}
	return *mem
}

// putScratch makes s idle.
func putScratch(s *scratch) {
	for i := range idle {
		if idle[i].Load() == nil && idle[i].CompareAndSwap(nil, s) {
			return
		}
	}
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
