package nn

import "colonnade/kernels"

// The layers hold sizes and places in the parameter vector, nothing else: activations and gradients
// live in buffers that the caller passes in. m is a number of rows (samples); ld is the distance
// between the starts of two rows.

// span is a stretch of the parameter vector.
type span struct{ offset, length int }

func (s span) of(v []float32) []float32 { return v[s.offset : s.offset+s.length] }

// matrix computes y += x·w with w (in,out).
type matrix struct {
	in, out int
	weight  span
}

// add adds the product of x (m,in), rows ldx apart, to y (m,out), rows ldy apart.
func (w *matrix) add(theta []float32, m int, x []float32, ldx int, y []float32, ldy int) {
	kernels.Gemm(true, m, w.out, w.in, x, ldx, w.weight.of(theta), w.out, y, ldy)
}

// gradWeights adds the gradient of the weight to grad.
func (w *matrix) gradWeights(grad []float32, m int, x []float32, ldx int, dy []float32, ldy int) {
	kernels.GemmTN(true, w.in, w.out, m, x, ldx, dy, ldy, w.weight.of(grad), w.out)
}

// gradInput sets dx (m,in) from dy (m,out).
func (w *matrix) gradInput(theta []float32, m int, dy []float32, ldy int, dx []float32, ldx int) {
	kernels.GemmNT(false, m, w.in, w.out, dy, ldy, w.weight.of(theta), w.out, dx, ldx)
}

// pack prepares the weight for gradInputPacked.
func (w *matrix) pack(theta []float32, p *kernels.Packed) {
	p.PackNT(w.in, w.out, w.weight.of(theta), w.out)
}

// gradInputPacked is gradInput with the weight as pack left it.
func (w *matrix) gradInputPacked(p *kernels.Packed, m int, dy []float32, ldy int, dx []float32, ldx int) {
	kernels.GemmNTPacked(false, m, dy, ldy, p, dx, ldx)
}

// linear computes y = bias + x·w.
type linear struct {
	matrix
	bias span
}

// forward sets y (m,out), rows ldy apart, from x (m,in), rows ldx apart: the bias first, then the
// product added to it.
func (l *linear) forward(theta []float32, m int, x []float32, ldx int, y []float32, ldy int) {
	fillRows(m, y, ldy, l.bias.of(theta))
	l.add(theta, m, x, ldx, y, ldy)
}

// gradBias adds the gradient of the bias to grad.
func (l *linear) gradBias(grad []float32, m int, dy []float32, ldy int) {
	addRows(m, l.bias.of(grad), dy, ldy)
}

// conv is a convolution without padding, channels innermost. One without a bias has an empty span
// there.
type conv struct {
	kernels.Conv
	weight, bias span
}

// forward sets y (m,OH,OW,O) from x (m,H,W,C), through the ReLU if relu is true.
func (l *conv) forward(theta []float32, m int, x, y []float32, relu bool) {
	l.Forward(m, x, l.weight.of(theta), l.biasOf(theta), y, relu)
}

// gradWeights adds the gradient of weight and bias to grad; dy is the gradient before the ReLU.
func (l *conv) gradWeights(grad []float32, m int, x, dy []float32) {
	l.GradWeights(m, x, dy, l.weight.of(grad), l.biasOf(grad))
}

// gradInput sets dx (m,H,W,C) from dy (m,OH,OW,O), the gradient before the ReLU.
func (l *conv) gradInput(theta []float32, m int, dy, dx []float32) {
	l.GradInput(m, dy, l.weight.of(theta), dx)
}

// pack prepares the weight for gradInputPacked.
func (l *conv) pack(theta []float32, p *kernels.Packed) {
	l.PackGradInput(l.weight.of(theta), p)
}

// gradInputPacked is gradInput with the weight as pack left it.
func (l *conv) gradInputPacked(p *kernels.Packed, m int, dy, dx []float32) {
	l.GradInputPacked(m, dy, p, dx)
}

// biasOf returns the bias as the kernels want it: nil for none.
func (l *conv) biasOf(v []float32) []float32 {
	if l.bias.length == 0 {
		return nil
	}
	return l.bias.of(v)
}

// lstm is a layer of n LSTM cells with gates in the order i, f, g, o and one bias for each gate.
//
//	gates = bias + x·weightIH + h'·weightHH + what laterals add     i, f, o = sigmoid; g = tanh
//	c = f*c' + i*g        h = o*tanh(c)
type lstm struct {
	n                  int
	weightIH, weightHH matrix // (in,4n), (n,4n)
	bias               span
}

// gates sets gates (m,4n) before activation, from x (m,in) and the output entering, hIn (m,n).
func (l *lstm) gates(theta []float32, m int, x, hIn, gates []float32) {
	fillRows(m, gates, 4*l.n, l.bias.of(theta))
	l.weightIH.add(theta, m, x, l.weightIH.in, gates, 4*l.n)
	l.weightHH.add(theta, m, hIn, l.n, gates, 4*l.n)
}

// gradState sets dh (m,n), the gradient of the h that entered a step, from that step's dgates
// (m,4n); p has weightHH.
func (l *lstm) gradState(p *kernels.Packed, m int, dgates, dh []float32) {
	l.weightHH.gradInputPacked(p, m, dgates, 4*l.n, dh, l.n)
}

// gradWeights adds the gradient of both weights and of the bias to grad; m may span many steps.
func (l *lstm) gradWeights(grad []float32, m int, x, hIn, dgates []float32) {
	l.weightIH.gradWeights(grad, m, x, l.weightIH.in, dgates, 4*l.n)
	l.weightHH.gradWeights(grad, m, hIn, l.n, dgates, 4*l.n)
	addRows(m, l.bias.of(grad), dgates, 4*l.n)
}

// gradInput sets dx (m,in) from dgates (m,4n); m may span many steps.
func (l *lstm) gradInput(theta []float32, m int, dgates, dx []float32) {
	l.weightIH.gradInput(theta, m, dgates, 4*l.n, dx, l.weightIH.in)
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
