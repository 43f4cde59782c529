//go:build !purego

package kernels

// convGradInputTiles multiplies the pixels of dy by the transposed weights and
// adds the products to the patches of dx, 16 or 32 floats of a run at a time: a
// tile is up to 8 neighbouring pixels by those floats, its rows in dx Stride·C
// apart. An image of dx stays in the L1 cache while all weights pass by.
//
// Chains over all filter rows that meet a line of dx would load and store dx only
// half as often, but their lengths vary: tried, and no faster.
func convGradInputTiles(g *Conv, n int, dy, w, dx []float32) {
	mem := getScratch()
	span, line := g.S*g.C, g.W*g.C
	whole := runWidth(g)
	t := tile{ldc: 4 * g.Stride * g.C, accumulate: 1}
	ob := blocks(g.O, panelRows)
	perRun := (span + whole - 1) / whole
	group := min(g.R*perRun, panelsLen/(whole*ob)) // panels packed at once
	for o := 0; o < g.O; o += ob {
		t.steps(min(ob, g.O-o), 4)
		for first := 0; first < g.R*perRun; first += group {
			last := min(first+group, g.R*perRun)
			for q := first; q < last; q++ {
				r, s := q/perRun, q%perRun*whole
				width := min(whole, panelWidth(span-s))
				packTransposed(mem.panels[(q-first)*ob*whole:], width, w[(r*span+s)*g.O+o:], g.O, t.count, min(width, span-s))
			}
			for i := range n {
				img, out := dx[i*g.InLen():][:g.InLen()], dy[i*g.OutLen()+o:]
				if o == 0 && first == 0 {
					clear(img)
				}
				t.prefetch(dx, (i+1)*g.InLen(), g.InLen(), (last-first)*g.OutH())
				for q := first; q < last; q++ {
					r, s := q/perRun, q%perRun*whole
					width := min(whole, panelWidth(span-s))
					t.columns(width, min(width, span-s))
					t.b, t.bstep = &mem.panels[(q-first)*ob*whole], 4*width
					t.intoImage(g, out, img[r*line+s:], width)
				}
			}
		}
	}
	putScratch(mem)
}

// runWidth is the width of the tiles that cut a run: not more than the rows of a
// tile are apart in dx, if that can be, because overlapping rows wait for each
// other.
func runWidth(g *Conv) int {
	width := panelWidth(g.S * g.C)
	if width == fullCols && g.Stride*g.C < fullCols {
		return wideCols
	}
	return width
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
			t.compute(height, width)
		}
		u += height
	}
}
