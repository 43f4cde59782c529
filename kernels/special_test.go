package kernels

import (
	"math"
	"sync"
	"testing"
)

// TestProductSpecial puts NaN, infinities, -0 and denormals into products: a
// row or column that has one is spoilt as the formula says, all others are
// untouched.
func TestProductSpecial(t *testing.T) {
	inf, nan := float32(math.Inf(1)), float32(math.NaN())
	eachImplementation(t, func(t *testing.T) {
		for _, s := range []struct{ m, n, k int }{{1, 70, 5}, {2, 5, 13}, {6, 16, 3}, {7, 21, 9}, {9, 8, 330},
			{100, 19, 4}} {
			for op, g := range gemms {
				for _, bad := range []float32{nan, inf, -inf} {
					m, n, k := s.m, s.n, s.k
					ones := func(n int) []float32 {
						x := make([]float32, n)
						for i := range x {
							x[i] = 1
						}
						return x
					}
					a, b, c := ones(m*k), ones(k*n), ones(m*n)
					lda, ldb := k, n
					i, p := m/2, k-1
					at := i*k + p
					if g.ta {
						lda, at = m, p*m+i
					}
					if g.tb {
						ldb = k
					}
					a[at] = bad
					g.f(true, m, n, k, a, lda, b, ldb, c, n)
					for j, v := range c {
						if want := float32(k + 1); j/n != i && v != want {
							t.Fatalf("%s %v: %g in row %d makes element %d %g, want %g", gemms[op].name, s, bad, i, j,
								v, want)
						}
						if j/n == i && v != bad && !(v != v && bad != bad) {
							t.Fatalf("%s %v: %g in row %d makes element %d of it %g", gemms[op].name, s, bad, i, j, v)
						}
					}
					// Zeros are not skipped: 0·Inf and 0·NaN are NaN.
					clear(b)
					g.f(false, m, n, k, a, lda, b, ldb, c, n)
					for j, v := range c {
						if spoilt := j/n == i; spoilt != (v != v) {
							t.Fatalf("%s %v: 0·%g in row %d makes element %d %g", gemms[op].name, s, bad, i, j, v)
						}
					}
				}
			}
		}
		tiny := math.Float32frombits(3)
		c := make([]float32, 1)
		Gemm(false, 1, 1, 2, []float32{tiny, tiny}, 2, []float32{1, 1}, 1, c, 1)
		if c[0] != 2*tiny {
			t.Errorf("denormals add up to %g, want %g", c[0], 2*tiny)
		}
	})
}

// TestConvSpecial: a NaN or an infinity of a pixel reaches the outputs whose
// patches hold it, through the ReLU too, and no others.
func TestConvSpecial(t *testing.T) {
	nan, inf := float32(math.NaN()), float32(math.Inf(1))
	eachImplementation(t, func(t *testing.T) {
		for _, g := range []Conv{{5, 5, 2, 2, 2, 1, 16}, {5, 5, 2, 2, 2, 1, 7}, {7, 7, 1, 3, 3, 2, 21}} {
			for _, bad := range []float32{nan, inf, -inf} {
				x, w, y := make([]float32, g.InLen()), make([]float32, g.WeightLen()), make([]float32, g.OutLen())
				for i := range w {
					w[i] = 1
				}
				const row, col = 2, 3
				x[(row*g.W+col)*g.C] = bad
				dx := make([]float32, len(x))
				g.Forward(1, x, w, nil, y, true)
				for i, v := range y {
					top, left := i/g.O/g.OutW()*g.Stride, i/g.O%g.OutW()*g.Stride
					var want float32
					if top <= row && row < top+g.R && left <= col && col < left+g.S {
						if want = bad; bad < 0 {
							want = 0
						}
					}
					if v != want && !(v != v && want != want) {
						t.Fatalf("%+v: %g makes output %d %g, want %g", g, bad, i, v, want)
					}
				}
				clear(y)
				y[len(y)-1] = bad
				g.GradInput(1, y, w, dx)
				for i, v := range dx {
					r, c := i/g.C/g.W-(g.OutH()-1)*g.Stride, i/g.C%g.W-(g.OutW()-1)*g.Stride
					var want float32
					if r >= 0 && r < g.R && c >= 0 && c < g.S {
						want = bad
					}
					if v != want && !(v != v && want != want) {
						t.Fatalf("%+v: a gradient %g makes input %d %g, want %g", g, bad, i, v, want)
					}
				}
			}
		}
	})
}

// TestConcurrent runs the operations that share packing buffers side by side
// and wants the results they have alone.
func TestConcurrent(t *testing.T) {
	eachImplementation(t, func(t *testing.T) {
		const workers = 4
		turns := 300 // the packing buffers of assembly meet by chance
		switch Implementation() {
		case "base":
			turns = 5
		case "neon":
			turns = 20 // mostly under qemu-user, where one takes a third of a second
		}
		type task struct {
			call      func()
			out, want []float32
			start     []float32
		}
		var all sync.WaitGroup
		for worker := range workers {
			var tasks []task
			for _, op := range operations[:8] { // products and convolutions
				call, out := op.prepare(&buffers{t: t, rng: newRand(uint64(worker))})
				start := append([]float32{}, out...)
				call()
				tasks = append(tasks, task{call, out, append([]float32{}, out...), start})
			}
			all.Go(func() {
				for range turns {
					for i, k := range tasks {
						copy(k.out, k.start)
						k.call()
						for j, v := range k.out {
							if v != k.want[j] {
								t.Errorf("worker %d, %s: element %d is %g, alone it is %g", worker, operations[i].name,
									j, v, k.want[j])
								return
							}
						}
					}
				}
			})
		}
		all.Wait()
	})
}
