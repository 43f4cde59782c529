//go:build !purego

package kernels

// Why assembly: 4 cells at a time, where the portable loops call the float64
// functions of package math one by one.

//go:noescape
func lstmForwardNEON(gates *float32, stride int, cPrev, c, h *float32, n int)

//go:noescape
func lstmBackwardNEON(gates *float32, stride int, cPrev, c, dh, dc, dgates *float32, n int)

// lstmPiece is the number of cells that one assembly call computes.
const lstmPiece = 4096

func lstmForward(batch, n int, gates, cPrev, c, h []float32) {
	if !useNEON {
		lstmForwardGeneric(batch, n, gates, cPrev, c, h)
		return
	}
	for b := range batch {
		for j := 0; j < n; j += lstmPiece {
			at := b*n + j
			lstmForwardPiece(min(lstmPiece, n-j), n, gates[b*4*n+j:], cPrev[at:], c[at:], h[at:])
		}
	}
}

// lstmForwardPiece computes count cells of a row, of which one gate is n long.
// What does not fill a vector goes through a padded copy.
//
//go:noinline
func lstmForwardPiece(count, n int, gates, cPrev, c, h []float32) {
	whole := count &^ 3
	if whole > 0 {
		lstmForwardNEON(&gates[0], 4*n, &cPrev[0], &c[0], &h[0], whole)
	}
	if rest := count - whole; rest > 0 {
		var g [4][4]float32
		var p, q, r [4]float32
		for j := range g {
			copy(g[j][:rest], gates[j*n+whole:])
		}
		copy(p[:rest], cPrev[whole:])
		lstmForwardNEON(&g[0][0], 16, &p[0], &q[0], &r[0], 4)
		for j := range g {
			copy(gates[j*n+whole:], g[j][:rest])
		}
		copy(c[whole:], q[:rest])
		copy(h[whole:], r[:rest])
	}
}

func lstmBackward(batch, n int, gates, cPrev, c, dh, dc, dgates []float32) {
	if !useNEON {
		lstmBackwardGeneric(batch, n, gates, cPrev, c, dh, dc, dgates)
		return
	}
	for b := range batch {
		for j := 0; j < n; j += lstmPiece {
			at, row := b*n+j, b*4*n+j
			lstmBackwardPiece(min(lstmPiece, n-j), n, gates[row:], cPrev[at:], c[at:], dh[at:], dc[at:], dgates[row:])
		}
	}
}

//go:noinline
func lstmBackwardPiece(count, n int, gates, cPrev, c, dh, dc, dgates []float32) {
	whole := count &^ 3
	if whole > 0 {
		lstmBackwardNEON(&gates[0], 4*n, &cPrev[0], &c[0], &dh[0], &dc[0], &dgates[0], whole)
	}
	if rest := count - whole; rest > 0 {
		var g [4][4]float32
		var p, q, r, s [4]float32
		for j := range g {
			copy(g[j][:rest], gates[j*n+whole:])
		}
		copy(p[:rest], cPrev[whole:])
		copy(q[:rest], c[whole:])
		copy(r[:rest], dh[whole:])
		copy(s[:rest], dc[whole:])
		lstmBackwardNEON(&g[0][0], 16, &p[0], &q[0], &r[0], &s[0], &g[0][0], 4)
		for j := range g {
			copy(dgates[j*n+whole:], g[j][:rest])
		}
		copy(dc[whole:], s[:rest])
	}
}
