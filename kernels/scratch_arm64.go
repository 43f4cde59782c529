//go:build !purego

package kernels

import "sync/atomic"

const (
	// panelsLen is the length of the buffer for panels of b: 64 KiB.
	panelsLen = 16384
	// rowsLen is the length of the buffer for rows of a: 120 KiB, less than half
	// of an L2 cache.
	rowsLen = tableRows * panelRows
)

// scratch is memory for packed panels. It is so large that Go makes it begin on
// a page.
type scratch struct {
	panels [panelsLen]float32
	rows   [rowsLen]float32
}

// idle keeps the buffers that no kernel uses, as in scratch_amd64.go.
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
	return new(scratch)
}

// putScratch makes s idle.
func putScratch(s *scratch) {
	for i := range idle {
		if idle[i].Load() == nil && idle[i].CompareAndSwap(nil, s) {
			return
		}
	}
}
