//go:build (amd64 || arm64) && !purego

package kernels

import "sync/atomic"

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
	return newScratch()
}

// putScratch makes s idle.
func putScratch(s *scratch) {
	for i := range idle {
		if idle[i].Load() == nil && idle[i].CompareAndSwap(nil, s) {
			return
		}
	}
}
