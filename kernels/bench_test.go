package kernels

import (
	"fmt"
	"testing"
	"time"

	"colonnade/kernels/peak"
)

// Floors. A product of m·n·k multiply-adds is 2mnk FLOP; the tiles can reach the
// peak of two 8-wide units, 32 FLOP a cycle (97.9 GFLOP/s at 3.06 GHz; Zen 4 takes
// two cycles for registers of 16, so AVX-512 has the same floor there), and the
// floor of the time is 2mnk/peak. Per image, in FLOP:
//
//	conv1 wide forward 1,382,400 (narrow 691,200), gradient of weights the same
//	conv2 wide forward 921,600 (narrow 115,200), each gradient the same
//	fc 1152->128 forward 294,912, LSTM gates 256->512 262,144, heads 128->28 7,168
//
// An image of conv1 brings 49 KB of floats and leaves 14 KB, so 30 GB/s of memory
// would be needed at the peak and batch 160 where no cache holds them: less than
// one core has, more than two may share.
//
// The vector kernels are bound by memory: 1.4 MB of parameters a pass stay in
// the L2 or L3 cache; the floor is bytes (SetBytes counts what is read and
// written) over its bandwidth, 85 and 64 GB/s on the reference machine.

// peaks has the peak of each implementation, measured once per run before its first result.
// Benchmarks run one after the other.
var peaks = map[string]float64{}

func peakFMA(impl string) float64 {
	if _, known := peaks[impl]; !known {
		peaks[impl] = peak.Of(impl, 300*time.Millisecond)
	}
	return peaks[impl]
}

// benchEach runs a benchmark under every implementation; flops is the work of
// one call.
func benchEach(b *testing.B, name string, flops float64, f func()) {
	for _, impl := range available() {
		b.Run("impl="+impl+"/"+name, func(b *testing.B) {
			withImplementation(impl, func() { bench(b, impl, flops, f) })
		})
	}
}

// bench reports how fast f does so many FLOP, beside the peak of the implementation, which is the
// one in use.
func bench(b *testing.B, impl string, flops float64, f func()) {
	top := peakFMA(impl)
	f() // the first call makes the packing buffer
	b.ReportAllocs()
	for b.Loop() {
		f()
	}
	rate := flops * float64(b.N) / b.Elapsed().Seconds() / 1e9
	b.ReportMetric(rate, "GFLOP/s")
	if top > 0 {
		b.ReportMetric(100*rate/top, "%peak")
	}
}

func benchBuffers(b *testing.B) *buffers { return &buffers{t: b, rng: newRand(1)} }

func BenchmarkGemm(b *testing.B) {
	for _, s := range []struct {
		layer   string
		m, n, k int
	}{
		{"square", 512, 512, 512}, {"square", 1024, 1024, 1024}, {"fc", 1, 128, 1152}, {"fc", 8, 128, 1152},
		{"fc", 16, 128, 1152}, {"fc", 160, 128, 1152}, {"fc", 320, 128, 1152}, {"fcff", 1, 512, 1152},
		{"fcff", 8, 512, 1152}, {"fcff", 16, 512, 1152}, {"fcff", 160, 512, 1152}, {"lstm", 1, 512, 256},
		{"lstm", 8, 512, 256}, {"lstm", 16, 512, 256}, {"lstm", 160, 512, 256}, {"lstm", 320, 512, 256},
		{"heads", 1, 28, 128}, {"heads", 16, 28, 128}, {"heads", 160, 28, 128}, {"headsff", 160, 28, 512},
		{"fcnarrow", 16, 16, 288}, {"fcnarrow", 160, 16, 288}, {"fcffnarrow", 160, 32, 288},
		{"lstmnarrow", 16, 64, 32}, {"lstmnarrow", 160, 64, 32},
		{"headsnarrow", 160, 28, 16}, {"headsffnarrow", 160, 28, 32},
	} {
		p := benchBuffers(b)
		x, w, y := p.float(s.m*s.k), p.float(s.k*s.n), p.float(s.m*s.n)
		dx, dw := p.float(s.m*s.k), p.float(s.k*s.n)
		flops := 2 * float64(s.m) * float64(s.n) * float64(s.k)
		shape := fmt.Sprintf("layer=%s/m=%d/n=%d/k=%d", s.layer, s.m, s.n, s.k)
		benchEach(b, "op=forward/"+shape, flops, func() { Gemm(false, s.m, s.n, s.k, x, s.k, w, s.n, y, s.n) })
		benchEach(b, "op=gradweights/"+shape, flops, func() { GemmTN(false, s.k, s.n, s.m, x, s.k, y, s.n, dw, s.n) })
		benchEach(b, "op=gradinput/"+shape, flops, func() { GemmNT(false, s.m, s.k, s.n, y, s.n, w, s.n, dx, s.k) })
	}
}

func BenchmarkConv(b *testing.B) {
	for _, s := range []struct {
		layer string
		g     Conv
	}{{"conv1wide", conv1Wide}, {"conv2wide", conv2Wide}, {"conv1narrow", conv1Narrow}, {"conv2narrow", conv2Narrow}} {
		for _, n := range []int{1, 8, 16, 160, 320} {
			p, g := benchBuffers(b), s.g
			x, w, bias, y := p.float(n*g.InLen()), p.float(g.WeightLen()), p.float(g.O), p.float(n*g.OutLen())
			dx, dw := p.float(n*g.InLen()), p.float(g.WeightLen())
			flops := 2 * float64(n*g.OutLen()*g.R*g.S*g.C)
			shape := fmt.Sprintf("layer=%s/batch=%d", s.layer, n)
			benchEach(b, "op=forward/"+shape, flops, func() { g.Forward(n, x, w, bias, y, true) })
			benchEach(b, "op=gradweights/"+shape, flops, func() { g.GradWeights(n, x, y, dw, nil) })
			if s.g.C > 3 { // pixels need no gradient
				benchEach(b, "op=gradinput/"+shape, flops, func() { g.GradInput(n, y, w, dx) })
			}
		}
	}
}

// benchBytes runs a memory-bound benchmark that touches bytes bytes a call.
func benchBytes(b *testing.B, name string, bytes int, f func()) {
	for _, impl := range available() {
		b.Run("impl="+impl+"/"+name, func(b *testing.B) {
			withImplementation(impl, func() {
				b.SetBytes(int64(bytes))
				b.ReportAllocs()
				for b.Loop() {
					f()
				}
			})
		})
	}
}

func BenchmarkVector(b *testing.B) {
	const n = 298700 // parameters of the recurrent wide network
	p := benchBuffers(b)
	x, y, z := p.float(n), p.float(n), p.float(n)
	for i, v := range z {
		z[i] = v * v
	}
	benchBytes(b, "op=rmsprop/n=298700", 20*n, func() { RMSProp(y, z, x, 1e-9, 0.99, 1e-5) })
	// Values that mean nothing beside epsilon, those of units that died, must not take longer than
	// others.
	squares, start, grads := make([]float32, n), make([]float32, n), make([]float32, n)
	for _, v := range []struct{ ms, grad float32 }{{1e-6, 1e-3}, {1e-38, 0}, {7e-44, 0}, {7e-44, 1e-20}, {0, 1e-42}} {
		for i := range n {
			start[i], grads[i] = v.ms, v.grad
		}
		benchBytes(b, fmt.Sprintf("op=rmsprop/ms=%g/grad=%g/n=298700", v.ms, v.grad), 28*n, func() {
			copy(squares, start)
			RMSProp(y, squares, grads, 1e-9, 0.99, 1e-5)
		})
	}
	benchBytes(b, "op=scaleadd/n=298700", 12*n, func() { ScaleAdd(y, 1e-9, x) })
	benchBytes(b, "op=scale/n=298700", 8*n, func() { Scale(y, 1.0000001) })
	benchBytes(b, "op=sumsquares/n=298700", 4*n, func() { SumSquares(x) })
}

func BenchmarkElementwise(b *testing.B) {
	const batch = 160
	p := benchBuffers(b)
	n := batch * conv1Wide.OutLen()
	x, y, z := p.float(n), p.float(n), p.float(n)
	bias := p.float(128)
	benchBytes(b, "op=relu/n=576000", 8*n, func() { ReLU(y, x) })
	benchBytes(b, "op=relugrad/n=576000", 12*n, func() { ReLUGrad(z, x, y) })
	benchBytes(b, "op=sumrows/m=36000/n=16", 4*n, func() { SumRows(n/16, 16, x, bias[:16]) })
	benchBytes(b, "op=sumrows/m=160/n=512", 4*batch*512, func() { SumRows(batch, 512, x[:batch*512], y[:512]) })
	pixels := make([]uint8, conv1Wide.InLen())
	benchBytes(b, "op=normalize/n=12288", 5*len(pixels), func() {
		Normalize(z[:len(pixels)], pixels, []float32{120, 118, 110}, []float32{50, 50, 50})
	})
}

// BenchmarkLSTM and BenchmarkLogSoftmax3 are bound by arithmetic: a cell forward
// is 5 exponentials, 5 divisions (about 20 cycles for 8 cells) and 100 vector
// instructions for 8 cells; a cell is 2.5 ns at 3 GHz at best.
func BenchmarkLSTM(b *testing.B) {
	for _, s := range []struct{ batch, n int }{{1, 128}, {16, 128}, {16, 16}} {
		p := benchBuffers(b)
		gates, c, h := p.float(4*s.batch*s.n), p.float(s.batch*s.n), p.float(s.batch*s.n)
		cPrev, dh, dc, dgates := p.float(len(c)), p.float(len(c)), p.float(len(c)), p.float(len(gates))
		shape := fmt.Sprintf("batch=%d/n=%d", s.batch, s.n)
		benchBytes(b, "op=forward/"+shape, 4*(8+3)*len(c), func() { LSTMForward(s.batch, s.n, gates, cPrev, c, h) })
		benchBytes(b, "op=backward/"+shape, 4*(8+5)*len(c),
			func() { LSTMBackward(s.batch, s.n, gates, cPrev, c, dh, dc, dgates) })
	}
}

func BenchmarkLogSoftmax3(b *testing.B) {
	for _, groups := range []int{9, 9 * 16, 9 * 160} {
		p := benchBuffers(b)
		logits, logp := p.float(3*groups), p.float(3*groups)
		benchBytes(b, fmt.Sprintf("groups=%d", groups), 24*groups, func() { LogSoftmax3(groups, logp, logits) })
	}
}
