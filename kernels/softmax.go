package kernels

import "math"

const (
	softmaxBlock = 3 * lanes // floats of a group of three in each lane
	softmaxPiece = 3072      // floats of one assembly call, whole blocks
)

// LogSoftmax3 computes the logarithm of the softmax of groups of three.
//
//	logp[3i+j] = logits[3i+j] - log Σ_{l<3} exp(logits[3i+l])
//
// Shape:     logp, logits (groups,3)
// Alias:     logp may be logits; any other overlap is forbidden
// Align:     any; the result does not depend on addresses or on the position of a group
// Accuracy:  |err| ≤ 2⁻²⁴·(2·d + (8+D)·s) + 2⁻⁵²; d is how far the logit is below the
// largest of its group, D the largest d, s the negated result of the largest logit
// NaN/Inf:   a NaN or +Inf makes its whole group NaN; -Inf stays -Inf, but three make NaN
//
// LogSoftmax3 panics if groups is negative, a slice is too short or the two
// overlap inexactly.
func LogSoftmax3(groups int, logp, logits []float32) {
	logp, logits = cut(logp, groups, 3, errShortLogp), cut(logits, groups, 3, errShortLogits)
	if overlapInexact(logp, logits) {
		panic(errOverlap)
	}
	raceRead(logits)
	raceWrite(logp)
	if !useVectors {
		logSoftmax3Generic(groups, logp, logits)
		return
	}
	for len(logits) > 0 {
		n := min(len(logits), softmaxPiece)
		logSoftmax3Piece(logp[:n], logits[:n])
		logp, logits = logp[n:], logits[n:]
	}
}

//go:noinline
func logSoftmax3Piece(logp, logits []float32) {
	blocks := len(logits) / softmaxBlock
	if blocks > 0 {
		logSoftmax3Vectors(&logp[0], &logits[0], blocks)
	}
	if whole := blocks * softmaxBlock; whole < len(logits) {
		var block [softmaxBlock]float32
		copy(block[:], logits[whole:])
		logSoftmax3Vectors(&block[0], &block[0], 1)
		copy(logp[whole:], block[:])
	}
}

// logSoftmax3Generic is the reference of LogSoftmax3.
func logSoftmax3Generic(groups int, logp, logits []float32) {
	for i := range groups {
		x, y := logits[3*i:][:3], logp[3*i:][:3]
		a, b, c := float64(x[0]), float64(x[1]), float64(x[2])
		m := max(a, b, c)
		a, b, c = a-m, b-m, c-m
		l := math.Log(math.Exp(a) + math.Exp(b) + math.Exp(c))
		y[0], y[1], y[2] = float32(a-l), float32(b-l), float32(c-l)
	}
}
