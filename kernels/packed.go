package kernels

// A Packed holds the weights of a layer in the panels that micro-kernels read, for gradients of the
// input that are computed more than once with the same weights. The products have the bits of those
// of the weights themselves. The zero value is ready for PackNT or PackGradInput, which allocate
// only where it holds less than they need; they must run again after the weights changed. Any
// number of goroutines may read a Packed at once.
type Packed struct {
	weights  []float32 // for what is not faster with panels
	n, k, ld int       // of a matrix
	conv     Conv      // or of a convolution
	panels   []float32 // empty where the implementation reads weights only
}

// PackNT packs the right matrix of GemmNT.
//
// Shape:     b (n,k) stride ldb≥k, not copied: it must stay as it is while p is used
//
// PackNT panics if a dimension is negative, or the stride or b is too short.
func (p *Packed) PackNT(n, k int, b []float32, ldb int) {
	if n < 0 || k < 0 {
		panic(errNegative)
	}
	if ldb < k {
		panic(errStride)
	}
	b = cutRows(b, n, k, ldb, errShortB)
	raceReadRows(b, n, k, ldb)
	*p = Packed{weights: b, n: n, k: k, ld: ldb, panels: p.panels[:0]}
	if n > 0 && k > 0 {
		packNT(p)
	}
	raceWrite(p.panels)
}

// GemmNTPacked is GemmNT with a packed right matrix, whose shape n, k it has.
//
// Shape:     a (m,k) stride lda≥k; c (m,n) stride ldc≥n; row-major
// Alias:     c must not overlap a or the matrix that was packed
// Everything else: as GemmNT, to the bit
func GemmNTPacked(accumulate bool, m int, a []float32, lda int, p *Packed, c []float32, ldc int) {
	n, k := p.n, p.k
	a, _, c = checkGemm(m, n, k, a, m, k, lda, p.weights, n, k, p.ld, c, ldc)
	if m == 0 || n == 0 {
		return
	}
	if k == 0 {
		gemmEmpty(accumulate, m, n, c, ldc)
		return
	}
	raceReadRows(a, m, k, lda)
	raceReadRows(p.weights, n, k, p.ld)
	raceRead(p.panels)
	raceWriteRows(c, m, n, ldc)
	gemmNT(accumulate, m, n, k, a, lda, p.weights, p.ld, p.panels, c, ldc)
}

// PackGradInput packs the weights of a convolution for its gradients of the input.
//
// Shape:     w (R,S,C,O), not copied: it must stay as it is while p is used
//
// PackGradInput panics if the geometry is impossible or w is too short.
func (g Conv) PackGradInput(w []float32, p *Packed) {
	if !g.valid() {
		panic(errConv)
	}
	w = cut(w, 1, g.WeightLen(), errShortW)
	raceRead(w)
	*p = Packed{weights: w, conv: g, panels: p.panels[:0]}
	packGradInput(p)
	raceWrite(p.panels)
}

// GradInputPacked is GradInput with packed weights of the same geometry.
//
// Shape:     dy (n,OutH,OutW,O); dx (n,H,W,C), overwritten
// Alias:     dx must not overlap dy or the weights that were packed
// Everything else: as GradInput, to the bit
//
// GradInputPacked panics as GradInput does, and if p has the weights of another geometry.
func (g Conv) GradInputPacked(n int, dy []float32, p *Packed, dx []float32) {
	if !g.valid() || p.conv != g {
		panic(errConv)
	}
	dx, dy = cut(dx, n, g.InLen(), errShortDX), cut(dy, n, g.OutLen(), errShortDY)
	if overlap(dx, dy) || overlap(dx, p.weights) {
		panic(errOverlap)
	}
	if n == 0 {
		return
	}
	raceRead(dy)
	raceRead(p.weights)
	raceRead(p.panels)
	raceWrite(dx)
	convGradInput(&g, n, dy, p.weights, p.panels, dx)
}
