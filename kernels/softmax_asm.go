//go:build (amd64 || arm64) && !purego

package kernels

const (
	softmaxBlock = 3 * lanes // floats of a group of three in each lane
	softmaxPiece = 3072      // floats of one assembly call, whole blocks
)

func logSoftmax3(groups int, logp, logits []float32) {
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
