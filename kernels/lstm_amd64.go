//go:build !purego

package kernels

// Why assembly: 8 to 16 times faster than the portable loops, which call the
// float64 functions of package math.

//go:noescape
func lstmForwardAVX2(gates *float32, stride int, cPrev, c, h *float32, n int)

//go:noescape
func lstmBackwardAVX2(gates *float32, stride int, cPrev, c, dh, dc, dgates *float32, n int)

func lstmForwardVectors(gates *float32, stride int, cPrev, c, h *float32, n int) {
	lstmForwardAVX2(gates, stride, cPrev, c, h, n)
}

func lstmBackwardVectors(gates *float32, stride int, cPrev, c, dh, dc, dgates *float32, n int) {
	lstmBackwardAVX2(gates, stride, cPrev, c, dh, dc, dgates, n)
}
