package kernels

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
	logSoftmax3(groups, logp, logits)
}
