//go:build !purego

package kernels

// Why assembly: 4 groups at a time, where the portable loop calls math.Exp.

//go:noescape
func logSoftmax3NEON(logp, logits *float32, blocks int)

func logSoftmax3Vectors(logp, logits *float32, blocks int) { logSoftmax3NEON(logp, logits, blocks) }
