//go:build !purego

package kernels

// Why assembly: 4 cells at a time, where the portable loops call the float64
// functions of package math one by one.

//go:noescape
func lstmForwardNEON(gates *float32, stride int, cPrev, c, h *float32, n int)

//go:noescape
func lstmBackwardNEON(gates *float32, stride int, cPrev, c, dh, dc, dgates *float32, n int)

func lstmForwardVectors(gates *float32, stride int, cPrev, c, h *float32, n int) {
	lstmForwardNEON(gates, stride, cPrev, c, h, n)
}

func lstmBackwardVectors(gates *float32, stride int, cPrev, c, dh, dc, dgates *float32, n int) {
	lstmBackwardNEON(gates, stride, cPrev, c, dh, dc, dgates, n)
}
