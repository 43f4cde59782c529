package kernels

// The references compute in float64, in the order of the formulas, and return
// with each value the sum of the magnitudes that went into it: what the error
// bounds are made of.

// matrix is a stored matrix: element (i,j) is data[i*row+j*col].
type matrix struct {
	data     []float32
	row, col int
}

func (m matrix) at(i, j int) float64 { return float64(m.data[i*m.row+j*m.col]) }

// refGemm returns c + a·b and |c| + |a|·|b|, rows joined; c may be nil.
func refGemm(m, n, k int, a, b matrix, c []float32, ldc int) (value, size []float64) {
	for i := range m {
		for j := range n {
			var v, s float64
			if c != nil {
				v = float64(c[i*ldc+j])
				s = abs(v)
			}
			for p := range k {
				x := a.at(i, p) * b.at(p, j)
				v += x
				s += abs(x)
			}
			value, size = append(value, v), append(size, s)
		}
	}
	return value, size
}

func abs(x float64) float64 { return max(x, -x) }

// eachTap calls f with the flat indices of x, w and y for every product of a
// convolution.
func eachTap(g Conv, n int, f func(x, w, y int)) {
	for i := range n {
		for v := range g.OutH() {
			for u := range g.OutW() {
				for r := range g.R {
					for s := range g.S {
						for c := range g.C {
							x := ((i*g.H+v*g.Stride+r)*g.W+u*g.Stride+s)*g.C + c
							w := ((r*g.S+s)*g.C + c) * g.O
							y := ((i*g.OutH()+v)*g.OutW() + u) * g.O
							for o := range g.O {
								f(x, w+o, y+o)
							}
						}
					}
				}
			}
		}
	}
}

// scaled returns x times factor.
func scaled(x []float64, factor float64) []float64 {
	y := make([]float64, len(x))
	for i, v := range x {
		y[i] = v * factor
	}
	return y
}

// sums is a float64 accumulator of values and their magnitudes.
type sums struct{ value, size []float64 }

func newSums(start []float32) sums {
	s := sums{make([]float64, len(start)), make([]float64, len(start))}
	for i, v := range start {
		s.value[i], s.size[i] = float64(v), abs(float64(v))
	}
	return s
}

func (s sums) add(i int, v float64) {
	s.value[i] += v
	s.size[i] += abs(v)
}
