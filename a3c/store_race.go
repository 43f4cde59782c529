//go:build race

package a3c

import (
	"math"
	"sync/atomic"
	"unsafe"

	"colonnade/kernels"
)

// loadAll and update do what their plain twins do with atomic loads and stores, which the race
// detector accepts. Between an element's load and its store another worker may still store: updates
// are lost as they are without atomics.

func loadAll(local, shared []float32) {
	for i := range shared {
		local[i] = load(&shared[i])
	}
}

func update(theta, ms, grad []float32, lr, decay, epsilon float32) {
	for i, g := range grad {
		m := load(&ms[i])
		if m < kernels.LeastSquare {
			m = 0
		}
		m = decay*m + (1-decay)*g*g
		put(&ms[i], m)
		put(&theta[i], load(&theta[i])-lr*g/(float32(math.Sqrt(float64(m)))+epsilon))
	}
}

func load(p *float32) float32 {
	return math.Float32frombits(atomic.LoadUint32((*uint32)(unsafe.Pointer(p))))
}

func put(p *float32, v float32) {
	atomic.StoreUint32((*uint32)(unsafe.Pointer(p)), math.Float32bits(v))
}
