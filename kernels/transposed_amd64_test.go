//go:build !purego

package kernels

import (
	"fmt"
	"testing"
)

// TestGemmNTRows holds that two rows or more of GemmNT do not depend on their
// company, though few are computed as cᵀ = b·aᵀ. (A single one is summed up in
// another order: reading b along its rows needs eight sums side by side.)
func TestGemmNTRows(t *testing.T) {
	for _, impl := range available() {
		if impl == "base" {
			continue
		}
		withImplementation(impl, func() {
			for _, s := range []struct{ n, k int }{{128, 28}, {1152, 128}, {256, 512}, {33, 7}, {50, 700}} {
				b := &buffers{t: t, rng: newRand(uint64(s.n))}
				const most = 100
				x, w := b.input(most*s.k), b.input(s.n*s.k)
				all, some := b.float(most*s.n), b.float(most*s.n)
				GemmNT(false, most, s.n, s.k, x, s.k, w, s.k, all, s.n)
				for m := 2; m <= transposedMost+2; m++ {
					at := most - m
					GemmNT(false, m, s.n, s.k, x[at*s.k:], s.k, w, s.k, some, s.n)
					same(t, fmt.Sprintf("%s m=%d n=%d k=%d", impl, m, s.n, s.k), some[:m*s.n], all[at*s.n:])
				}
			}
		})
	}
}
