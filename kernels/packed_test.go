package kernels

import (
	"fmt"
	"testing"
)

// TestPacked wants packed weights to give the bits of the weights themselves, for any number of
// rows, and a Packed that is used again to forget what it held.
func TestPacked(t *testing.T) {
	eachImplementation(t, func(t *testing.T) {
		var p Packed
		for i, s := range []struct{ n, k int }{{128, 512}, {28, 128}, {1, 1}, {70, 700}, {16, 33}, {40, 321}, {9, 8}} {
			for _, m := range []int{1, 2, 5, 8, 16, 17, 100} {
				for _, accumulate := range []bool{false, true} {
					eachPlacement(t, i, func(b *buffers) {
						a, w := b.input(extent(m, s.k, s.k+1)), b.input(extent(s.n, s.k, s.k+3))
						want, got := b.float(extent(m, s.n, s.n+2)), b.float(extent(m, s.n, s.n+2))
						copy(got, want)
						GemmNT(accumulate, m, s.n, s.k, a, s.k+1, w, s.k+3, want, s.n+2)
						p.PackNT(s.n, s.k, w, s.k+3)
						GemmNTPacked(accumulate, m, a, s.k+1, &p, got, s.n+2)
						same(t, fmt.Sprintf("m=%d n=%d k=%d accumulate=%v", m, s.n, s.k, accumulate), got, want)
					})
				}
			}
		}
		for i, s := range convShapes {
			eachPlacement(t, i, func(b *buffers) {
				dy, w := b.input(s.n*s.g.OutLen()), b.input(s.g.WeightLen())
				want, got := b.float(s.n*s.g.InLen()), b.float(s.n*s.g.InLen())
				s.g.GradInput(s.n, dy, w, want)
				s.g.PackGradInput(w, &p)
				s.g.GradInputPacked(s.n, dy, &p, got)
				same(t, fmt.Sprintf("%+v n=%d", s.g, s.n), got, want)
			})
		}
	})
}
