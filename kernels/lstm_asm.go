//go:build (amd64 || arm64) && !purego

package kernels

// lstmPiece is the number of cells that one assembly call computes.
const lstmPiece = 4096

func lstmForward(batch, n int, gates, cPrev, c, h []float32) {
	if !useVectors {
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
	whole := count &^ (lanes - 1)
	if whole > 0 {
		lstmForwardVectors(&gates[0], 4*n, &cPrev[0], &c[0], &h[0], whole)
	}
	if rest := count - whole; rest > 0 {
		var g [4][lanes]float32
		var p, q, r [lanes]float32
		for j := range g {
			copy(g[j][:rest], gates[j*n+whole:])
		}
		copy(p[:rest], cPrev[whole:])
		lstmForwardVectors(&g[0][0], 4*lanes, &p[0], &q[0], &r[0], lanes)
		for j := range g {
			copy(gates[j*n+whole:], g[j][:rest])
		}
		copy(c[whole:], q[:rest])
		copy(h[whole:], r[:rest])
	}
}

func lstmBackward(batch, n int, gates, cPrev, c, dh, dc, dgates []float32) {
	if !useVectors {
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
	whole := count &^ (lanes - 1)
	if whole > 0 {
		lstmBackwardVectors(&gates[0], 4*n, &cPrev[0], &c[0], &dh[0], &dc[0], &dgates[0], whole)
	}
	if rest := count - whole; rest > 0 {
		var g [4][lanes]float32
		var p, q, r, s [lanes]float32
		for j := range g {
			copy(g[j][:rest], gates[j*n+whole:])
		}
		copy(p[:rest], cPrev[whole:])
		copy(q[:rest], c[whole:])
		copy(r[:rest], dh[whole:])
		copy(s[:rest], dc[whole:])
		lstmBackwardVectors(&g[0][0], 4*lanes, &p[0], &q[0], &r[0], &s[0], &g[0][0], lanes)
		for j := range g {
			copy(dgates[j*n+whole:], g[j][:rest])
		}
		copy(dc[whole:], s[:rest])
	}
}
