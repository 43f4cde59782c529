//go:build !purego

package kernels

func convForward(g *Conv, n int, x, w, bias, y []float32, relu bool) {
	if useAVX2 {
		convForwardAVX2(g, n, x, w, bias, y, relu)
		return
	}
	convForwardGeneric(g, n, x, w, bias, y, relu)
}

func convGradInput(g *Conv, n int, dy, w, dx []float32) {
	if useAVX2 {
		convGradInputAVX2(g, n, dy, w, dx)
		return
	}
	convGradInputGeneric(g, n, dy, w, dx)
}

func convGradWeights(g *Conv, n int, x, dy, dw []float32) {
	if useAVX2 {
		convGradWeightsAVX2(g, n, x, dy, dw)
		return
	}
	convGradWeightsGeneric(g, n, x, dy, dw)
}

// patches walks over the output pixels of a batch and gives, for each, the
// byte offset of its patch in the input.
type patches struct {
	off               int // of the current patch
	col, row          int // of the current pixel
	outW, outH        int
	pixel, line, jump int // byte distance to the next pixel, line and image
}

func newPatches(g *Conv) patches {
	p := patches{outW: g.OutW(), outH: g.OutH(), pixel: 4 * g.Stride * g.C}
	p.line = 4*g.Stride*g.W*g.C - p.outW*p.pixel
	p.jump = 4*g.InLen() - p.outH*4*g.Stride*g.W*g.C
	return p
}

func (p *patches) next() {
	p.off += p.pixel
	if p.col++; p.col == p.outW {
		p.col = 0
		p.off += p.line
		if p.row++; p.row == p.outH {
			p.row = 0
			p.off += p.jump
		}
	}
}

// convForwardAVX2 is a matrix product whose rows of a are the patches: R runs
// of S·C floats. A filter that does not fit the scratch buffer is cut into
// parts of rb runs of at most sb floats (rb = 1 if runs are cut, as more than
// half of the limit is left of one), whose sums are added up in y.
func convForwardAVX2(g *Conv, n int, x, w, bias, y []float32, relu bool) {
	mem := getScratch()
	const limit = scratchLen / wideCols
	span, line := g.S*g.C, g.W*g.C
	sb := blocks(span, limit)
	rb := blocks(g.R, max(1, limit/sb))
	var start [wideCols]float32
	t := tile{astep: 4, outer: 1, ldc: 4 * g.O}
	for j := 0; j < g.O; {
		width := panelWidth(g.O - j)
		cols := min(width, g.O-j)
		clear(start[:])
		if bias != nil {
			copy(start[:], bias[j:][:cols])
		}
		t.mask = edge(width, cols)
		for r := 0; r < g.R; r += rb {
			for s := 0; s < span; s += sb {
				t.runs, t.run = min(rb, g.R-r), min(sb, span-s)
				t.askip = 4 * (line - t.run)
				t.b, t.bstep = &w[(r*span+s)*g.O+j], 4*g.O
				if g.O != width {
					pack(mem[:], width, w[(r*span+s)*g.O+j:], g.O, t.runs*t.run, cols)
					t.b, t.bstep = &mem[0], 4*width
				}
				t.bias, t.accumulate, t.relu = nil, 1, 0
				if r == 0 && s == 0 {
					t.bias, t.accumulate = &start[0], 0
				}
				whole := t.runs*t.run == g.R*span
				if relu && whole {
					t.relu = 1
				}
				t.overPixels(g, n, x[r*line+s:], y[j:], width)
			}
		}
		j += width
	}
	putScratch(mem)
	if relu && (rb < g.R || sb < span) {
		ReLU(y, y)
	}
}

// overPixels computes the tiles of all output pixels.
func (t *tile) overPixels(g *Conv, n int, x, y []float32, width int) {
	p := newPatches(g)
	pixels := n * g.OutH() * g.OutW()
	t.a = &x[0]
	for i := 0; i < pixels; {
		height := rowsOf(pixels-i, width)
		t.rows = min(height, pixels-i)
		for q := range t.rows {
			t.off[q] = p.off
			p.next()
		}
		for q := t.rows; q < height; q++ {
			t.off[q] = t.off[0]
		}
		t.c = &y[i*g.O]
		t.times = 1
		t.compute(height)
		i += height
	}
}

// convGradInputAVX2 multiplies the pixels of dy by the transposed weights and
// adds the products to the patches of dx, 16 floats of a run at a time: a tile
// is up to 6 neighbouring pixels by 16 floats, its rows in dx Stride·C apart.
// An image of dx stays in the L1 cache while all weights pass by.
func convGradInputAVX2(g *Conv, n int, dy, w, dx []float32) {
	mem := getScratch()
	span, line := g.S*g.C, g.W*g.C
	t := tile{astep: 4, runs: 1, outer: 1, ldc: 4 * g.Stride * g.C, accumulate: 1}
	ob := blocks(g.O, panelRows)
	perRun := (span + wideCols - 1) / wideCols
	group := min(g.R*perRun, scratchLen/(wideCols*ob)) // panels packed at once
	for o := 0; o < g.O; o += ob {
		t.run = min(ob, g.O-o)
		for first := 0; first < g.R*perRun; first += group {
			last := min(first+group, g.R*perRun)
			for q := first; q < last; q++ {
				r, s := q/perRun, q%perRun*wideCols
				width := panelWidth(span - s)
				packTransposed(mem[(q-first)*ob*wideCols:], width, w[(r*span+s)*g.O+o:], g.O, t.run, min(width, span-s))
			}
			for i := range n {
				img, out := dx[i*g.InLen():][:g.InLen()], dy[i*g.OutLen()+o:]
				if o == 0 && first == 0 {
					clear(img)
				}
				for q := first; q < last; q++ {
					r, s := q/perRun, q%perRun*wideCols
					width := panelWidth(span - s)
					t.mask = edge(width, min(width, span-s))
					t.b, t.bstep = &mem[(q-first)*ob*wideCols], 4*width
					t.intoImage(g, out, img[r*line+s:], width)
				}
			}
		}
	}
	putScratch(mem)
}

// intoImage adds the products of one panel to one image: a series of tiles goes
// down the lines of the image.
func (t *tile) intoImage(g *Conv, dy, dx []float32, width int) {
	outH, outW, line := g.OutH(), g.OutW(), g.Stride*g.W*g.C
	t.anext, t.cnext = 4*outW*g.O, 4*line
	for u := 0; u < outW; {
		height := rowsOf(outW-u, width)
		t.rows = min(height, outW-u)
		for q := range height {
			t.off[q] = 4 * g.O * min(q, t.rows-1)
		}
		for v := 0; v < outH; {
			t.a, t.c = &dy[(v*outW+u)*g.O], &dx[v*line+u*g.Stride*g.C]
			v += t.series(outH - v)
			t.compute(height)
		}
		u += height
	}
}

// gradPixels is about how many output pixels pass by a tile of dw in one call:
// x and dy of so many stay in the L1 and L2 caches while all tiles pass.
const gradPixels = 144

// convGradWeightsAVX2 is a product with the patches transposed: a tile is 6
// weights of the same or the next filter column by 16 output channels, kept in
// registers over the pixels of an image, or of several small ones.
func convGradWeightsAVX2(g *Conv, n int, x, dy, dw []float32) {
	mem := getScratch()
	outH, outW := g.OutH(), g.OutW()
	// Chunks: several whole images, or some lines of one, or a part of a line. An
	// image that does not fit a panel has more than gradPixels.
	const limit = scratchLen / wideCols
	ib := max(1, min(n, gradPixels/(outH*outW)))
	wb := blocks(outW, limit)
	hb := blocks(outH, max(1, limit/wb))
	line := g.Stride * g.W * g.C
	t := tile{astep: 4 * g.Stride * g.C, ldc: 4 * g.O, accumulate: 1}
	for i := 0; i < n; i += ib {
		for v := 0; v < outH; v += hb {
			for u := 0; u < outW; u += wb {
				t.outer, t.runs, t.run = min(ib, n-i), min(hb, outH-v), min(wb, outW-u)
				t.askip = 4*line - t.run*t.astep
				t.aouter = 4*g.InLen() - t.runs*4*line
				at := i*g.InLen() + v*line + u*g.Stride*g.C
				t.overWeights(g, x[at:], dy[i*g.OutLen()+(v*outW+u)*g.O:], dw, mem)
			}
		}
	}
	putScratch(mem)
}

// overWeights adds the sums over one chunk of pixels to all of dw.
func (t *tile) overWeights(g *Conv, x, dy, dw []float32, mem *scratch) {
	pixels := t.outer * t.runs * t.run
	span, k := g.S*g.C, g.R*g.S*g.C
	next := 4 * (g.W*g.C - span) // from the end of a run to the next
	t.a = &x[0]
	for j := 0; j < g.O; {
		width := panelWidth(g.O - j)
		cols := min(width, g.O-j)
		t.b, t.bstep, t.mask = &dy[j], 4*g.O, edge(width, cols)
		if cols < width {
			pack(mem[:], width, dy[j:], g.O, pixels, cols)
			t.b, t.bstep = &mem[0], 4*width
		}
		off, s := 0, 0
		for i := 0; i < k; {
			height := rowsOf(k-i, width)
			t.rows = min(height, k-i)
			for q := range t.rows {
				t.off[q] = off
				off += 4
				if s++; s == span {
					s = 0
					off += next
				}
			}
			for q := t.rows; q < height; q++ {
				t.off[q] = t.off[0]
			}
			t.c = &dw[i*g.O+j]
			t.times = 1
			t.compute(height)
			i += height
		}
		j += width
	}
}
