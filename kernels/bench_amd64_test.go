//go:build !purego

package kernels

import (
	"fmt"
	"slices"
	"testing"
)

// BenchmarkMicroKernel runs each micro-kernel alone, a tile a call, everything in L1: what a
// product can come to at most. Arithmetic is the limit of all: a step of MR x NR has MR·NR
// multiply-adds in registers, at least 8 of them for two units with 4 cycles from one to the next,
// from MR broadcasts and one or two loads of b (24x4, turned: 3 loads of a, 4 broadcasts of b).
// Beginning and end of a tile are what is missing to the peak, the more the shorter the sum.
func BenchmarkMicroKernel(b *testing.B) {
	for _, v := range []struct {
		impl   string
		mr, nr int
	}{
		{"avx2", 4, 16}, {"avx2", 6, 16}, {"avx2", 8, 8}, {"avx2", 12, 8}, {"avx2", 24, 4},
		{"avx512", 8, 16}, {"avx512", 12, 16}, {"avx512", 16, 16}, {"avx512", 4, 32}, {"avx512", 6, 32},
		{"avx512", 8, 32}, {"avx512", 12, 32},
	} {
		if !slices.Contains(available(), v.impl) {
			continue
		}
		for _, k := range []int{16, 64, 256} {
			x, w, y := alignedFloats(v.mr*k), alignedFloats(v.nr*k), alignedFloats(v.mr*v.nr)
			t := micro{a: &x[0], b: &w[0], c: &y[0], ldc: 4 * v.nr, rows: v.mr, accumulate: 1}
			t.steps(k, 4)
			t.columns(v.nr, v.nr)
			t.series(1)
			t.bstep = 4 * v.nr
			if v.mr > mrFull && v.nr != transposedCols {
				t.rows = v.mr / 2
				t.afar, t.cfar = 4*k*t.rows, 4*v.nr*t.rows
			}
			for i := range min(t.rows, len(t.off)) {
				t.off[i] = 4 * k * i
			}
			if v.nr == transposedCols {
				t.astep, t.rows, t.off = 4*v.mr, transposedVecs, [8]int{0, 32, 64}
			}
			b.Run(fmt.Sprintf("impl=%s/tile=%dx%d/k=%d", v.impl, v.mr, v.nr, k), func(b *testing.B) {
				withImplementation(v.impl, func() {
					bench(b, v.impl, 2*float64(v.mr*v.nr*k), func() {
						tile := t // the assembly moves its pointers
						tile.compute(v.mr, v.nr)
					})
				})
			})
		}
	}
}
