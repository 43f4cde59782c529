//go:build !purego

package kernels

//go:noescape
func pack16AVX2(dst, src *float32, ldsrc, rows int)

//go:noescape
func pack16MaskAVX2(dst, src *float32, ldsrc, rows int, mask *[8]int32)

//go:noescape
func pack8MaskAVX2(dst *float32, lddst int, src *float32, ldsrc, rows int, mask *[8]int32)

//go:noescape
func pack32AVX512(dst, src *float32, ldsrc, rows, kmask int)

//go:noescape
func packTiles12AVX512(dst *float32, tile int, src *float32, ldsrc, steps, kmask int)

//go:noescape
func transpose8AVX2(dst *float32, lddst int, src *float32, ldsrc, blocks int)

// pack copies columns of rows of b into a panel of the given width, zero
// beyond cols.
//
//	dst[p*width+j] = b[p*ldb+j]     p<rows, j<cols
func pack(dst []float32, width int, b []float32, ldb, rows, cols int) {
	switch {
	case width == nrFull:
		pack32AVX512(&dst[0], &b[0], 4*ldb, rows, 1<<(cols-16)-1)
	case cols == nrWide:
		pack16AVX2(&dst[0], &b[0], 4*ldb, rows)
	case width == nrWide:
		pack16MaskAVX2(&dst[0], &b[0], 4*ldb, rows, maskFor(cols-8))
	default:
		pack8MaskAVX2(&dst[0], 4*width, &b[0], 4*ldb, rows, maskFor(cols))
	}
}

// packTransposed copies rows of b into the columns of a panel of the given
// width, zero beyond cols.
//
//	dst[p*width+j] = b[j*ldb+p]     p<rows, j<cols
func packTransposed(dst []float32, width int, b []float32, ldb, rows, cols int) {
	j := 0
	for ; j+8 <= cols; j += 8 {
		whole := rows &^ 7
		if whole > 0 {
			transpose8AVX2(&dst[j], 4*width, &b[j*ldb], 4*ldb, whole/8)
		}
		for p := whole; p < rows; p++ {
			for q := j; q < j+8; q++ {
				dst[p*width+q] = b[q*ldb+p]
			}
		}
	}
	for ; j < width; j++ {
		for p := range rows {
			var v float32
			if j < cols {
				v = b[j*ldb+p]
			}
			dst[p*width+j] = v
		}
	}
}

// packRows copies up to 8 rows of a into the columns of a tile of ld rows.
//
//	dst[p*ld+q] = src[q*row+p]     p<run, q<rows
func packRows(dst []float32, ld int, src []float32, row, run, rows int) {
	whole := 0
	if rows == 8 && run >= 8 {
		whole = run &^ 7
		transpose8AVX2(&dst[0], 4*ld, &src[0], 4*row, whole/8)
	}
	for p := whole; p < run; p++ {
		for q := range rows {
			dst[p*ld+q] = src[q*row+p]
		}
	}
}

// reserve makes room for panels of so many floats.
func (p *Packed) reserve(floats int) {
	if cap(p.panels) < floats {
		p.panels = alignedFloats(floats)
	}
	p.panels = p.panels[:floats]
}

// packNT copies b into the panels of blockedGemmNT: for each part of the sums all columns, one
// panel after another.
func packNT(p *Packed) {
	if !useVectors {
		return
	}
	p.reserve(p.k * paddedCols(p.n))
	kb := blocks(p.k, kc)
	for q := 0; q < p.k; q += kb {
		run := min(kb, p.k-q)
		for j := 0; j < p.n; {
			width := nrOf(p.n - j)
			packTransposed(p.panels[panelAt(p.n, q, j, run):], width, p.weights[j*p.ld+q:], p.ld, run,
				min(width, p.n-j))
			j += width
		}
	}
}

// paddedCols is the number of columns of all panels of n columns.
func paddedCols(n int) int {
	whole := n &^ (nrFull - 1)
	if whole == n {
		return n
	}
	return whole + (n-whole+nrOf(n-whole)-1)/nrOf(n-whole)*nrOf(n-whole)
}

// panelAt is where the panel of column j is, for the sums of run products from q on.
func panelAt(n, q, j, run int) int { return q*paddedCols(n) + j*run }

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
