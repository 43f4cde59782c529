package kernels

// An operation is one call at a representative size. prepare makes its slices
// and returns the call and what it writes.
type operation struct {
	name    string
	prepare func(b *buffers) (call func(), out []float32)
}

// run prepares and calls it once.
func (op operation) run(b *buffers) []float32 {
	call, out := op.prepare(b)
	call()
	return out
}

// operations has every exported kernel, for tests of what holds for all.
var operations = []operation{
	{name: "Gemm", prepare: func(b *buffers) (func(), []float32) {
		x, y, z := b.float(99*400), b.float(400*45), b.float(99*45)
		return func() { Gemm(true, 99, 45, 400, x, 400, y, 45, z, 45) }, z
	}},
	{name: "GemmRow", prepare: func(b *buffers) (func(), []float32) {
		x, y, z := b.float(400), b.float(400*150), b.float(150)
		return func() { Gemm(false, 1, 150, 400, x, 400, y, 150, z, 150) }, z
	}},
	{name: "GemmTN", prepare: func(b *buffers) (func(), []float32) {
		x, y, z := b.float(40*99), b.float(40*45), b.float(99*45)
		return func() { GemmTN(true, 99, 45, 40, x, 99, y, 45, z, 45) }, z
	}},
	{name: "GemmNT", prepare: func(b *buffers) (func(), []float32) {
		x, y, z := b.float(20*399), b.float(45*399), b.float(20*45)
		return func() { GemmNT(true, 20, 45, 399, x, 399, y, 399, z, 45) }, z
	}},
	{name: "GemmNTDots", prepare: func(b *buffers) (func(), []float32) {
		x, y, z := b.float(2*399), b.float(45*399), b.float(2*45)
		return func() { GemmNT(true, 2, 45, 399, x, 399, y, 399, z, 45) }, z
	}},
	{name: "GemmNTPacked", prepare: func(b *buffers) (func(), []float32) {
		x, y, z := b.float(8*399), b.float(45*399), b.float(8*45)
		p := new(Packed)
		return func() {
			p.PackNT(45, 399, y, 399)
			GemmNTPacked(true, 8, x, 399, p, z, 45)
		}, z
	}},
	{name: "Forward", prepare: func(b *buffers) (func(), []float32) {
		g := conv2Wide
		x, w, bias, y := b.float(2*g.InLen()), b.float(g.WeightLen()), b.float(g.O), b.float(2*g.OutLen())
		return func() { g.Forward(2, x, w, bias, y, true) }, y
	}},
	{name: "GradInput", prepare: func(b *buffers) (func(), []float32) {
		g := conv2Wide
		dy, w, dx := b.float(2*g.OutLen()), b.float(g.WeightLen()), b.float(2*g.InLen())
		return func() { g.GradInput(2, dy, w, dx) }, dx
	}},
	{name: "GradInputPacked", prepare: func(b *buffers) (func(), []float32) {
		g := conv2Wide
		dy, w, dx := b.float(2*g.OutLen()), b.float(g.WeightLen()), b.float(2*g.InLen())
		p := new(Packed)
		return func() {
			g.PackGradInput(w, p)
			g.GradInputPacked(2, dy, p, dx)
		}, dx
	}},
	{name: "GradWeights", prepare: func(b *buffers) (func(), []float32) {
		g := conv2Wide
		x, dy, dw, db := b.float(2*g.InLen()), b.float(2*g.OutLen()), b.float(g.WeightLen()), b.float(g.O)
		return func() { g.GradWeights(2, x, dy, dw, db) }, dw
	}},
	{name: "Normalize", prepare: func(b *buffers) (func(), []float32) {
		dst, mean, scale := b.float(1000), b.float(3), b.float(3)
		src := make([]uint8, 1000+b.place.offset)[b.place.offset:]
		for i := range src {
			src[i] = uint8(7 * i)
		}
		return func() { Normalize(dst, src, mean, scale) }, dst
	}},
	{name: "SumRows", prepare: func(b *buffers) (func(), []float32) {
		x, sum := b.float(90*16), b.float(16)
		return func() { SumRows(90, 16, x, sum) }, sum
	}},
	{name: "ReLU", prepare: func(b *buffers) (func(), []float32) {
		x, y := b.float(999), b.float(999)
		return func() { ReLU(y, x) }, y
	}},
	{name: "ReLUGrad", prepare: func(b *buffers) (func(), []float32) {
		dy, y, dx := b.float(999), b.float(999), b.float(999)
		return func() { ReLUGrad(dx, dy, y) }, dx
	}},
	{name: "LSTMForward", prepare: func(b *buffers) (func(), []float32) {
		gates, cPrev, c, h := b.float(3*4*45), b.float(3*45), b.float(3*45), b.float(3*45)
		return func() { LSTMForward(3, 45, gates, cPrev, c, h) }, h
	}},
	{name: "LSTMBackward", prepare: func(b *buffers) (func(), []float32) {
		gates, cPrev, c := b.float(3*4*45), b.float(3*45), b.float(3*45)
		dh, dc, dgates := b.float(3*45), b.float(3*45), b.float(3*4*45)
		return func() { LSTMBackward(3, 45, gates, cPrev, c, dh, dc, dgates) }, dgates
	}},
	{name: "LogSoftmax3", prepare: func(b *buffers) (func(), []float32) {
		logits, logp := b.float(3*45), b.float(3*45)
		return func() { LogSoftmax3(45, logp, logits) }, logp
	}},
	{name: "RMSProp", prepare: func(b *buffers) (func(), []float32) {
		theta, ms, grad := b.float(999), b.float(999), b.float(999)
		for i, v := range ms {
			ms[i] = v * v
		}
		return func() { RMSProp(theta, ms, grad, 1e-3, 0.99, 1e-5) }, theta
	}},
	{name: "ScaleAdd", prepare: func(b *buffers) (func(), []float32) {
		x, y := b.float(999), b.float(999)
		return func() { ScaleAdd(y, 0.3, x) }, y
	}},
	{name: "Scale", prepare: func(b *buffers) (func(), []float32) {
		y := b.float(999)
		return func() { Scale(y, 0.9) }, y
	}},
	{name: "SumSquares", prepare: func(b *buffers) (func(), []float32) {
		x, out := b.float(999), make([]float32, 1)
		return func() { out[0] = float32(SumSquares(x)) }, out
	}},
}
