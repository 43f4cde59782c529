//go:build !purego

package kernels

// Why assembly: 9 to 25 times faster than the portable loop.

//go:noescape
func logSoftmax3AVX2(logp, logits *float32, blocks int)

const (
	softmaxBlock = 24                 // floats of 8 groups of three
	softmaxPiece = 128 * softmaxBlock // floats of one assembly call
)

func logSoftmax3(groups int, logp, logits []float32) {
	if !useAVX2 {
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
		logSoftmax3AVX2(&logp[0], &logits[0], blocks)
	}
	if whole := blocks * softmaxBlock; whole < len(logits) {
		var block [softmaxBlock]float32
		copy(block[:], logits[whole:])
		logSoftmax3AVX2(&block[0], &block[0], 1)
		copy(logp[whole:], block[:])
	}
}
