package kernels

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
	normalize(dst, src, mean, scale)
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
	relu(y, x)
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
	reluGrad(dx, dy, y)
}
