//go:build !purego

package kernels

// setPixels fills the table with count output pixels of a batch: rows[q] with
// the byte offset of pixel first+q, patches[q] with that of its patch, both
// counted from pixel 0.
func setPixels(g *Conv, first, count int, rows, patches []int) {
	outW, outH := g.OutW(), g.OutH()
	u, v, i := first%outW, first/outW%outH, first/(outW*outH)
	for q := range count {
		rows[q] = 4 * g.O * (first + q)
		patches[q] = 4 * g.C * ((i*g.H+v*g.Stride)*g.W + u*g.Stride)
		if u++; u == outW {
			u = 0
			if v++; v == outH {
				v = 0
				i++
			}
		}
	}
}

// convForwardBlocked is a matrix product whose rows of a are the patches: R runs
// of S·C floats. A filter of which a panel does not fit the scratch buffer is
// cut into parts of rb runs of at most sb floats (rb = 1 if runs are cut, as
// more than half of the limit is left of one), whose sums are added up in y.
func convForwardBlocked(g *Conv, n int, x, w, bias, y []float32, relu bool) {
	mem := getScratch()
	span, line := g.S*g.C, g.W*g.C
	sb := blocks(span, panelsLen/nr)
	rb := blocks(g.R, max(1, panelsLen/nr/sb))
	pixels := n * g.OutH() * g.OutW()
	var start [nr]float32
	t := micro{outer: 1}
	for r := 0; r < g.R; r += rb {
		for s := 0; s < span; s += sb {
			t.runs, t.run = min(rb, g.R-r), min(sb, span-s)
			t.askip = 4 * (line - t.run)
			t.accumulate, t.relu = 1, 0
			if r == 0 && s == 0 {
				t.accumulate = 0
			}
			if relu && t.runs*t.run == g.R*span {
				t.relu = 1
			}
			packed := packFilter(w[(r*span+s)*g.O:], g.O, t.runs*t.run, pixels, mem)
			for i := 0; i < pixels; i += tableRows {
				rows := min(tableRows, pixels-i)
				setPixels(g, i, rows, t.coff[:], t.aoff[:])
				for j := 0; j < g.O; j += nr {
					cols := min(nr, g.O-j)
					if j >= packed {
						t.b, t.bstep = &mem.panels[(j-packed)*t.runs*t.run], 4*nr
					} else {
						t.b, t.bstep = &w[(r*span+s)*g.O+j], 4*g.O
					}
					t.bias = nil
					if bias != nil && t.accumulate == 0 {
						copy(start[:], bias[j:][:cols])
						t.bias = &start[0]
					}
					t.cover(x[r*line+s:], y[j:], rows, cols)
				}
			}
		}
	}
	putScratch(mem)
	if relu && (rb < g.R || sb < span) {
		ReLU(y, y)
	}
}

// packFilter copies k rows of O weights into panels of 8 columns: all where
// many pixels pass by and they fit, else those that are not whole. It returns
// the first column that is packed.
func packFilter(w []float32, o, k, pixels int, mem *scratch) int {
	panels := (o + nr - 1) / nr
	first := 0
	if pixels < 2*tableRows || panels*nr*k > panelsLen {
		first = o / nr * nr
	}
	for j := first; j < o; j += nr {
		pack(mem.panels[(j-first)*k:], w[j:], o, k, min(nr, o-j))
	}
	return first
}

// convGradInputBlocked multiplies the pixels of dy by the transposed weights and
// adds the products to the patches of dx, 8 floats of a run at a time. An image
// or two of dx stay in the cache while all weights pass by.
func convGradInputBlocked(g *Conv, n int, dy, w, _, dx []float32) {
	mem := getScratch()
	span, line, pixels := g.S*g.C, g.W*g.C, g.OutH()*g.OutW()
	t := micro{runs: 1, outer: 1, bstep: 4 * nr, accumulate: 1}
	ob := blocks(g.O, kc)
	perRun := (span + nr - 1) / nr
	group := min(g.R*perRun, panelsLen/(nr*ob)) // panels packed at once
	ib := max(1, tableRows/pixels)              // images computed at once
	clear(dx)
	for o := 0; o < g.O; o += ob {
		t.run = min(ob, g.O-o)
		for q0 := 0; q0 < g.R*perRun; q0 += group {
			q1 := min(q0+group, g.R*perRun)
			for q := q0; q < q1; q++ {
				r, s := q/perRun, q%perRun*nr
				packTransposed(mem.panels[(q-q0)*ob*nr:], w[(r*span+s)*g.O+o:], g.O, t.run, min(nr, span-s))
			}
			for i := 0; i < n; i += ib {
				image, out := dx[i*g.InLen():], dy[i*g.OutLen()+o:]
				for first, all := 0, pixels*min(ib, n-i); first < all; first += tableRows {
					rows := min(tableRows, all-first)
					setPixels(g, first, rows, t.aoff[:], t.coff[:])
					for q := q0; q < q1; q++ {
						r, s := q/perRun, q%perRun*nr
						t.b = &mem.panels[(q-q0)*ob*nr]
						t.cover(out, image[r*line+s:], rows, min(nr, span-s))
					}
				}
			}
		}
	}
	putScratch(mem)
}

// gradPixels is about how many output pixels pass by a tile of dw in one call.
const gradPixels = 144

// convGradWeightsBlocked is a product with the patches transposed: a tile is 8
// weights of a run by 8 output channels, kept in registers over the pixels of
// an image, or of several small ones.
func convGradWeightsBlocked(g *Conv, n int, x, dy, dw []float32) {
	mem := getScratch()
	outH, outW := g.OutH(), g.OutW()
	// Chunks: several whole images, or some lines of one, or a part of a line. An
	// image that does not fit a panel has more than gradPixels.
	const limit = panelsLen / nr
	ib := max(1, min(n, gradPixels/(outH*outW)))
	wb := blocks(outW, limit)
	hb := blocks(outH, max(1, limit/wb))
	line := g.Stride * g.W * g.C
	t := micro{kMajor: 1, accumulate: 1}
	t.setRows(tableRows, 1, g.O)
	for i := 0; i < n; i += ib {
		for v := 0; v < outH; v += hb {
			for u := 0; u < outW; u += wb {
				t.outer, t.runs, t.run = min(ib, n-i), min(hb, outH-v), min(wb, outW-u)
				at := i*g.InLen() + v*line + u*g.Stride*g.C
				t.overWeights(g, x[at:], dy[i*g.OutLen()+(v*outW+u)*g.O:], dw, mem)
			}
		}
	}
	putScratch(mem)
}

// overWeights adds the sums over one chunk of pixels to all of dw.
func (t *micro) overWeights(g *Conv, x, dy, dw []float32, mem *scratch) {
	span, k, pixels := g.S*g.C, g.R*g.S*g.C, t.outer*t.runs*t.run
	pixel, line := g.Stride*g.C, g.Stride*g.W*g.C
	for j := 0; j < g.O; j += nr {
		cols := min(nr, g.O-j)
		t.b, t.bstep = &dy[j], 4*g.O
		if cols < nr {
			pack(mem.panels[:], dy[j:], g.O, pixels, cols)
			t.b, t.bstep = &mem.panels[0], 4*nr
		}
		for i := 0; i < k; {
			r, s := i/span, i%span
			rows := min((span-s)/mr*mr, tableRows)
			if rows > 0 { // whole tiles of a run
				t.astep = 4 * pixel
				t.askip = 4*line - t.run*t.astep
				t.aouter = 4 * (g.InLen() - t.runs*line)
				t.cover(x[r*g.W*g.C+s:], dw[i*g.O+j:], rows, cols)
			} else {
				rows = min(mr, k-i)
				t.gather(g, i, rows, x, mem.rows[:])
				t.astep, t.askip, t.aouter = 4*mr, 0, 0
				t.cover(mem.rows[:], dw[i*g.O+j:], rows, cols)
			}
			i += rows
		}
	}
}

// gather copies the elements of rows weights from i on, which lie in several
// runs or do not fill a tile, for all pixels of a chunk.
//
//	dst[p*8+q] = the element of x that weight i+q meets at pixel p     q<rows
func (t *micro) gather(g *Conv, i, rows int, x, dst []float32) {
	var off [mr]int
	for q := range rows {
		r, s := (i+q)/(g.S*g.C), (i+q)%(g.S*g.C)
		off[q] = r*g.W*g.C + s
	}
	p := 0
	for image := range t.outer {
		for v := range t.runs {
			for u := range t.run {
				at := image*g.InLen() + (v*g.W+u)*g.Stride*g.C
				for q, o := range off[:rows] {
					dst[p*mr+q] = x[at+o]
				}
				p++
			}
		}
	}
}
