//go:build !purego

package kernels

// Why assembly: 4 groups at a time, where the portable loop calls math.Exp.

//go:noescape
func logSoftmax3NEON(logp, logits *float32, blocks int)

const (
	softmaxBlock = 12                 // floats of 4 groups of three
	softmaxPiece = 256 * softmaxBlock // floats of one assembly call
)

func logSoftmax3(groups int, logp, logits []float32) {
	if !useNEON {
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
		logSoftmax3NEON(&logp[0], &logits[0], blocks)
	}
	if whole := blocks * softmaxBlock; whole < len(logits) {
		var block [softmaxBlock]float32
		copy(block[:], logits[whole:])
		logSoftmax3NEON(&block[0], &block[0], 1)
		copy(logp[whole:], block[:])
	}
}
