//go:build !purego

package kernels

// gradPixels is about how many output pixels pass by a tile of dw in one call:
// x and dy of so many stay in the L1 and L2 caches while all tiles pass.
const gradPixels = 144

// convGradWeightsBlocked is a product with the patches transposed: a tile is 6
// weights or more of the same or the next filter column by 16 or 32 output channels,
// kept in registers over the pixels of an image, or of several small ones. For 8
// channels it is 24 weights by 4 channels, turned, where runs are whole vectors.
//
// Floor: that of the tiles (micro_amd64.go, which says what they reach); where the runs of 8
// channels are no whole vectors, the tall tile makes 13 loads for 12 multiply-adds.
func convGradWeightsBlocked(g *Conv, n int, x, dy, dw []float32) {
	mem := getScratch()
	outH, outW := g.OutH(), g.OutW()
	// Chunks: several whole images, or some lines of one, or a part of a line. An
	// image of more pixels than a chain has steps has more than gradPixels.
	ib := max(1, min(n, gradPixels/(outH*outW)))
	wb := blocks(outW, maxSteps)
	hb := blocks(outH, max(1, maxSteps/wb))
	line := g.Stride * g.W * g.C
	t := micro{ldc: 4 * g.O, accumulate: 1}
	width := nrOf(g.O)
	tiles := max(1, g.R*g.S*g.C/mostRows(width)*((g.O+width-1)/width))
	var filled chunk
	for i := 0; i < n; i += ib {
		for v := 0; v < outH; v += hb {
			for u := 0; u < outW; u += wb {
				c := chunk{min(ib, n-i), min(hb, outH-v), min(wb, outW-u)}
				if c != filled {
					t.pixels(mem, g, c)
					filled = c
				}
				t.prefetch(x, (i+ib)*g.InLen()+v*line, c.images*c.lines*line, tiles)
				t.overWeights(g, x[i*g.InLen()+v*line+u*g.Stride*g.C:], dy[i*g.OutLen()+(v*outW+u)*g.O:], dw, mem)
			}
		}
	}
	putScratch(mem)
}

// A chunk is a part of the output pixels: some images, lines of each and pixels
// of each line.
type chunk struct{ images, lines, pixels int }

// pixels sets a chain over the pixels of a chunk: a run for each line.
func (t *micro) pixels(mem *scratch, g *Conv, c chunk) {
	for i := range c.images {
		for v := range c.lines {
			mem.starts[i*c.lines+v] = 4 * (i*g.InLen() + v*g.Stride*g.W*g.C)
		}
	}
	t.chain(mem, c.images*c.lines, c.pixels, 4*g.Stride*g.C)
}

// overWeights adds the sums over one chunk of pixels to all of dw.
func (t *micro) overWeights(g *Conv, x, dy, dw []float32, mem *scratch) {
	t.a = &x[0]
	for j := 0; j < g.O; {
		width := nrOf(g.O - j)
		cols := min(width, g.O-j)
		if cols == nrNarrow && g.S*g.C%8 == 0 {
			for q := range nrNarrow / transposedCols {
				t.b, t.bstep = &dy[j+q*transposedCols], 4*g.O
				t.overVectors(g, dw[j+q*transposedCols:])
			}
			j += cols
			continue
		}
		t.columns(width, cols)
		t.b, t.bstep = &dy[j], 4*g.O
		if cols < width {
			pack(mem.panels[:], width, dy[j:], g.O, t.count, cols)
			t.b, t.bstep = &mem.panels[0], 4*width
		}
		from := 0 // the first filter row that is left
		if tall := t.tall(width); tall > 0 {
			half := g.R / 2 // a tall tile has the same weights of two filter rows
			t.afar, t.cfar = 4*half*g.W*g.C, 4*half*g.S*g.C*g.O
			t.overRows(g, 0, half, dw[j:], tall, width)
			from = 2 * half
		}
		t.overRows(g, from, g.R, dw[j:], 0, width)
		j += width
	}
}

// overRows adds to the weights of the filter rows r to end-1, in tiles of the
// given height, or of any if it is 0.
func (t *micro) overRows(g *Conv, r, end int, dw []float32, height, width int) {
	span, line := g.S*g.C, g.W*g.C
	off, s := 4*r*line, 0
	for i := r * span; i < end*span; {
		height, rows := height, height/2
		if height == 0 {
			height = mrOf(end*span-i, width)
			rows = height
		}
		t.rows = min(rows, end*span-i)
		for q := range t.rows {
			t.off[q] = off
			off += 4
			if s++; s == span {
				s = 0
				off += 4 * (line - span)
			}
		}
		for q := t.rows; q < rows; q++ {
			t.off[q] = t.off[0]
		}
		t.c = &dw[i*g.O]
		t.times = 1
		t.compute(height, width)
		i += rows
	}
}

// overVectors adds to 4 columns of all weights, in turned tiles. It needs runs of whole
// vectors.
func (t *micro) overVectors(g *Conv, dw []float32) {
	const vector = 8
	span, line := g.S*g.C, g.W*g.C
	off, s := 0, 0
	for i := 0; i < g.R*span; i += transposedVecs * vector {
		t.rows = min(transposedVecs, (g.R*span-i)/vector)
		for q := range t.rows {
			t.off[q] = off
			off += 4 * vector
			if s += vector; s == span {
				s = 0
				off += 4 * (line - span)
			}
		}
		for q := t.rows; q < transposedVecs; q++ {
			t.off[q] = t.off[0]
		}
		t.c = &dw[i*g.O]
		t.times = 1
		t.compute(transposedVecs, transposedCols)
	}
}
