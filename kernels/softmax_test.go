package kernels

import (
	"fmt"
	"math"
	"testing"
)

func TestLogSoftmax3(t *testing.T) {
	eachImplementation(t, func(t *testing.T) {
		for groups := range 40 {
			for _, size := range []float32{1, 20, 200} {
				eachPlacement(t, groups, func(b *buffers) { checkLogSoftmax3(b, groups, size) })
			}
		}
		for _, groups := range []int{1023, 1024, 1025, 1441, 2900} { // pieces of 1024 groups
			eachPlacement(t, groups, func(b *buffers) { checkLogSoftmax3(b, groups, 5) })
		}
	})
}

// checkLogSoftmax3 compares with the formula, for logits up to ±size.
func checkLogSoftmax3(b *buffers, groups int, size float32) {
	b.t.Helper()
	logits := b.float(3 * groups)
	for i := range logits {
		logits[i] *= size
	}
	b.freeze(logits)
	logp := b.float(3 * groups)
	want, bound := make([]float64, 3*groups), make([]float64, 3*groups)
	for i := range groups {
		x := logits[3*i:][:3]
		most := float64(max(x[0], x[1], x[2]))
		others := -1.0 // the sum of the exponentials below the largest, which is 1
		for _, v := range x {
			others += math.Exp(float64(v) - most)
		}
		spread := most - float64(min(x[0], x[1], x[2]))
		for j, v := range x {
			below, shift := most-float64(v), math.Log1p(others)
			want[3*i+j] = -below - shift
			bound[3*i+j] = eps*(2*below+(8+spread)*shift) + 0x1p-52
		}
	}
	LogSoftmax3(groups, logp, logits)
	near(b.t, fmt.Sprintf("LogSoftmax3 groups=%d size=%g %s", groups, size, b.place.name), logp, want, bound)
}

// TestLogSoftmax3Special puts each group at every position among others.
func TestLogSoftmax3Special(t *testing.T) {
	inf, nan := float32(math.Inf(1)), float32(math.NaN())
	half := float32(math.Log(0.5))
	eachImplementation(t, func(t *testing.T) {
		for _, test := range []struct{ in, want [3]float32 }{
			{[3]float32{nan, 0, 0}, [3]float32{nan, nan, nan}},
			{[3]float32{0, nan, 5}, [3]float32{nan, nan, nan}},
			{[3]float32{0, 0, nan}, [3]float32{nan, nan, nan}},
			{[3]float32{inf, 0, 0}, [3]float32{nan, nan, nan}},
			{[3]float32{-inf, -inf, -inf}, [3]float32{nan, nan, nan}},
			{[3]float32{-inf, 1, 1}, [3]float32{-inf, half, half}},
			{[3]float32{3, -inf, -inf}, [3]float32{0, -inf, -inf}},
			{[3]float32{1e38, -1e38, 0}, [3]float32{0, -2e38, -1e38}},
			{[3]float32{-1e38, -1e38, -1e38}, [3]float32{-1.0986123, -1.0986123, -1.0986123}},
			{[3]float32{1000, 0, 500}, [3]float32{0, -1000, -500}},
		} {
			for at := range 11 {
				x := make([]float32, 33)
				copy(x[3*at:], test.in[:])
				LogSoftmax3(11, x, x)
				for i, v := range x {
					want := float32(-1.0986123)
					if i/3 == at {
						want = test.want[i%3]
					}
					if !(v != v && want != want) && v != want &&
						!(abs(float64(v-want)) <= 4*eps*max(2, abs(float64(want)))) {
						t.Fatalf("group %v at %d: element %d is %g, want %g", test.in, at, i, v, want)
					}
				}
			}
		}
	})
}

func FuzzLogSoftmax3(f *testing.F) {
	f.Add(uint64(1), uint8(9), float32(1))
	f.Add(uint64(2), uint8(200), float32(80))
	f.Fuzz(func(t *testing.T, seed uint64, groups uint8, size float32) {
		if !(abs(float64(size)) < 1e37) {
			t.Skip()
		}
		for _, name := range available() {
			withImplementation(name, func() {
				eachPlacement(t, int(seed%1024), func(b *buffers) {
					b.rng = newRand(seed)
					checkLogSoftmax3(b, int(groups), size)
				})
			})
		}
	})
}
