package kernels

import (
	"fmt"
	"math"
	"testing"
)

// mustPanic fails the test unless f panics with exactly the text.
func mustPanic(t *testing.T, what, text string, f func()) {
	t.Helper()
	defer func() {
		t.Helper()
		if got := recover(); got != text {
			t.Errorf("%s: panic %v, want %q", what, got, text)
		}
	}()
	f()
}

// TestLengths has every check of every operation once, under every
// implementation: no slice may reach the assembly too short.
func TestLengths(t *testing.T) {
	z := func(n int) []float32 { return make([]float32, n) }
	g := Conv{3, 3, 2, 2, 2, 1, 5} // 18 in, 40 weights, 20 out
	cases := []struct {
		what, text string
		f          func()
	}{
		{"Gemm m", errNegative, func() { Gemm(false, -1, 2, 2, z(4), 2, z(4), 2, z(4), 2) }},
		{"Gemm n", errNegative, func() { Gemm(false, 2, -1, 2, z(4), 2, z(4), 2, z(4), 2) }},
		{"Gemm k", errNegative, func() { Gemm(false, 2, 2, -1, z(4), 2, z(4), 2, z(4), 2) }},
		{"Gemm lda", errStride, func() { Gemm(false, 2, 2, 3, z(6), 2, z(6), 2, z(4), 2) }},
		{"Gemm ldb", errStride, func() { Gemm(false, 2, 3, 2, z(4), 2, z(6), 2, z(6), 3) }},
		{"Gemm ldc", errStride, func() { Gemm(false, 2, 3, 2, z(4), 2, z(6), 3, z(6), 2) }},
		{"Gemm a", errShortA, func() { Gemm(false, 2, 3, 4, z(7), 4, z(12), 3, z(6), 3) }},
		{"Gemm b", errShortB, func() { Gemm(false, 2, 3, 4, z(8), 4, z(11), 3, z(6), 3) }},
		{"Gemm c", errShortC, func() { Gemm(false, 2, 3, 4, z(8), 4, z(12), 3, z(5), 3) }},
		{"GemmTN lda", errStride, func() { GemmTN(false, 3, 2, 2, z(6), 2, z(4), 2, z(6), 2) }},
		{"GemmTN a", errShortA, func() { GemmTN(false, 2, 3, 4, z(7), 2, z(12), 3, z(6), 3) }},
		{"GemmTN b", errShortB, func() { GemmTN(false, 2, 3, 4, z(8), 2, z(11), 3, z(6), 3) }},
		{"GemmTN c", errShortC, func() { GemmTN(false, 2, 3, 4, z(8), 2, z(12), 3, z(5), 3) }},
		{"GemmNT ldb", errStride, func() { GemmNT(false, 2, 2, 3, z(6), 3, z(6), 2, z(4), 2) }},
		{"GemmNT a", errShortA, func() { GemmNT(false, 2, 3, 4, z(7), 4, z(12), 4, z(6), 3) }},
		{"GemmNT b", errShortB, func() { GemmNT(false, 2, 3, 4, z(8), 4, z(11), 4, z(6), 3) }},
		{"GemmNT c", errShortC, func() { GemmNT(false, 2, 3, 4, z(8), 4, z(12), 4, z(5), 3) }},
		{"Forward geometry", errConv, func() { Conv{}.Forward(1, z(18), z(40), z(5), z(20), false) }},
		{"Forward n", errNegative, func() { g.Forward(-1, z(18), z(40), z(5), z(20), false) }},
		{"Forward x", errShortX, func() { g.Forward(1, z(17), z(40), z(5), z(20), false) }},
		{"Forward w", errShortW, func() { g.Forward(1, z(18), z(39), z(5), z(20), false) }},
		{"Forward bias", errShortBias, func() { g.Forward(1, z(18), z(40), z(4), z(20), false) }},
		{"Forward y", errShortY, func() { g.Forward(1, z(18), z(40), z(5), z(19), false) }},
		{"GradInput geometry", errConv, func() { Conv{}.GradInput(1, z(20), z(40), z(18)) }},
		{"GradInput dy", errShortDY, func() { g.GradInput(1, z(19), z(40), z(18)) }},
		{"GradInput w", errShortW, func() { g.GradInput(1, z(20), z(39), z(18)) }},
		{"GradInput dx", errShortDX, func() { g.GradInput(1, z(20), z(40), z(17)) }},
		{"PackNT n", errNegative, func() { new(Packed).PackNT(-1, 2, z(4), 2) }},
		{"PackNT ldb", errStride, func() { new(Packed).PackNT(2, 3, z(6), 2) }},
		{"PackNT b", errShortB, func() { new(Packed).PackNT(3, 4, z(11), 4) }},
		{"GemmNTPacked m", errNegative, func() { GemmNTPacked(false, -1, z(8), 4, packedNT(), z(6), 3) }},
		{"GemmNTPacked lda", errStride, func() { GemmNTPacked(false, 2, z(8), 3, packedNT(), z(6), 3) }},
		{"GemmNTPacked a", errShortA, func() { GemmNTPacked(false, 2, z(7), 4, packedNT(), z(6), 3) }},
		{"GemmNTPacked c", errShortC, func() { GemmNTPacked(false, 2, z(8), 4, packedNT(), z(5), 3) }},
		{"PackGradInput geometry", errConv, func() { Conv{}.PackGradInput(z(40), new(Packed)) }},
		{"PackGradInput w", errShortW, func() { g.PackGradInput(z(39), new(Packed)) }},
		{"GradInputPacked geometry", errConv, func() { g.GradInputPacked(1, z(20), packedNT(), z(18)) }},
		{"GradInputPacked dy", errShortDY, func() { g.GradInputPacked(1, z(19), packedFilter(g), z(18)) }},
		{"GradInputPacked dx", errShortDX, func() { g.GradInputPacked(1, z(20), packedFilter(g), z(17)) }},
		{"GradWeights geometry", errConv, func() { Conv{}.GradWeights(1, z(18), z(20), z(40), nil) }},
		{"GradWeights x", errShortX, func() { g.GradWeights(1, z(17), z(20), z(40), nil) }},
		{"GradWeights dy", errShortDY, func() { g.GradWeights(1, z(18), z(19), z(40), nil) }},
		{"GradWeights dw", errShortDW, func() { g.GradWeights(1, z(18), z(20), z(39), nil) }},
		{"GradWeights db", errShortDB, func() { g.GradWeights(1, z(18), z(20), z(40), z(4)) }},
		{"Normalize", errLengths, func() { Normalize(z(3), make([]uint8, 4), z(1), z(1)) }},
		{"Normalize none", errChannels, func() { Normalize(z(3), make([]uint8, 3), nil, nil) }},
		{"Normalize scale", errChannels, func() { Normalize(z(3), make([]uint8, 3), z(3), z(2)) }},
		{"SumRows x", errShortX, func() { SumRows(2, 2, z(3), z(2)) }},
		{"SumRows sum", errShortSum, func() { SumRows(2, 2, z(4), z(1)) }},
		{"ReLU", errLengths, func() { ReLU(z(3), z(4)) }},
		{"ReLUGrad dx", errLengths, func() { ReLUGrad(z(3), z(4), z(4)) }},
		{"ReLUGrad dy", errLengths, func() { ReLUGrad(z(4), z(3), z(4)) }},
		{"ReLUGrad y", errLengths, func() { ReLUGrad(z(4), z(4), z(3)) }},
		{"LSTMForward batch", errNegative, func() { LSTMForward(-1, 2, z(16), z(4), z(4), z(4)) }},
		{"LSTMForward gates", errShortGates, func() { LSTMForward(2, 2, z(15), z(4), z(4), z(4)) }},
		{"LSTMForward cPrev", errShortCPrev, func() { LSTMForward(2, 2, z(16), z(3), z(4), z(4)) }},
		{"LSTMForward c", errShortC, func() { LSTMForward(2, 2, z(16), z(4), z(3), z(4)) }},
		{"LSTMForward h", errShortH, func() { LSTMForward(2, 2, z(16), z(4), z(4), z(3)) }},
		{"LSTMBackward gates", errShortGates, func() { LSTMBackward(2, 2, z(15), z(4), z(4), z(4), z(4), z(16)) }},
		{"LSTMBackward cPrev", errShortCPrev, func() { LSTMBackward(2, 2, z(16), z(3), z(4), z(4), z(4), z(16)) }},
		{"LSTMBackward c", errShortC, func() { LSTMBackward(2, 2, z(16), z(4), z(3), z(4), z(4), z(16)) }},
		{"LSTMBackward dh", errShortDH, func() { LSTMBackward(2, 2, z(16), z(4), z(4), z(3), z(4), z(16)) }},
		{"LSTMBackward dc", errShortDC, func() { LSTMBackward(2, 2, z(16), z(4), z(4), z(4), z(3), z(16)) }},
		{"LSTMBackward dgates", errShortDGates, func() { LSTMBackward(2, 2, z(16), z(4), z(4), z(4), z(4), z(15)) }},
		{"LogSoftmax3 groups", errNegative, func() { LogSoftmax3(-1, z(6), z(6)) }},
		{"LogSoftmax3 logp", errShortLogp, func() { LogSoftmax3(2, z(5), z(6)) }},
		{"LogSoftmax3 logits", errShortLogits, func() { LogSoftmax3(2, z(6), z(5)) }},
		{"RMSProp theta", errLengths, func() { RMSProp(z(3), z(4), z(4), 1, 1, 1) }},
		{"RMSProp ms", errLengths, func() { RMSProp(z(4), z(3), z(4), 1, 1, 1) }},
		{"RMSProp grad", errLengths, func() { RMSProp(z(4), z(4), z(3), 1, 1, 1) }},
		{"ScaleAdd", errLengths, func() { ScaleAdd(z(3), 1, z(4)) }},
		// A product of dimensions that overflows must not look small.
		{"SumRows overflow", errShortX, func() { SumRows(math.MaxInt/2+1, 4, z(4), z(4)) }},
		{"Gemm overflow", errShortA, func() { Gemm(false, math.MaxInt/2+2, 4, 4, z(16), 4, z(16), 4, z(16), 4) }},
		{"Forward overflow", errShortX, func() { g.Forward(math.MaxInt/9+1, z(18), z(40), z(5), z(20), false) }},
	}
	eachImplementation(t, func(t *testing.T) {
		for _, c := range cases {
			mustPanic(t, c.what, c.text, c.f)
		}
	})
}

// packedNT is a matrix of 3 rows of 4, packedFilter the weights of a convolution.
func packedNT() *Packed {
	p := new(Packed)
	p.PackNT(3, 4, make([]float32, 12), 4)
	return p
}

func packedFilter(g Conv) *Packed {
	p := new(Packed)
	g.PackGradInput(make([]float32, g.WeightLen()), p)
	return p
}

// TestOverlapForbidden has every forbidden overlap.
func TestOverlapForbidden(t *testing.T) {
	m := make([]float32, 400)
	p, q := m[0:], m[1:] // overlap each other, and lie apart from far
	far, off := m[200:], m[300:]
	bytes := make([]uint8, 20)
	g := Conv{3, 3, 2, 2, 2, 1, 5} // 18 in, 40 weights, 20 out
	cases := []struct {
		what string
		f    func()
	}{
		{"Gemm c=a", func() { Gemm(false, 2, 2, 2, p, 2, far, 2, p, 2) }},
		{"Gemm c~a", func() { Gemm(false, 2, 2, 2, p, 2, far, 2, q, 2) }},
		{"Gemm c~b", func() { Gemm(false, 2, 2, 2, far, 2, p, 2, q, 2) }},
		{"Gemm strides", func() { Gemm(false, 2, 2, 2, p, 8, far, 2, m[2:], 9) }},
		{"Gemm columns", func() { Gemm(false, 2, 2, 3, p, 8, far, 2, m[2:], 8) }},
		{"Gemm columns wrapped", func() { Gemm(false, 2, 3, 2, p, 8, far, 3, m[6:], 8) }},
		{"GemmTN c~a", func() { GemmTN(false, 2, 2, 2, p, 2, far, 2, q, 2) }},
		{"GemmTN c~b", func() { GemmTN(false, 2, 2, 2, far, 2, p, 2, q, 2) }},
		{"GemmNT c~a", func() { GemmNT(false, 2, 2, 2, p, 2, far, 2, q, 2) }},
		{"GemmNT c~b", func() { GemmNT(false, 2, 2, 2, far, 2, p, 2, q, 2) }},
		{"Forward y~x", func() { g.Forward(1, p, far, off, q, false) }},
		{"Forward y~w", func() { g.Forward(1, far, p, off, q, false) }},
		{"Forward y~bias", func() { g.Forward(1, far, off, p, q, false) }},
		{"GradInput dx~dy", func() { g.GradInput(1, p, far, q) }},
		{"GradInput dx~w", func() { g.GradInput(1, far, p, q) }},
		{"GemmNTPacked c~a", func() { GemmNTPacked(false, 2, p, 4, packedNT(), q, 3) }},
		{"GradInputPacked dx~dy", func() { g.GradInputPacked(1, p, packedFilter(g), q) }},
		{"GradWeights dw~x", func() { g.GradWeights(1, p, far, q, nil) }},
		{"GradWeights dw~dy", func() { g.GradWeights(1, far, p, q, nil) }},
		{"GradWeights db~x", func() { g.GradWeights(1, p, far, off, q) }},
		{"GradWeights db~dy", func() { g.GradWeights(1, far, p, off, q) }},
		{"GradWeights db~dw", func() { g.GradWeights(1, far, off, p, q) }},
		{"Normalize mean", func() { Normalize(p[:20], bytes, q[:3], far[:3]) }},
		{"Normalize scale", func() { Normalize(p[:20], bytes, far[:3], q[:3]) }},
		{"SumRows", func() { SumRows(2, 3, p, q) }},
		{"ReLU", func() { ReLU(p[:9], q[:9]) }},
		{"ReLUGrad dx~dy", func() { ReLUGrad(p[:9], q[:9], far[:9]) }},
		{"ReLUGrad dx~y", func() { ReLUGrad(p[:9], far[:9], q[:9]) }},
		{"LSTMForward gates~cPrev", func() { LSTMForward(1, 2, p, q, far, off) }},
		{"LSTMForward gates~c", func() { LSTMForward(1, 2, p, far, q, off) }},
		{"LSTMForward gates~h", func() { LSTMForward(1, 2, p, far, off, q) }},
		{"LSTMForward c~cPrev", func() { LSTMForward(1, 2, far, p, q, off) }},
		{"LSTMForward h~cPrev", func() { LSTMForward(1, 2, far, p, off, q) }},
		{"LSTMForward h~c", func() { LSTMForward(1, 2, far, off, p, q) }},
		{"LSTMBackward dc~gates", func() { LSTMBackward(1, 2, p, off, off, off, q, far) }},
		{"LSTMBackward dc~cPrev", func() { LSTMBackward(1, 2, off, p, off, off, q, far) }},
		{"LSTMBackward dc~c", func() { LSTMBackward(1, 2, off, off, p, off, q, far) }},
		{"LSTMBackward dc~dh", func() { LSTMBackward(1, 2, off, off, off, p, q, far) }},
		{"LSTMBackward dc~dgates", func() { LSTMBackward(1, 2, off, off, off, off, p, q) }},
		{"LSTMBackward dgates~gates", func() { LSTMBackward(1, 2, p, off, off, off, far, q) }},
		{"LSTMBackward dgates~cPrev", func() { LSTMBackward(1, 2, off, p, off, off, far, q) }},
		{"LSTMBackward dgates~c", func() { LSTMBackward(1, 2, off, off, p, off, far, q) }},
		{"LSTMBackward dgates~dh", func() { LSTMBackward(1, 2, off, off, off, p, far, q) }},
		{"LogSoftmax3", func() { LogSoftmax3(2, p, q) }},
		{"RMSProp theta~ms", func() { RMSProp(p[:9], q[:9], far[:9], 1, 1, 1) }},
		{"RMSProp theta~grad", func() { RMSProp(p[:9], far[:9], q[:9], 1, 1, 1) }},
		{"RMSProp ms~grad", func() { RMSProp(far[:9], p[:9], q[:9], 1, 1, 1) }},
		{"ScaleAdd", func() { ScaleAdd(p[:9], 1, q[:9]) }},
	}
	for _, c := range cases {
		mustPanic(t, c.what, errOverlap, c.f)
	}
	// Neighbours and different columns of one matrix do not overlap.
	Gemm(false, 2, 2, 2, m[0:], 2, far, 2, m[4:], 2)
	Gemm(false, 2, 3, 2, m[0:], 5, far, 3, m[2:], 5)
	Gemm(false, 2, 2, 3, m[2:], 5, far, 2, m[0:], 5)
	ReLU(p[:9], m[9:18])
}

// TestOverlapAllowed compares each allowed overlap with separate slices.
func TestOverlapAllowed(t *testing.T) {
	eachImplementation(t, func(t *testing.T) {
		for _, n := range []int{1, 7, 8, 9, 33} {
			rng := newRand(uint64(n))
			random := func(n int) []float32 {
				b := &buffers{t: t, rng: rng}
				return b.float(n)
			}
			clone := func(x []float32) []float32 { return append([]float32{}, x...) }
			x, y, z := random(n), random(n), random(n)

			want, got := clone(y), clone(x)
			ReLU(want, x)
			ReLU(got, got)
			same(t, "ReLU in place", got, want)

			ReLUGrad(want, x, y)
			got = clone(x)
			ReLUGrad(got, got, y)
			same(t, "ReLUGrad over dy", got, want)
			got = clone(y)
			ReLUGrad(got, x, got)
			same(t, "ReLUGrad over y", got, want)

			want, got = clone(x), clone(x)
			ScaleAdd(want, 0.3, clone(x))
			ScaleAdd(got, 0.3, got)
			same(t, "ScaleAdd to itself", got, want)

			logits := random(3 * n)
			want, got = clone(logits), clone(logits)
			LogSoftmax3(n, want, logits)
			LogSoftmax3(n, got, got)
			same(t, "LogSoftmax3 in place", got, want)

			gates, c, h := random(4*n), clone(z), clone(z)
			gates2, c2, h2 := clone(gates), clone(z), clone(z)
			LSTMForward(1, n, gates, clone(z), c, h)
			LSTMForward(1, n, gates2, c2, c2, h2)
			same(t, "LSTMForward c over cPrev", c2, c)
			same(t, "LSTMForward h, c over cPrev", h2, h)

			dc, dc2, dgates := clone(x), clone(x), random(4*n)
			LSTMBackward(1, n, gates, z, c, y, dc, dgates)
			LSTMBackward(1, n, gates, z, c, y, dc2, gates)
			same(t, "LSTMBackward dgates over gates", gates, dgates)
			same(t, "LSTMBackward dc, dgates over gates", dc2, dc)

			// The inputs of a product may be one slice.
			a := random(n * n)
			want, got = make([]float32, n*n), make([]float32, n*n)
			Gemm(false, n, n, n, a, n, clone(a), n, want, n)
			Gemm(false, n, n, n, a, n, a, n, got, n)
			same(t, "Gemm of a with itself", got, want)

			// Columns of one matrix, written beside those that are read.
			wide := random(n * 2 * n)
			Gemm(false, n, n, n, clone(wide), 2*n, a, n, want, n)
			Gemm(false, n, n, n, wide, 2*n, a, n, wide[n:], 2*n)
			for i := range n {
				same(t, "Gemm beside a", wide[i*2*n+n:][:n], want[i*n:][:n])
			}
		}
	})
}

// TestAddresses runs the same values at 16 addresses and wants the same bits.
func TestAddresses(t *testing.T) {
	eachImplementation(t, func(t *testing.T) {
		for _, op := range operations {
			t.Run(op.name, func(t *testing.T) {
				var first []float32
				for offset := range 16 {
					b := &buffers{t: t, rng: newRand(77), place: placement{"offset", offset % 8, noGuard}}
					if offset >= 8 {
						b.float(3 * offset) // moves what comes after
					}
					b.rng = newRand(78)
					out := op.run(b)
					if first == nil {
						first = append(first, out...)
					}
					same(t, fmt.Sprintf("offset %d", offset), out, first)
				}
			})
		}
	})
}
