package nn

import "colonnade/kernels"

// The layers hold sizes and places in the parameter vector, nothing else: activations and gradients live in buffers that
// the caller passes in. m is a number of rows (samples); ld is the distance between the starts of two rows.

// span is a stretch of the parameter vector.
type span struct{ offset, length int }

func (s span) of(v []float32) []float32 { return v[s.offset : s.offset+s.length] }

// linear computes y = x·w + bias with w (in,out).
type linear struct {
	in, out      int
	weight, bias span
}

// forward sets y (m,out), rows ldy apart, from x (m,in), rows ldx apart: the bias first, then the product added to it.
func (l *linear) forward(theta []float32, m int, x []float32, ldx int, y []float32, ldy int) {
	fillRows(m, y, ldy, l.bias.of(theta))
	kernels.Gemm(true, m, l.out, l.in, x, ldx, l.weight.of(theta), l.out, y, ldy)
}

// gradWeights adds the gradient of weight and bias to grad.
func (l *linear) gradWeights(grad []float32, m int, x []float32, ldx int, dy []float32, ldy int) {
	kernels.GemmTN(true, l.in, l.out, m, x, ldx, dy, ldy, l.weight.of(grad), l.out)
	addRows(m, l.bias.of(grad), dy, ldy)
}

// gradInput sets dx (m,in) from dy (m,out).
func (l *linear) gradInput(theta []float32, m int, dy []float32, ldy int, dx []float32, ldx int) {
	kernels.GemmNT(false, m, l.in, l.out, dy, ldy, l.weight.of(theta), l.out, dx, ldx)
}

// conv is a convolution without padding and its ReLU, channels innermost.
type conv struct {
	kernels.Conv
	weight, bias span
}

// forward sets y (m,OH,OW,O) from x (m,H,W,C), ReLU included.
func (l *conv) forward(theta []float32, m int, x, y []float32) {
	l.Forward(m, x, l.weight.of(theta), l.bias.of(theta), y, true)
}

// gradWeights adds the gradient of weight and bias to grad; dy is the gradient before the ReLU.
func (l *conv) gradWeights(grad []float32, m int, x, dy []float32) {
	l.GradWeights(m, x, dy, l.weight.of(grad), l.bias.of(grad))
}

// gradInput sets dx (m,H,W,C) from dy (m,OH,OW,O), the gradient before the ReLU.
func (l *conv) gradInput(theta []float32, m int, dy, dx []float32) {
	l.GradInput(m, dy, l.weight.of(theta), dx)
}

// lstm is a layer of n LSTM cells with gates in the order i, f, g, o and one bias for each gate.
//
//	gates = bias + x·weightIH + h'·weightHH     i, f, o = sigmoid; g = tanh
//	c = f*c' + i*g        h = o*tanh(c)
type lstm struct {
	in, n                    int
	weightIH, weightHH, bias span
}

// forward computes one step: from x (m,in) and the state entering, hIn and cIn (m,n), it sets the activated gates (m,4n)
// and the state leaving, c and h (m,n).
func (l *lstm) forward(theta []float32, m int, x []float32, hIn, cIn, gates, c, h []float32) {
	fillRows(m, gates, 4*l.n, l.bias.of(theta))
	kernels.Gemm(true, m, 4*l.n, l.in, x, l.in, l.weightIH.of(theta), 4*l.n, gates, 4*l.n)
	kernels.Gemm(true, m, 4*l.n, l.n, hIn, l.n, l.weightHH.of(theta), 4*l.n, gates, 4*l.n)
	kernels.LSTMForward(m, l.n, gates, cIn, c, h)
}

// gradState sets dh (m,n), the gradient of the h that entered a step, from that step's dgates (m,4n).
func (l *lstm) gradState(theta []float32, m int, dgates, dh []float32) {
	kernels.GemmNT(false, m, l.n, 4*l.n, dgates, 4*l.n, l.weightHH.of(theta), 4*l.n, dh, l.n)
}

// gradWeights adds the gradient of both weights and of the bias to grad; m may span many steps.
func (l *lstm) gradWeights(grad []float32, m int, x, hIn, dgates []float32) {
	kernels.GemmTN(true, l.in, 4*l.n, m, x, l.in, dgates, 4*l.n, l.weightIH.of(grad), 4*l.n)
	kernels.GemmTN(true, l.n, 4*l.n, m, hIn, l.n, dgates, 4*l.n, l.weightHH.of(grad), 4*l.n)
	addRows(m, l.bias.of(grad), dgates, 4*l.n)
}

// gradInput sets dx (m,in) from dgates (m,4n); m may span many steps.
func (l *lstm) gradInput(theta []float32, m int, dgates, dx []float32) {
	kernels.GemmNT(false, m, l.in, 4*l.n, dgates, 4*l.n, l.weightIH.of(theta), 4*l.n, dx, l.in)
}

// fillRows copies row into each of m rows of y, ldy apart.
func fillRows(m int, y []float32, ldy int, row []float32) {
	for i := range m {
		copy(y[i*ldy:i*ldy+len(row)], row)
	}
}

// addRows adds each of m rows of x, ldx apart, to sum.
func addRows(m int, sum, x []float32, ldx int) {
	if ldx == len(sum) {
		kernels.SumRows(m, ldx, x, sum)
		return
	}
	for i := range m {
		kernels.ScaleAdd(sum, 1, x[i*ldx:i*ldx+len(sum)])
	}
}
