package kernels

import "fmt"

// Conv is the geometry of a convolution without padding. Images are (H,W,C),
// filters (R,S), Stride is the same in both directions, O is the number of
// output channels. A patch (the input under one output pixel) is R runs of
// S·C consecutive floats, W·C apart, which is why no copy of it is needed.
type Conv struct {
	H, W, C      int // input height, width and channels
	R, S, Stride int // filter height and width, step between patches
	O            int // output channels
}

// OutH is the height of the output, (H-R)/Stride + 1.
func (g Conv) OutH() int { return (g.H-g.R)/g.Stride + 1 }

// OutW is the width of the output, (W-S)/Stride + 1.
func (g Conv) OutW() int { return (g.W-g.S)/g.Stride + 1 }

// InLen is the number of floats of one input image, H·W·C.
func (g Conv) InLen() int { return g.H * g.W * g.C }

// OutLen is the number of floats of one output image, OutH·OutW·O.
func (g Conv) OutLen() int { return g.OutH() * g.OutW() * g.O }

// WeightLen is the number of weights, R·S·C·O.
func (g Conv) WeightLen() int { return g.R * g.S * g.C * g.O }

// maxConvDim bounds every dimension, so that no product of them overflows.
const maxConvDim = 1 << 12

// Validate says in words what is wrong with the geometry, or returns nil.
func (g Conv) Validate() error {
	for _, d := range []struct {
		name  string
		value int
	}{{"H", g.H}, {"W", g.W}, {"C", g.C}, {"R", g.R}, {"S", g.S}, {"Stride", g.Stride}, {"O", g.O}} {
		if d.value < 1 || d.value > maxConvDim {
			return fmt.Errorf("convolution: %s is %d, must be 1 to %d", d.name, d.value, maxConvDim)
		}
	}
	if g.R > g.H || g.S > g.W {
		return fmt.Errorf("convolution: the %dx%d filter does not fit the %dx%d image", g.R, g.S, g.H, g.W)
	}
	return nil
}

// valid is Validate for the kernels: it allocates nothing.
func (g Conv) valid() bool {
	return min(g.H, g.W, g.C, g.R, g.S, g.Stride, g.O) >= 1 && max(g.H, g.W, g.C, g.Stride, g.O) <= maxConvDim &&
		g.R <= g.H && g.S <= g.W
}

// Forward computes y = x * w + bias, then y = max(y, 0) if relu is true.
//
//	y[i,oh,ow,o] = bias[o] + Σ_{r,s,c} x[i, oh·Stride+r, ow·Stride+s, c] * w[r,s,c,o]
//
// Shape:     x (n,H,W,C); w (R,S,C,O); bias (O) or nil for zero; y (n,OutH,OutW,O), overwritten
// Alias:     y must not overlap an input
// Align:     any; the result does not depend on addresses
// Accuracy:  |err| ≤ (RSC+2)·2⁻²⁴·(|bias|+Σ|x||w|)
// Rows:      an image's output depends on that image alone: the same bits whatever n is
// NaN/Inf:   propagate, through the ReLU too
// Source:    a matrix product over implicit patches, the blocking of Gemm
//
// Forward panics if the geometry is impossible, n is negative, a slice is too
// short or y overlaps an input.
func (g Conv) Forward(n int, x, w, bias, y []float32, relu bool) {
	if !g.valid() {
		panic(errConv)
	}
	x, y, w = cut(x, n, g.InLen(), errShortX), cut(y, n, g.OutLen(), errShortY), cut(w, 1, g.WeightLen(), errShortW)
	if bias != nil {
		bias = cut(bias, 1, g.O, errShortBias)
	}
	if overlap(y, x) || overlap(y, w) || overlap(y, bias) {
		panic(errOverlap)
	}
	if n == 0 {
		return
	}
	raceRead(x)
	raceRead(w)
	raceRead(bias)
	raceWrite(y)
	if useVectors {
		convForwardBlocked(&g, n, x, w, bias, y, relu)
	} else {
		convForwardGeneric(&g, n, x, w, bias, y, relu)
	}
}

// GradInput computes the gradient of the input from that of the output.
//
//	dx[i, oh·Stride+r, ow·Stride+s, c] += Σ_o dy[i,oh,ow,o] * w[r,s,c,o]   over all oh, ow, r, s, from dx = 0
//
// Shape:     dy (n,OutH,OutW,O); w (R,S,C,O); dx (n,H,W,C), overwritten
// Alias:     dx must not overlap an input
// Align:     any; the result does not depend on addresses
// Accuracy:  |err| ≤ (RSO+2)·2⁻²⁴·Σ|dy||w|
// NaN/Inf:   propagate
//
// GradInput panics as Forward does.
func (g Conv) GradInput(n int, dy, w, dx []float32) {
	if !g.valid() {
		panic(errConv)
	}
	dx, dy, w = cut(dx, n, g.InLen(), errShortDX), cut(dy, n, g.OutLen(), errShortDY), cut(w, 1, g.WeightLen(),
		errShortW)
	if overlap(dx, dy) || overlap(dx, w) {
		panic(errOverlap)
	}
	if n == 0 {
		return
	}
	raceRead(dy)
	raceRead(w)
	raceWrite(dx)
	convGradInput(&g, n, dy, w, nil, dx)
}

// convGradInput is GradInput without its checks. panels has the weights as packGradInput left them,
// or nothing.
func convGradInput(g *Conv, n int, dy, w, panels, dx []float32) {
	if useVectors {
		convGradInputBlocked(g, n, dy, w, panels, dx)
	} else {
		convGradInputGeneric(g, n, dy, w, dx)
	}
}

// GradWeights adds the gradients of the weights and of the bias.
//
//	dw[r,s,c,o] += Σ_{i,oh,ow} x[i, oh·Stride+r, ow·Stride+s, c] * dy[i,oh,ow,o]
//	db[o]       += Σ_{i,oh,ow} dy[i,oh,ow,o]
//
// Shape:     x (n,H,W,C); dy (n,OutH,OutW,O); dw (R,S,C,O); db (O) or nil
// Alias:     dw and db must not overlap an input or each other
// Align:     any; the result does not depend on addresses
// Accuracy:  |err| ≤ (P+2)·2⁻²⁴·(|dw|+Σ|x||dy|) with P = n·OutH·OutW terms
// NaN/Inf:   propagate
//
// GradWeights panics as Forward does.
func (g Conv) GradWeights(n int, x, dy, dw, db []float32) {
	if !g.valid() {
		panic(errConv)
	}
	x, dy, dw = cut(x, n, g.InLen(), errShortX), cut(dy, n, g.OutLen(), errShortDY), cut(dw, 1, g.WeightLen(),
		errShortDW)
	if db != nil {
		db = cut(db, 1, g.O, errShortDB)
	}
	if overlap(dw, x) || overlap(dw, dy) || overlap(db, x) || overlap(db, dy) || overlap(dw, db) {
		panic(errOverlap)
	}
	if n == 0 {
		return
	}
	raceRead(x)
	raceRead(dy)
	raceWrite(dw)
	if useVectors {
		convGradWeightsBlocked(&g, n, x, dy, dw)
	} else {
		convGradWeightsGeneric(&g, n, x, dy, dw)
	}
	if db != nil {
		SumRows(len(dy)/g.O, g.O, dy, db)
	}
}
