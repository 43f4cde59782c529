package kernels

// LeastSquare is the smallest mean square that counts as more than 0 to RMSProp, and leastGrad the
// smallest gradient: decay or 1-decay times either square is a normal number.
const (
	LeastSquare = 0x1p-114
	leastGrad   = 0x1p-57
)

// RMSProp makes one step of the optimiser, with running mean squares ms.
//
//	ms[i]     = decay·ms[i] + (1-decay)·grad[i]²
//	theta[i] -= lr·grad[i] / (sqrt(ms[i]) + epsilon)
//
// A gradient below 2⁻⁵⁷ = 7e-18 in size and a mean square below 2⁻¹¹⁴ count as 0. Beside any
// epsilon of use they mean nothing, but the mean square of a parameter without gradient would
// decay into the denormal numbers and stay there, where arithmetic is a hundred times slower.
//
// Shape:     theta, ms, grad equally long
// Alias:     none may overlap another
// Align:     any; the result does not depend on addresses
// Accuracy:  ms to 4·2⁻²⁴ relative; the step to 8·2⁻²⁴ relative, for a decay of 0 or from 2⁻¹⁰
// to 1-2⁻¹² and a step that is no denormal number
// Source:    Tieleman & Hinton 2012; Mnih et al. 2016, section 4 (epsilon outside the root here)
//
// RMSProp panics if the lengths differ or the slices overlap.
func RMSProp(theta, ms, grad []float32, lr, decay, epsilon float32) {
	if len(theta) != len(ms) || len(theta) != len(grad) {
		panic(errLengths)
	}
	if overlap(theta, ms) || overlap(theta, grad) || overlap(ms, grad) {
		panic(errOverlap)
	}
	raceWrite(theta)
	raceWrite(ms)
	raceRead(grad)
	if !useVectors {
		rmsPropGeneric(theta, ms, grad, lr, decay, epsilon)
		return
	}
	for len(grad) > 0 {
		n := min(len(grad), pieceLen)
		rmsPropVectors(theta[:n], ms[:n], grad[:n], lr, decay, epsilon)
		theta, ms, grad = theta[n:], ms[n:], grad[n:]
	}
}

// ScaleAdd computes y[i] += alpha·x[i].
//
// Shape:     x, y equally long
// Alias:     y may be x; any other overlap is forbidden
// Accuracy:  |err| ≤ 2·2⁻²⁴·(|y|+|alpha·x|)
//
// ScaleAdd panics if the lengths differ or the slices overlap inexactly.
func ScaleAdd(y []float32, alpha float32, x []float32) {
	if len(y) != len(x) {
		panic(errLengths)
	}
	if overlapInexact(y, x) {
		panic(errOverlap)
	}
	raceRead(x)
	raceWrite(y)
	if !useVectors {
		scaleAddGeneric(y, alpha, x)
		return
	}
	for len(x) > 0 {
		n := min(len(x), pieceLen)
		scaleAddVectors(y[:n], alpha, x[:n])
		y, x = y[n:], x[n:]
	}
}

// Scale computes y[i] *= alpha. A zero alpha keeps NaN and turns Inf into NaN.
func Scale(y []float32, alpha float32) {
	raceWrite(y)
	if !useVectors {
		scaleGeneric(y, alpha)
		return
	}
	for len(y) > 0 {
		n := min(len(y), pieceLen)
		scaleVectors(y[:n], alpha)
		y = y[n:]
	}
}

// SumSquares returns Σ x[i]², summed in float64; the order of summation is
// fixed per implementation. Inf and NaN propagate.
//
// Accuracy:  |err| ≤ len(x)·2⁻⁵³·Σx²
func SumSquares(x []float32) float64 {
	raceRead(x)
	var s float64
	for len(x) > 0 {
		n := min(len(x), pieceLen)
		s += sumSquaresPiece(x[:n])
		x = x[n:]
	}
	return s
}

//go:noinline
func sumSquaresPiece(x []float32) float64 {
	if useVectors {
		return sumSquaresVectors(x)
	}
	return sumSquaresGeneric(x)
}
