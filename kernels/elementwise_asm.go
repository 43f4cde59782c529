//go:build (amd64 || arm64) && !purego

package kernels

// pieceLen is the number of floats that one assembly call passes over: 64 KiB
// a slice, about 10 us where memory is slowest. The calls go through functions
// that are not inlined, because a goroutine can be stopped on entry to one. It
// is a multiple of every vector, so that pieces do not change results.
const pieceLen = 16384

func relu(y, x []float32) {
	if !useVectors {
		reluGeneric(y, x)
		return
	}
	for len(x) > 0 {
		n := min(len(x), pieceLen)
		reluVectors(y[:n], x[:n])
		y, x = y[n:], x[n:]
	}
}

func reluGrad(dx, dy, y []float32) {
	if !useVectors {
		reluGradGeneric(dx, dy, y)
		return
	}
	for len(y) > 0 {
		n := min(len(y), pieceLen)
		reluGradVectors(dx[:n], dy[:n], y[:n])
		dx, dy, y = dx[n:], dy[n:], y[n:]
	}
}

// sumCols is the number of columns that the main kernel of SumRows sums.
const sumCols = 64

func sumRows(m, n int, x, sum []float32) {
	if !useVectors {
		sumRowsGeneric(m, n, x, sum)
		return
	}
	// Several rows of a narrow matrix are one row of the main kernel.
	if fold := sumCols / max(n, 1); fold >= 2 && fold*n == sumCols && m >= 4*fold {
		var wide [sumCols]float32
		sumRows(m/fold, sumCols, x, wide[:])
		sumRowsGeneric(fold, n, wide[:], sum)
		x, m = x[m/fold*sumCols:], m%fold
	}
	if m == 0 {
		return
	}
	for j := 0; j < n; {
		cols := sumWidth(n - j)
		for i := 0; i < m; i += pieceLen / sumCols {
			sumRowsVectors(x[i*n+j:], n, min(pieceLen/sumCols, m-i), sum[j:j+cols])
		}
		j += cols
	}
}

// maxPattern is the largest number of interleaved channels that the assembly
// of Normalize takes.
const maxPattern = 16

func normalize(dst []float32, src []uint8, mean, scale []float32) {
	c := len(mean)
	if !useVectors || c > maxPattern {
		normalizeGeneric(dst, src, mean, scale)
		return
	}
	// The pattern of the channels repeats after 16·C floats, whole vectors.
	var means, inverses [16 * maxPattern]float32
	period := 16 * c
	for i := range period {
		means[i], inverses[i] = mean[i%c], 1/scale[i%c]
	}
	piece := pieceLen / period * period
	for len(src) >= period {
		n := min(len(src)/period*period, piece)
		normalizeVectors(&dst[0], &src[0], n/period, &means[0], &inverses[0], period)
		dst, src = dst[n:], src[n:]
	}
	for i, v := range src {
		dst[i] = (float32(v) - means[i]) * inverses[i]
	}
}
