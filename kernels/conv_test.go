package kernels

import (
	"fmt"
	"math"
	"testing"
)

// The convolutions of the networks.
var (
	conv1Wide   = Conv{H: 64, W: 64, C: 3, R: 8, S: 8, Stride: 4, O: 16}
	conv1Narrow = Conv{H: 64, W: 64, C: 3, R: 8, S: 8, Stride: 4, O: 8}
	conv2Wide   = Conv{H: 15, W: 15, C: 16, R: 5, S: 5, Stride: 2, O: 32}
	conv2Narrow = Conv{H: 15, W: 15, C: 8, R: 5, S: 5, Stride: 2, O: 8}
	lateral     = Conv{H: 15, W: 15, C: 16, R: 1, S: 1, Stride: 1, O: 8} // the 1x1 adapter of progressive networks
)

// convShapes are geometries, batches and what they hit in the kernels.
var convShapes = []struct {
	g Conv
	n int
}{
	{Conv{1, 1, 1, 1, 1, 1, 1}, 1},    // one product
	{Conv{1, 1, 1, 1, 1, 1, 1}, 0},    // none
	{Conv{3, 3, 2, 3, 3, 1, 5}, 7},    // one output pixel an image: tiles across images
	{Conv{4, 5, 1, 2, 2, 1, 16}, 1},   // O = 16: weights are read where they lie
	{Conv{6, 7, 3, 3, 2, 2, 17}, 3},   // a masked second panel; the last row and column of the image unused
	{Conv{5, 5, 2, 5, 5, 3, 24}, 2},   // panels of 16 and 8
	{Conv{7, 9, 5, 3, 2, 1, 13}, 2},   // primes
	{Conv{9, 7, 1, 2, 3, 2, 40}, 2},   // rows of dx closer than the tile is wide: they overlap
	{Conv{8, 8, 1, 8, 1, 1, 8}, 5},    // a filter of one column
	{Conv{8, 9, 4, 1, 1, 3, 9}, 5},    // 1x1 with a stride: parts of dx get no gradient
	{Conv{4, 40, 3, 2, 3, 1, 3}, 2},   // long lines
	{Conv{6, 6, 64, 5, 5, 1, 4}, 1},   // 1600 weights an output: the filter in several parts
	{Conv{3, 3, 600, 2, 2, 1, 3}, 1},  // a run longer than the packed panel
	{Conv{3, 3, 2, 2, 2, 1, 700}, 1},  // more output channels than a panel of the gradient has rows
	{Conv{4, 4, 16, 3, 3, 1, 200}, 2}, // more panels of the gradient than fit the buffer
	{Conv{34, 34, 1, 2, 2, 1, 2}, 1},  // 1089 pixels: dw in parts of an image
	{Conv{2, 1100, 1, 2, 2, 1, 2}, 1}, // 1099 pixels a line: dw in parts of a line
	{Conv{4, 4, 40, 3, 3, 1, 100}, 5}, // more weights than fit the packed panels at once
	{Conv{10, 4, 2, 9, 2, 1, 300}, 1}, // filter rows that meet a line of the gradient, in three parts
	{Conv{9, 8, 3, 7, 3, 3, 20}, 2},   // of which some sets are shorter
	{Conv{7, 6, 4, 6, 2, 1, 9}, 2},    // more of them than the output has lines
	{Conv{8, 9, 4, 5, 2, 1, 24}, 2},   // panels of 16 and 8 over runs of a whole vector, five of those
	{Conv{8, 9, 2, 4, 2, 1, 8}, 2},    // 8 channels over runs of half a vector, one quad of a tall tile
	{conv1Wide, 1}, {conv1Narrow, 2},
	{conv2Wide, 1}, {conv2Wide, 5}, {conv2Narrow, 4},
	{lateral, 3},
	{Conv{3, 3, 600, 2, 2, 1, 5}, 1}, // the filter in several parts, and the ReLU after them
}

func TestConv(t *testing.T) {
	eachImplementation(t, func(t *testing.T) {
		for i, s := range convShapes {
			eachPlacement(t, i, func(b *buffers) { checkConvOnce(b, s.g, s.n, i) })
		}
	})
}

// checkConvOnce compares all three operations with the reference; bit 0 of
// flags chooses the ReLU, bit 1 leaves the bias out.
func checkConvOnce(b *buffers, g Conv, n, flags int) {
	b.t.Helper()
	if err := g.Validate(); err != nil {
		b.t.Fatal(err)
	}
	what := fmt.Sprintf("%+v n=%d placement=%s", g, n, b.place.name)
	x, w, bias, y := b.input(n*g.InLen()), b.input(g.WeightLen()), b.input(g.O), b.float(n*g.OutLen())
	relu := flags&1 != 0
	start := make([]float32, len(y))
	if flags&2 != 0 {
		bias = nil
	} else {
		for i := range start {
			start[i] = bias[i%g.O]
		}
	}
	out := newSums(start)
	eachTap(g, n, func(ix, iw, iy int) { out.add(iy, float64(x[ix])*float64(w[iw])) })
	if relu {
		for i, v := range out.value {
			out.value[i] = max(v, 0)
		}
	}
	g.Forward(n, x, w, bias, y, relu)
	k := float64(g.R * g.S * g.C)
	near(b.t, "Forward "+what, y, out.value, scaled(out.size, (k+2)*eps))

	dy, dx := b.input(n*g.OutLen()), b.float(n*g.InLen())
	in := newSums(make([]float32, len(dx)))
	eachTap(g, n, func(ix, iw, iy int) { in.add(ix, float64(dy[iy])*float64(w[iw])) })
	g.GradInput(n, dy, w, dx)
	near(b.t, "GradInput "+what, dx, in.value, scaled(in.size, float64(g.R*g.S*g.O+2)*eps))

	dw, db := b.float(g.WeightLen()), b.float(g.O)
	weights, biases := newSums(dw), newSums(db)
	eachTap(g, n, func(ix, iw, iy int) { weights.add(iw, float64(x[ix])*float64(dy[iy])) })
	for i, v := range dy {
		biases.add(i%g.O, float64(v))
	}
	if flags&2 != 0 {
		g.GradWeights(n, x, dy, dw, nil)
	} else {
		g.GradWeights(n, x, dy, dw, db)
		near(b.t, "GradWeights bias "+what, db, biases.value, scaled(biases.size, float64(n*g.OutLen()/g.O+2)*eps))
	}
	near(b.t, "GradWeights "+what, dw, weights.value, scaled(weights.size, float64(n*g.OutLen()/g.O+2)*eps))
}

// TestConvImages holds the promise that an image does not depend on its company.
func TestConvImages(t *testing.T) {
	eachImplementation(t, func(t *testing.T) {
		for _, g := range []Conv{conv1Wide, conv2Wide, conv1Narrow, conv2Narrow, {7, 9, 5, 3, 2, 1, 13}} {
			b := &buffers{t: t, rng: newRand(5)}
			const most = 5
			x, w, bias := b.input(most*g.InLen()), b.input(g.WeightLen()), b.input(g.O)
			all, one := b.float(most*g.OutLen()), b.float(g.OutLen())
			g.Forward(most, x, w, bias, all, true)
			for i := range most {
				g.Forward(1, x[i*g.InLen():], w, bias, one, true)
				same(t, fmt.Sprintf("%+v image %d", g, i), one, all[i*g.OutLen():][:g.OutLen()])
			}
		}
	})
}

func TestConvGeometry(t *testing.T) {
	if g := conv1Wide; g.OutH() != 15 || g.OutW() != 15 || g.InLen() != 12288 || g.OutLen() != 3600 ||
		g.WeightLen() != 3072 {
		t.Error("conv1 of the networks has the wrong sizes")
	}
	if g := conv2Wide; g.OutH() != 6 || g.OutW() != 6 || g.WeightLen() != 12800 {
		t.Error("conv2 of the networks has the wrong sizes")
	}
	good := Conv{5, 6, 2, 3, 4, 1, 2}
	for _, change := range []func(*Conv){
		func(g *Conv) { g.H = 0 }, func(g *Conv) { g.W = -1 }, func(g *Conv) { g.C = 0 },
		func(g *Conv) { g.R = 0 }, func(g *Conv) { g.S = 0 }, func(g *Conv) { g.Stride = 0 },
		func(g *Conv) { g.O = 0 }, func(g *Conv) { g.R = 6 }, func(g *Conv) { g.S = 7 },
		func(g *Conv) { g.O = maxConvDim + 1 }, func(g *Conv) { g.C = math.MaxInt/2 + 1 },
	} {
		g := good
		change(&g)
		if g.Validate() == nil || g.valid() {
			t.Errorf("%+v passes for a convolution", g)
		}
	}
	if good.Validate() != nil || !good.valid() {
		t.Errorf("%+v does not pass for a convolution", good)
	}
}

func FuzzConv(f *testing.F) {
	f.Add(uint64(1), uint64(0x0102030405060708))
	f.Add(uint64(2), uint64(0xfffefdfcfbfaf9f8))
	f.Fuzz(func(t *testing.T, seed, shape uint64) {
		next := func(limit int) int {
			v := int(shape%uint64(limit)) + 1
			shape /= uint64(limit)
			return v
		}
		g := Conv{R: next(5), S: next(5), C: next(20), Stride: next(4), O: next(40)}
		g.H, g.W = g.R+next(12)-1, g.S+next(12)-1
		n, flags := next(4), next(4)
		for n > 1 && n*g.OutLen()*g.R*g.S*g.C > 1<<19 {
			n--
		}
		if n*g.OutLen()*g.R*g.S*g.C > 1<<21 {
			t.Skip("too much work")
		}
		for _, name := range available() {
			withImplementation(name, func() {
				eachPlacement(t, int(seed%1024), func(b *buffers) {
					b.rng = newRand(seed)
					checkConvOnce(b, g, n, flags)
				})
			})
		}
	})
}
