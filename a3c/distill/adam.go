package distill

import "math"

// adam is the optimiser of Kingma and Ba 2015, with their settings.
type adam struct {
	m, v    []float32 // means of the gradient and of its square
	updates int64
}

const (
	beta1, beta2 = 0.9, 0.999
	epsilon      = 1e-8
	tiny         = 1e-30 // means below are zero: numbers with few digits slow the processor down
)

func newAdam(n int) adam { return adam{m: make([]float32, n), v: make([]float32, n)} }

// step moves theta against the gradient.
//
//	m = beta1 m + (1-beta1) g        v = beta2 v + (1-beta2) g^2
//	theta -= rate m/(1-beta1^n) / (sqrt(v/(1-beta2^n)) + epsilon)
func (a *adam) step(theta, grad []float32, rate float64) {
	a.updates++
	n := float64(a.updates)
	long := float32(1 / (1 - math.Pow(beta2, n)))
	scale := float32(rate / (1 - math.Pow(beta1, n)))
	m, v := a.m[:len(theta)], a.v[:len(theta)]
	for i, g := range grad[:len(theta)] {
		mean := float32(beta1*m[i]) + float32((1-beta1)*g)
		square := float32(beta2*v[i]) + float32((1-beta2)*float32(g*g))
		if mean < tiny && mean > -tiny {
			mean = 0
		}
		if square < tiny {
			square = 0
		}
		m[i], v[i] = mean, square
		root := float32(math.Sqrt(float64(float32(square * long))))
		theta[i] -= float32(scale*mean) / (root + epsilon)
	}
}
