package kernels

// pieceLen is the number of floats that one assembly call passes over: 64 KiB
// a slice, about 10 us where memory is slowest. The calls go through functions
// that are not inlined, because a goroutine can be stopped on entry to one. It
// is a multiple of every vector, so that pieces do not change results.
const pieceLen = 16384

// maxPattern is the largest number of interleaved channels that the assembly
// of Normalize takes.
const maxPattern = 16

// sumCols is the number of columns that the main kernel of SumRows sums.
const sumCols = 64

// Normalize turns bytes into centred floats; channels are interleaved.
//
//	dst[i] = (float32(src[i]) - mean[i mod C]) * (1/scale[i mod C])     C = len(mean)
//
// Shape:     dst, src equally long; mean, scale (C)
// Alias:     dst must not overlap mean or scale
// Accuracy:  |err| ≤ 3·2⁻²⁴·(src+|mean|)/|scale|
//
// Normalize panics if len(dst) != len(src), if mean and scale differ in length
// or are empty, or if dst overlaps one of them.
func Normalize(dst []float32, src []uint8, mean, scale []float32) {
	if len(dst) != len(src) {
		panic(errLengths)
	}
	if len(mean) == 0 || len(mean) != len(scale) {
		panic(errChannels)
	}
	if overlap(dst, mean) || overlap(dst, scale) {
		panic(errOverlap)
	}
	raceReadBytes(src)
	raceWrite(dst)
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

// SumRows adds the column sums of x to sum: the gradient of a bias.
//
//	sum[j] += Σ_i x[i*n+j]     i<m, j<n
//
// Shape:     x (m,n); sum (n)
// Alias:     sum must not overlap x
// Accuracy:  |err| ≤ m·2⁻²⁴·(|sum|+Σ|x|)
// NaN/Inf:   propagate
//
// SumRows panics if a dimension is negative, a slice is too short, or the two overlap.
func SumRows(m, n int, x, sum []float32) {
	x, sum = cut(x, m, n, errShortX), cut(sum, 1, n, errShortSum)
	if overlap(x, sum) {
		panic(errOverlap)
	}
	raceRead(x)
	raceWrite(sum)
	sumRows(m, n, x, sum)
}

// sumRows is SumRows without its checks.
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

// ReLU computes y[i] = 0 where x[i] < 0, else x[i]: NaN and -0 pass through.
//
// Shape:     x, y equally long
// Alias:     y may be x; any other overlap is forbidden
//
// ReLU panics if the lengths differ or the slices overlap inexactly.
func ReLU(y, x []float32) {
	if len(y) != len(x) {
		panic(errLengths)
	}
	if overlapInexact(y, x) {
		panic(errOverlap)
	}
	raceRead(x)
	raceWrite(y)
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

// ReLUGrad computes dx[i] = dy[i] where y[i] > 0, else 0. y is the output of
// the ReLU (its input serves as well).
//
// Shape:     dx, dy, y equally long
// Alias:     dx may be dy or y; any other overlap is forbidden
// NaN/Inf:   a NaN in dy passes where y > 0; a NaN in y counts as not positive
//
// ReLUGrad panics if the lengths differ or dx overlaps an input inexactly.
func ReLUGrad(dx, dy, y []float32) {
	if len(dx) != len(dy) || len(dx) != len(y) {
		panic(errLengths)
	}
	if overlapInexact(dx, dy) || overlapInexact(dx, y) {
		panic(errOverlap)
	}
	raceRead(dy)
	raceRead(y)
	raceWrite(dx)
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
