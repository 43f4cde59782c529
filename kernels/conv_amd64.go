//go:build !purego

package kernels

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

// imagesPixels is about how many output pixels pass by a panel before the next
// panel does: their inputs stay in the L2 cache.
const imagesPixels = 144

// pairedImages is the least number of images at once where tall tiles take their halves from two
// images.
const pairedImages = 4

// convForwardBlocked is a matrix product whose rows of a are the patches: R runs
// of S·C floats. A filter of more weights than a chain can have steps is cut into
// parts of rb runs of at most sb floats (rb = 1 if runs are cut, as more than half
// of the limit is left of one), whose sums are added up in y.
func convForwardBlocked(g *Conv, n int, x, w, bias, y []float32, relu bool) {
	mem := getScratch()
	span, line := g.S*g.C, g.W*g.C
	sb := blocks(span, maxSteps)
	rb := blocks(g.R, max(1, maxSteps/sb))
	whole := rb == g.R && sb == span
	ob := panelsLen / (rb * sb) &^ (nrFull - 1) // output channels packed at once
	ib := max(1, imagesPixels/(g.OutH()*g.OutW()))
	if useAVX512 {
		ib = max(ib, pairedImages)
	}
	t := micro{ldc: 4 * g.O}
	for r := range rb {
		mem.starts[r] = 4 * r * line
	}
	for r := 0; r < g.R; r += rb {
		for s := 0; s < span; s += sb {
			t.chain(mem, min(rb, g.R-r), min(sb, span-s), 4)
			t.add(r > 0 || s > 0)
			t.relu = 0
			if relu && whole {
				t.relu = 1
			}
			for o := 0; o < g.O; o += ob {
				f := filters{w: w[(r*span+s)*g.O+o:], ld: g.O, cols: min(ob, g.O-o)}
				if bias != nil && t.accumulate == 0 {
					f.bias = bias[o:]
				}
				f.pack(mem, t.count)
				for i := 0; i < n; i += ib {
					f.overImages(&t, g, mem, i, min(ib, n-i), x[r*line+s:], y[o:])
				}
			}
		}
	}
	putScratch(mem)
	if relu && !whole {
		ReLU(y, y)
	}
}

// filters are columns of the weights, as panels.
type filters struct {
	w, bias  []float32 // bias may be nil
	ld, cols int
}

// pack copies count rows of the weights into panels, aligned.
func (f *filters) pack(mem *scratch, count int) {
	for j := 0; j < f.cols; {
		width := nrOf(f.cols - j)
		pack(mem.panels[j*count:], width, f.w[j:], f.ld, count, min(width, f.cols-j))
		j += width
	}
}

// overImages computes the outputs of m images, from image i on.
func (f *filters) overImages(t *micro, g *Conv, mem *scratch, i, m int, x, y []float32) {
	tiles := m * g.OutH() * g.OutW() / mostRows(nrOf(f.cols))
	t.prefetch(x, (i+m)*g.InLen(), m*g.InLen(), max(1, tiles))
	for j := 0; j < f.cols; {
		width := nrOf(f.cols - j)
		cols := min(width, f.cols-j)
		t.columns(width, cols)
		t.b, t.bstep, t.bias = &mem.panels[j*t.count], 4*width, nil
		if f.bias != nil {
			copy(mem.start[:], f.bias[j:][:cols])
			t.bias = &mem.start[0]
		}
		t.overPixels(g, i, m, x, y[j:], width)
		t.lines = 0
		j += width
	}
}

// overPixels computes the tiles of all output pixels of m images, from image i on.
func (t *micro) overPixels(g *Conv, i, m int, x, y []float32, width int) {
	if tall := t.tall(width); tall > 0 {
		if pairs := m / 2; pairs > 0 && width > nrNarrow {
			t.overPairs(g, pairs, x[i*g.InLen():], y[i*g.OutLen():], tall, width)
			i, m = i+2*pairs, m%2
		}
		for ; m > 0; i, m = i+1, m-1 {
			t.overHalves(g, x[i*g.InLen():], y[i*g.OutLen():], tall, width)
		}
		return
	}
	t.a = &x[0]
	p := newPatches(g)
	p.off = 4 * i * g.InLen()
	t.overNext(&p, m*g.OutH()*g.OutW(), g.O, y[i*g.OutLen():], 0, width)
}

// overPairs is overPixels for pairs of images: a tall tile has the same pixels of an image and of
// that which comes pairs images later.
func (t *micro) overPairs(g *Conv, pairs int, x, y []float32, tall, width int) {
	t.a = &x[0]
	t.afar, t.cfar = 4*pairs*g.InLen(), 4*pairs*g.OutLen()
	p := newPatches(g)
	t.overNext(&p, pairs*g.OutH()*g.OutW(), g.O, y, tall, width)
}

// overHalves is overPixels for one image: a tall tile has the same pixels of the upper and of the
// lower half.
func (t *micro) overHalves(g *Conv, x, y []float32, tall, width int) {
	half, outW := g.OutH()/2, g.OutW()
	t.a = &x[0]
	t.afar, t.cfar = 4*half*g.Stride*g.W*g.C, 4*half*outW*g.O
	p := newPatches(g)
	t.overNext(&p, half*outW, g.O, y, tall, width)
	if left := g.OutH() - 2*half; left > 0 {
		p.off = 4 * 2 * half * g.Stride * g.W * g.C
		t.overNext(&p, left*outW, g.O, y[2*half*outW*g.O:], 0, width)
	}
}

// overNext computes tiles over the next pixels of p, of the given height or of any if
// it is 0.
func (t *micro) overNext(p *patches, pixels, o int, y []float32, height, width int) {
	for i := 0; i < pixels; {
		height, rows := height, height/2
		if height == 0 {
			height = mrOf(pixels-i, width)
			rows = height
		}
		t.rows = min(rows, pixels-i)
		for q := range t.rows {
			t.off[q] = p.off
			p.next()
		}
		for q := t.rows; q < rows; q++ {
			t.off[q] = t.off[0]
		}
		t.c = &y[i*o]
		t.times = 1
		t.compute(height, width)
		i += rows
	}
}
