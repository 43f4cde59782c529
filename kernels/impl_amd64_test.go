//go:build !purego

package kernels

import (
	"fmt"
	"slices"
	"testing"
)

// TestAVX512Bits holds that the kernels of AVX-512 give the bits of those of
// AVX2: a run does not depend on which of the two its machine prefers.
func TestAVX512Bits(t *testing.T) {
	if !slices.Contains(available(), "avx512") {
		t.Skip("no avx512 here") // TestGemm and others honour KERNELS_REQUIRE
	}
	both := func(what string, f func(b *buffers) []float32) {
		t.Helper()
		var out [2][]float32
		for i, name := range []string{"avx2", "avx512"} {
			withImplementation(name, func() { out[i] = f(&buffers{t: t, rng: newRand(3)}) })
		}
		same(t, what, out[1], out[0])
	}
	for _, op := range operations {
		both(op.name, op.run)
	}
	for _, s := range gemmShapes {
		for _, g := range gemms {
			both(fmt.Sprintf("%s m=%d n=%d k=%d", g.name, s.m, s.n, s.k), func(b *buffers) []float32 {
				x, w, y := b.float(s.m*s.k), b.float(s.k*s.n), b.float(s.m*s.n)
				lda, ldb := s.k, s.n
				if g.ta {
					lda = s.m
				}
				if g.tb {
					ldb = s.k
				}
				g.f(true, s.m, s.n, s.k, x, lda, w, ldb, y, s.n)
				return y
			})
		}
	}
	for _, s := range convShapes {
		g, n := s.g, s.n
		both(fmt.Sprintf("%+v n=%d", g, n), func(b *buffers) []float32 {
			x, w, bias, y := b.float(n*g.InLen()), b.float(g.WeightLen()), b.float(g.O), b.float(n*g.OutLen())
			dx, dw := b.float(n*g.InLen()), b.float(g.WeightLen())
			g.Forward(n, x, w, bias, y, true)
			g.GradInput(n, y, w, dx)
			g.GradWeights(n, x, y, dw, bias)
			return slices.Concat(y, dx, dw, bias)
		})
	}
}
