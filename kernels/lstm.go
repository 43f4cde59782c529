package kernels

import "math"

// lstmPiece is the number of cells that one assembly call computes.
const lstmPiece = 4096

// LSTMForward applies one LSTM step to the pre-activations of all four gates.
//
//	i, f, o = sigmoid(...)   g = tanh(...)        in place in gates
//	c = f·cPrev + i·g        h = o·tanh(c)
//
// Shape:     gates (batch,4n), each row i(n) f(n) g(n) o(n); cPrev, c, h (batch,n)
// Alias:     c may be cPrev; any other overlap with an output is forbidden
// Align:     any; the result does not depend on addresses or on the position in the batch
// Accuracy:  gates 4·2⁻²⁴ relative (a sigmoid below that of -87 may stay at that);
// c 10·2⁻²⁴·(|f·cPrev|+|i·g|); h 10·2⁻²⁴·|h| and the error of c
// NaN/Inf:   NaN propagates; ±Inf saturates the gates
// Source:    Hochreiter & Schmidhuber 1997, with the forget gate of Gers et al. 2000
//
// LSTMForward panics if a dimension is negative, a slice is too short, or an
// output overlaps what it must not.
func LSTMForward(batch, n int, gates, cPrev, c, h []float32) {
	gates = cut(gates, batch, 4*n, errShortGates)
	cPrev, c, h = cut(cPrev, batch, n, errShortCPrev), cut(c, batch, n, errShortC), cut(h, batch, n, errShortH)
	if overlap(gates, cPrev) || overlap(gates, c) || overlap(gates, h) || overlapInexact(c, cPrev) ||
		overlap(h, cPrev) || overlap(h, c) {
		panic(errOverlap)
	}
	raceWrite(gates)
	raceRead(cPrev)
	raceWrite(c)
	raceWrite(h)
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

// LSTMBackward is the gradient of LSTMForward.
//
//	dc'     = dc + dh·o·(1-tanh²(c))
//	dgates  = [dc'·g·i(1-i), dc'·cPrev·f(1-f), dc'·i·(1-g²), dh·tanh(c)·o(1-o)]
//	dc      = dc'·f
//
// Shape:     gates, dgates (batch,4n), gates as LSTMForward left them; cPrev, c, dh, dc (batch,n);
// dc holds the gradient from the step after on entry, the one for the step before on return
// Alias:     dgates may be gates; any other overlap with dgates or dc is forbidden
// Accuracy:  with D = |dc|+|dh·o|: dc 16·2⁻²⁴·D·f, dgates 16·2⁻²⁴ times D·|g|·i(1-i),
// D·|cPrev|·f(1-f), D·i and |dh·tanh(c)|·o(1-o)
// Align, NaN/Inf: as LSTMForward
//
// LSTMBackward panics as LSTMForward does.
func LSTMBackward(batch, n int, gates, cPrev, c, dh, dc, dgates []float32) {
	gates, dgates = cut(gates, batch, 4*n, errShortGates), cut(dgates, batch, 4*n, errShortDGates)
	cPrev, c = cut(cPrev, batch, n, errShortCPrev), cut(c, batch, n, errShortC)
	dh, dc = cut(dh, batch, n, errShortDH), cut(dc, batch, n, errShortDC)
	if overlap(dc, gates) || overlap(dc, dgates) || overlap(dc, cPrev) || overlap(dc, c) || overlap(dc, dh) ||
		overlap(dgates, cPrev) || overlap(dgates, c) || overlap(dgates, dh) || overlapInexact(dgates, gates) {
		panic(errOverlap)
	}
	raceRead(gates)
	raceRead(cPrev)
	raceRead(c)
	raceRead(dh)
	raceWrite(dc)
	raceWrite(dgates)
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

func sigmoidGeneric(x float32) float32 { return float32(1 / (1 + math.Exp(-float64(x)))) }

func tanhGeneric(x float32) float32 { return float32(math.Tanh(float64(x))) }

// lstmForwardGeneric is the reference of LSTMForward.
func lstmForwardGeneric(batch, n int, gates, cPrev, c, h []float32) {
	for b := range batch {
		row := gates[b*4*n:][:4*n]
		gi, gf, gg, go_ := row[:n], row[n:][:n], row[2*n:][:n], row[3*n:][:n]
		cp, cn, hn := cPrev[b*n:][:n], c[b*n:][:n], h[b*n:][:n]
		for j := range cn {
			i, f, g, o := sigmoidGeneric(gi[j]), sigmoidGeneric(gf[j]), tanhGeneric(gg[j]), sigmoidGeneric(go_[j])
			gi[j], gf[j], gg[j], go_[j] = i, f, g, o
			v := f*cp[j] + i*g
			cn[j] = v
			hn[j] = o * tanhGeneric(v)
		}
	}
}

// lstmBackwardGeneric is the reference of LSTMBackward.
func lstmBackwardGeneric(batch, n int, gates, cPrev, c, dh, dc, dgates []float32) {
	for b := range batch {
		row, out := gates[b*4*n:][:4*n], dgates[b*4*n:][:4*n]
		for j := range n {
			e := b*n + j
			i, f, g, o := row[j], row[n+j], row[2*n+j], row[3*n+j]
			t := tanhGeneric(c[e])
			d := dc[e] + dh[e]*o*(1-t*t)
			dc[e] = d * f
			out[j] = d * g * (i * (1 - i))
			out[n+j] = d * cPrev[e] * (f * (1 - f))
			out[2*n+j] = d * i * (1 - g*g)
			out[3*n+j] = dh[e] * t * (o * (1 - o))
		}
	}
}
