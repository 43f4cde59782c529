//go:build (!amd64 && !arm64) || purego

package kernels

func normalize(dst []float32, src []uint8, mean, scale []float32) {
	normalizeGeneric(dst, src, mean, scale)
}

func sumRows(m, n int, x, sum []float32) { sumRowsGeneric(m, n, x, sum) }

func relu(y, x []float32) { reluGeneric(y, x) }

func reluGrad(dx, dy, y []float32) { reluGradGeneric(dx, dy, y) }
