package kernels

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
	if overlap(gates, cPrev) || overlap(gates, c) || overlap(gates, h) || overlapInexact(c, cPrev) || overlap(h, cPrev) || overlap(h, c) {
		panic(errOverlap)
	}
	raceWrite(gates)
	raceRead(cPrev)
	raceWrite(c)
	raceWrite(h)
	lstmForward(batch, n, gates, cPrev, c, h)
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
	lstmBackward(batch, n, gates, cPrev, c, dh, dc, dgates)
}
