//go:build !race

package kernels

import "testing"

// TestAllocations wants no kernel to allocate.
func TestAllocations(t *testing.T) {
	eachImplementation(t, func(t *testing.T) {
		for _, op := range operations {
			call, _ := op.prepare(&buffers{t: t, rng: newRand(1)})
			if n := testing.AllocsPerRun(20, call); n != 0 {
				t.Errorf("%s allocates %g times a call", op.name, n)
			}
		}
	})
}
