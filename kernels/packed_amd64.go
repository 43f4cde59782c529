//go:build !purego

package kernels

// reserve makes room for panels of so many floats.
func (p *Packed) reserve(floats int) {
	if cap(p.panels) < floats {
		p.panels = alignedFloats(floats)
	}
	p.panels = p.panels[:floats]
}

// packNT copies b into the panels of tileGemmNT: for each part of the sums all columns, one panel after
// another.
func packNT(p *Packed) {
	if !useVectors {
		return
	}
	p.reserve(p.k * paddedCols(p.n))
	kb := blocks(p.k, panelRows)
	for q := 0; q < p.k; q += kb {
		run := min(kb, p.k-q)
		for j := 0; j < p.n; {
			width := panelWidth(p.n - j)
			packTransposed(p.panels[panelAt(p.n, q, j, run):], width, p.weights[j*p.ld+q:], p.ld, run, min(width, p.n-j))
			j += width
		}
	}
}

// paddedCols is the number of columns of all panels of n columns.
func paddedCols(n int) int {
	whole := n &^ (fullCols - 1)
	if whole == n {
		return n
	}
	return whole + (n-whole+panelWidth(n-whole)-1)/panelWidth(n-whole)*panelWidth(n-whole)
}

// panelAt is where the panel of column j is, for the sums of run products from q on.
func panelAt(n, q, j, run int) int { return q*paddedCols(n) + j*run }

// gemmNTPacked reads the panels where its micro-kernels use all their registers with few rows too.
func gemmNTPacked(accumulate bool, m int, a []float32, lda int, p *Packed, c []float32, ldc int) {
	if len(p.panels) == 0 || m == 1 || m <= turnedMost && !useAVX512 {
		gemmNT(accumulate, m, p.n, p.k, a, lda, p.weights, p.ld, c, ldc)
		return
	}
	tileGemmNT(accumulate, m, p.n, p.k, a, lda, p.weights, p.ld, p.panels, c, ldc)
}

// packGradInput copies all slices of the weights, one after another, for each part of the sums.
func packGradInput(p *Packed) {
	if !useVectors {
		return
	}
	g := &p.conv
	s := newCuts(g)
	p.reserve((g.O + s.ob - 1) / s.ob * s.count * s.room)
	at := 0
	for o := 0; o < g.O; o += s.ob {
		for q := range s.count {
			f := s.at(q)
			f.pack(g, p.panels[at:], p.weights[o:], min(s.ob, g.O-o))
			at += s.room
		}
	}
}

func gradInputPacked(n int, dy []float32, p *Packed, dx []float32) {
	if len(p.panels) == 0 {
		convGradInput(&p.conv, n, dy, p.weights, dx)
		return
	}
	gradInputTiles(&p.conv, n, dy, p.weights, p.panels, dx)
}
