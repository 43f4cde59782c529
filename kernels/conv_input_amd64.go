//go:build !purego

package kernels

// convGradInputBlocked multiplies the pixels of dy by the transposed weights and adds the products
// to the patches of dx, 16 or 32 floats of a run at a time: a tile is up to 8 neighbouring pixels
// by those floats, of one image or, where it is tall, of two, its rows in dx Stride·C apart. Its
// chain is over all filter rows that meet a line of dx, which are Stride apart, so that dx is
// loaded and stored once for all of them. The images of dx stay in the L1 cache while all weights
// pass by. packed has the slices of packGradInput, or nothing.
//
// Floor: that of the tiles. Reached on Zen 4, percent of the FMA peak (in bench/peers: go
// run . -isa avx2 -filter 'gradinput conv2', best of several runs on a shared
// machine): wide 85 at batch 8, narrow 55, whose chains are of 8 to 24 steps.
func convGradInputBlocked(g *Conv, n int, dy, w, packed, dx []float32) {
	mem := getScratch()
	t := micro{ldc: 4 * g.Stride * g.C, accumulate: 1}
	s := newCuts(g)
	for r := range s.most {
		mem.starts[r] = -4 * r * g.OutW() * g.O
	}
	for o := 0; o < g.O; o += s.ob {
		run := min(s.ob, g.O-o)
		for first := 0; first < s.count; first += s.group {
			last := min(first+s.group, s.count)
			slices, panels := mem.slices[:last-first], mem.panels[:]
			if len(packed) > 0 {
				panels = packed[(o/s.ob*s.count+first)*s.room:]
			}
			for q := range slices {
				slices[q] = s.at(first + q)
				if len(packed) == 0 {
					slices[q].pack(g, panels[q*s.room:], w[o:], run)
				}
			}
			for i := 0; i < n; {
				images := 1
				if useAVX512 {
					images = min(2, n-i)
				}
				in, out := dx[i*g.InLen():][:images*g.InLen()], dy[i*g.OutLen()+o:]
				if o == 0 && first == 0 {
					clear(in)
				}
				i += images
				t.prefetch(dx, i*g.InLen(), images*g.InLen(), len(slices)*g.OutH())
				for q := range slices {
					slices[q].intoImages(&t, g, mem, out, in, images, panels[q*s.room:], run)
				}
			}
		}
	}
	putScratch(mem)
}

// cuts say into which slices the weights are cut: some columns of the filter
// (floats of a run), and filter rows that meet the same lines of dx. The cuts
// across the sums do not depend on the width of the tiles, nor do the bits of dx.
type cuts struct {
	g       *Conv
	ob      int // output channels at once
	whole   int // columns of a slice
	most    int // filter rows of a slice
	classes int // sets of filter rows that meet the same lines
	parts   int // slices that such a set is cut into
	count   int
	room    int // floats of a packed slice
	group   int // slices packed at once
}

func newCuts(g *Conv) cuts {
	s := cuts{g: g, ob: blocks(g.O, kc), whole: runWidth(g), classes: min(g.R, g.Stride)}
	rows := (g.R + g.Stride - 1) / g.Stride
	s.most = blocks(rows, max(1, min(panelsLen/(nrFull*s.ob), maxSteps/s.ob)))
	s.parts = (rows + s.most - 1) / s.most
	s.count = (g.S*g.C + s.whole - 1) / s.whole * s.classes * s.parts
	s.room = s.whole * s.ob * s.most
	s.group = min(s.count, panelsLen/s.room, maxSlices)
	return s
}

// maxSlices is the most slices that are packed at once.
const maxSlices = 64

// A slice is columns col to col+cols-1 of the filter rows row, row+Stride and so
// on, rows of them, or none.
type slice struct {
	col, cols, width int
	row, rows        int
}

func (s *cuts) at(q int) slice {
	part, q := q%s.parts, q/s.parts
	class, col := q%s.classes, q/s.classes*s.whole
	left := s.g.S*s.g.C - col
	f := slice{col: col, row: class + part*s.most*s.g.Stride, width: min(s.whole, nrOf(left))}
	f.cols = min(f.width, left)
	f.rows = max(0, min(s.most, (s.g.R-f.row+s.g.Stride-1)/s.g.Stride))
	return f
}

// pack makes panels of run transposed rows of weights, one after another.
func (f *slice) pack(g *Conv, panels, w []float32, run int) {
	for k := range f.rows {
		r := f.row + k*g.Stride
		packTransposed(panels[k*run*f.width:], f.width, w[(r*g.S*g.C+f.col)*g.O:], g.O, run, f.cols)
	}
}

// runWidth is the width of the tiles that cut a run: not more than the rows of a
// tile are apart in dx, if that can be, because overlapping rows wait for each
// other.
func runWidth(g *Conv) int {
	width := nrOf(g.S * g.C)
	if width == nrFull && g.Stride*g.C < nrFull {
		return nrWide
	}
	return width
}

// intoImages adds the products of a slice to one image, or to two of which a tall tile has the same
// pixels.
func (f *slice) intoImages(t *micro, g *Conv, mem *scratch, dy, dx []float32, images int, panels []float32, run int) {
	if f.rows == 0 {
		return
	}
	t.columns(f.width, f.cols)
	t.bstep = 4 * f.width
	dx = dx[f.row*g.W*g.C+f.col:]
	t.afar, t.cfar = 4*g.OutLen(), 4*g.InLen()
	tall := t.tall(f.width)
	if images == 2 && tall > 0 {
		if g.OutW() <= mrTall/2 {
			tall = mrTall
		}
		f.intoLines(t, g, mem, dy, dx, tall, panels, run)
		return
	}
	for i := range images {
		f.intoLines(t, g, mem, dy[i*g.OutLen():], dx[i*g.InLen():], 0, panels, run)
	}
}

// intoLines goes line after line of dx, in tall tiles or, if tall is 0, in any. Filter
// row k of the slice meets line j, counted in steps of Stride from the first that the slice
// meets, at line j-k of dy. A series of tiles goes down the lines that all rows meet.
func (f *slice) intoLines(t *micro, g *Conv, mem *scratch, dy, dx []float32, tall int, panels []float32, run int) {
	outH, outW, line := g.OutH(), g.OutW(), g.Stride*g.W*g.C
	t.anext, t.cnext = 4*outW*g.O, 4*line
	for u := 0; u < outW; {
		height, rows := tall, tall/2
		if tall == 0 {
			height = mrOf(outW-u, f.width)
			rows = height
		}
		t.rows = min(rows, outW-u)
		for q := range rows {
			t.off[q] = 4 * g.O * min(q, t.rows-1)
		}
		for j := 0; j < outH+f.rows-1; {
			from, to := max(0, j-outH+1), min(f.rows-1, j)
			t.chain(mem, to-from+1, run, 4)
			t.a, t.b, t.c = &dy[((j-from)*outW+u)*g.O], &panels[from*run*f.width], &dx[j*line+u*g.Stride*g.C]
			t.times = 1
			if from == 0 && to == f.rows-1 {
				t.series(outH - j)
			}
			j += t.times
			t.compute(height, f.width)
		}
		u += rows
	}
}
