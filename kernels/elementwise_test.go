package kernels

import (
	"fmt"
	"math"
	"testing"
)

// eachLength runs f under every implementation for the lengths 0 to 70 (whole
// and partial vectors, none to eight of them) at all offsets, and for lengths
// around the pieces in which the assembly is called.
func eachLength(t *testing.T, f func(b *buffers, n int)) {
	eachImplementation(t, func(t *testing.T) {
		for n := range 71 {
			for offset := range 8 {
				eachPlacement(t, offset, func(b *buffers) { f(b, n) })
			}
		}
		for _, n := range []int{pieceAround - 1, pieceAround, pieceAround + 1, 2*pieceAround + 9} {
			eachPlacement(t, n, func(b *buffers) { f(b, n) })
		}
	})
}

// pieceAround is the length of the pieces of the AVX2 kernels.
const pieceAround = 16384

// exact is the bound of an operation that does not round.
func exact(n int) []float64 { return make([]float64, n) }

func TestReLU(t *testing.T) { eachLength(t, checkReLU) }

func checkReLU(b *buffers, n int) {
	b.t.Helper()
	x, y := b.input(n), b.float(n)
	want := make([]float64, n)
	for i, v := range x {
		want[i] = max(float64(v), 0)
	}
	ReLU(y, x)
	near(b.t, fmt.Sprintf("ReLU n=%d %s", n, b.place.name), y, want, exact(n))
}

func TestReLUGrad(t *testing.T) { eachLength(t, checkReLUGrad) }

func checkReLUGrad(b *buffers, n int) {
	b.t.Helper()
	dy, y, dx := b.input(n), b.input(n), b.float(n)
	want := make([]float64, n)
	for i, v := range y {
		if v > 0 {
			want[i] = float64(dy[i])
		}
	}
	ReLUGrad(dx, dy, y)
	near(b.t, fmt.Sprintf("ReLUGrad n=%d %s", n, b.place.name), dx, want, exact(n))
}

// rowShapes are m, n and what they hit: nothing; a masked vector; whole ones;
// both; 64 columns at once; several narrow rows summed as one wide row (widths
// that divide 64), with and without a rest; pieces of many rows.
var rowShapes = []struct{ m, n int }{
	{0, 5}, {5, 0}, {1, 1}, {3, 7}, {3, 8}, {4, 9}, {5, 28}, {7, 64}, {7, 65}, {3, 150}, {2, 128},
	{15, 16}, {16, 16}, {67, 16}, {33, 32}, {77, 8}, {300, 1}, {301, 2}, {129, 3}, {520, 33},
	{225, 16}, {36, 32}, {160, 28}, {257, 64}, {513, 64},
}

func TestSumRows(t *testing.T) {
	eachImplementation(t, func(t *testing.T) {
		for i, s := range rowShapes {
			eachPlacement(t, i, func(b *buffers) { checkSumRows(b, s.m, s.n) })
		}
	})
}

func checkSumRows(b *buffers, m, n int) {
	b.t.Helper()
	x, sum := b.input(m*n), b.float(n)
	want := newSums(sum)
	for i, v := range x {
		want.add(i%n, float64(v))
	}
	SumRows(m, n, x, sum)
	near(b.t, fmt.Sprintf("SumRows m=%d n=%d %s", m, n, b.place.name), sum, want.value,
		scaled(want.size, float64(m+1)*eps))
}

func TestNormalize(t *testing.T) {
	eachLength(t, func(b *buffers, n int) { checkNormalize(b, n, 3) })
	// Channels: one, few, as many as a pattern holds, one more.
	eachImplementation(t, func(t *testing.T) {
		for _, c := range []int{1, 2, 4, 5, 8, 15, 16, 17, 40} {
			for _, n := range []int{0, 1, 7, 8*c - 1, 8 * c, 8*c + 1, 24*c + 5, 12288} {
				eachPlacement(t, n+c, func(b *buffers) { checkNormalize(b, n, c) })
			}
		}
	})
}

func checkNormalize(b *buffers, n, c int) {
	b.t.Helper()
	dst, mean, scale := b.float(n), b.float(c), b.float(c)
	for j := range mean {
		mean[j] = mean[j]*100 + 128
		scale[j] = scale[j]*40 + 50
	}
	src := guardedBytes(b, n)
	for i := range src {
		src[i] = uint8(b.rng.Uint32())
	}
	want, bound := make([]float64, n), make([]float64, n)
	for i, v := range src {
		m, s := float64(mean[i%c]), float64(scale[i%c])
		want[i] = (float64(v) - m) / s
		bound[i] = 3 * eps * (float64(v) + abs(m)) / abs(s)
	}
	Normalize(dst, src, mean, scale)
	near(b.t, fmt.Sprintf("Normalize n=%d c=%d %s", n, c, b.place.name), dst, want, bound)
}

// guardedBytes makes n bytes, which end at a guard page if the placement has it.
func guardedBytes(b *buffers, n int) []uint8 {
	if b.place.guard == noGuard || n == 0 {
		return make([]uint8, n+b.place.offset)[b.place.offset:]
	}
	return bytesOf(guarded(b.t, (n+3)/4, b.place.guard), n, b.place.guard == guardBehind)
}

// TestNormalizeAllBytes holds the kernels to the exact float32 formula.
func TestNormalizeAllBytes(t *testing.T) {
	eachImplementation(t, func(t *testing.T) {
		src := make([]uint8, 3*256)
		for i := range src {
			src[i] = uint8(i / 3)
		}
		mean, scale := []float32{0, 127.5, 200.25}, []float32{255, 50, 3}
		dst := make([]float32, len(src))
		Normalize(dst, src, mean, scale)
		for i, v := range src {
			inverse := 1 / scale[i%3]
			if want := (float32(v) - mean[i%3]) * inverse; dst[i] != want {
				t.Fatalf("byte %d, channel %d: %g, want %g", v, i%3, dst[i], want)
			}
		}
	})
}

// TestElementwiseSpecial has the values that comparisons and maxima treat
// differently, in whole and in partial vectors.
func TestElementwiseSpecial(t *testing.T) {
	inf, nan, negZero := float32(math.Inf(1)), float32(math.NaN()), float32(math.Copysign(0, -1))
	tiny := math.Float32frombits(1)
	x := []float32{nan, inf, -inf, negZero, 0, tiny, -tiny, 1, -1}
	relued := []float32{nan, inf, 0, negZero, 0, tiny, 0, 1, 0}
	positive := []bool{false, true, false, false, false, true, false, true, false}
	eachImplementation(t, func(t *testing.T) {
		for lead := range 9 { // shifts the values through the lanes
			in := append(make([]float32, lead), x...)
			want := append(make([]float32, lead), relued...)
			out := make([]float32, len(in))
			ReLU(out, in)
			sameOrNaN(t, "ReLU", out, want)

			dy := make([]float32, len(in))
			for i := range dy {
				dy[i] = nan
			}
			ReLUGrad(out, dy, in)
			for i, v := range out {
				if pos := i >= lead && positive[i-lead]; pos != (v != v) || !pos && math.Float32bits(v) != 0 {
					t.Errorf("ReLUGrad of NaN where y = %g is %g", in[i], v)
				}
			}
		}
	})
}

// sameOrNaN is same, but for the bits of NaN.
func sameOrNaN(t *testing.T, what string, got, want []float32) {
	t.Helper()
	for i, g := range got {
		if w := want[i]; math.Float32bits(g) != math.Float32bits(w) && !(g != g && w != w) {
			t.Errorf("%s: element %d is %g, want %g", what, i, g, w)
		}
	}
}

func FuzzElementwise(f *testing.F) {
	f.Add(uint64(1), uint16(0), uint16(3), uint8(3))
	f.Add(uint64(2), uint16(129), uint16(64), uint8(200))
	f.Fuzz(func(t *testing.T, seed uint64, m, n uint16, bits uint8) {
		fm, fn := int(m%300), int(n%300)
		for _, name := range available() {
			withImplementation(name, func() {
				eachPlacement(t, int(seed%1024), func(b *buffers) {
					b.rng = newRand(seed)
					switch bits % 4 {
					case 0:
						checkReLU(b, fm*fn)
					case 1:
						checkReLUGrad(b, fm*fn)
					case 2:
						checkSumRows(b, fm, fn)
					case 3:
						checkNormalize(b, fm*fn, 1+int(bits/5))
					}
				})
			})
		}
	})
}
