package kernels

import "math"

// rmsPropGeneric is the reference of RMSProp.
func rmsPropGeneric(theta, ms, grad []float32, lr, decay, epsilon float32) {
	theta, ms = theta[:len(grad)], ms[:len(grad)]
	keep, leastBits := 1-decay, math.Float32bits(leastGrad)
	for i, g := range grad {
		if math.Float32bits(g)&^(1<<31) < leastBits { // |g| without a branch on its sign
			g = 0
		}
		s := ms[i]
		if s < LeastSquare {
			s = 0
		}
		s = decay*s + keep*g*g
		ms[i] = s
		theta[i] -= lr * g / (float32(math.Sqrt(float64(s))) + epsilon)
	}
}

// scaleAddGeneric is the reference of ScaleAdd.
func scaleAddGeneric(y []float32, alpha float32, x []float32) {
	y = y[:len(x)]
	for i, v := range x {
		y[i] += alpha * v
	}
}

// scaleGeneric is the reference of Scale.
func scaleGeneric(y []float32, alpha float32) {
	for i := range y {
		y[i] *= alpha
	}
}

// sumSquaresGeneric is the reference of SumSquares: four partial sums.
func sumSquaresGeneric(x []float32) float64 {
	var s0, s1, s2, s3 float64
	for len(x) >= 4 {
		a, b, c, d := float64(x[0]), float64(x[1]), float64(x[2]), float64(x[3])
		s0 += a * a
		s1 += b * b
		s2 += c * c
		s3 += d * d
		x = x[4:]
	}
	for _, v := range x {
		s0 += float64(v) * float64(v)
	}
	return (s0 + s1) + (s2 + s3)
}
