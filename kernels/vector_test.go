package kernels

import (
	"fmt"
	"math"
	"testing"
)

func TestRMSProp(t *testing.T) { eachLength(t, checkRMSProp) }

func checkRMSProp(b *buffers, n int) {
	b.t.Helper()
	grad, theta, ms := b.input(n), b.float(n), b.float(n)
	for i, v := range ms {
		ms[i] = v * v
	}
	const lr, decay, epsilon = float32(7e-4), float32(0.99), float32(1e-5)
	squares, params := make([]float64, n), make([]float64, n)
	squaresBound, paramsBound := make([]float64, n), make([]float64, n)
	keep := float64(1 - decay)
	for i, g := range grad {
		s := float64(decay)*float64(ms[i]) + keep*float64(g)*float64(g)
		step := float64(lr) * float64(g) / (math.Sqrt(s) + float64(epsilon))
		squares[i], squaresBound[i] = s, 4*eps*s
		params[i] = float64(theta[i]) - step
		paramsBound[i] = 8*eps*abs(step) + eps*abs(params[i])
	}
	RMSProp(theta, ms, grad, lr, decay, epsilon)
	what := fmt.Sprintf("RMSProp n=%d %s", n, b.place.name)
	near(b.t, what+" ms", ms, squares, squaresBound)
	near(b.t, what+" theta", theta, params, paramsBound)
}

// TestRMSPropVanishing has gradients and mean squares around the sizes below which both count as 0:
// no decaying mean square may stay among the denormal numbers, where arithmetic is slow, and every
// implementation gives the same bits.
func TestRMSPropVanishing(t *testing.T) {
	const lr, decay, epsilon, n = float32(7e-4), float32(0.75), float32(1e-5), 21 // products of 0.75 and 0.25 are exact
	var first []float32
	eachImplementation(t, func(t *testing.T) {
		least, below := float32(LeastSquare), math.Nextafter32(LeastSquare, 0)
		grads := []float32{0, leastGrad, -leastGrad, math.Nextafter32(leastGrad, 0), -math.Nextafter32(leastGrad, 0),
			1e-30, 1e-45}
		squares := []float32{least, below, 1e-38, 1e-45, 0, least, below}
		theta, ms, grad := make([]float32, n), make([]float32, n), make([]float32, n)
		for i := range n {
			theta[i], ms[i], grad[i] = 0, squares[i%7], grads[(i+i/7)%7]
		}
		want := make([]float32, n)
		for i, g := range grad {
			if ms[i] >= least {
				want[i] = decay * ms[i]
			}
			if abs(float64(g)) >= leastGrad {
				want[i] += (1 - decay) * g * g
			}
		}
		RMSProp(theta, ms, grad, lr, decay, epsilon)
		same(t, "mean squares", ms, want)
		for i, g := range grad {
			if moved := theta[i] != 0; moved != (abs(float64(g)) >= leastGrad) {
				t.Errorf("a gradient of %g moves the parameter to %g", g, theta[i])
			}
		}
		if first == nil {
			first = theta
		}
		same(t, "parameters", theta, first)
		for i := range ms {
			ms[i] = 1
		}
		for range 400 {
			RMSProp(theta, ms, make([]float32, n), lr, decay, epsilon)
			for i, v := range ms {
				if v != 0 && v < 0x1p-126 {
					t.Fatalf("the mean square %d has decayed to the denormal number %g", i, v)
				}
			}
		}
		same(t, "mean squares in the end", ms, make([]float32, n))
	})
}

func TestScaleAdd(t *testing.T) { eachLength(t, checkScaleAdd) }

func checkScaleAdd(b *buffers, n int) {
	b.t.Helper()
	x, y := b.input(n), b.float(n)
	const alpha = float32(-0.37)
	want := newSums(y)
	for i, v := range x {
		want.add(i, float64(alpha)*float64(v))
	}
	ScaleAdd(y, alpha, x)
	near(b.t, fmt.Sprintf("ScaleAdd n=%d %s", n, b.place.name), y, want.value, scaled(want.size, 2*eps))
}

func TestScale(t *testing.T) { eachLength(t, checkScale) }

func checkScale(b *buffers, n int) {
	b.t.Helper()
	y := b.float(n)
	const alpha = float32(0.7)
	want, bound := make([]float64, n), make([]float64, n)
	for i, v := range y {
		want[i] = float64(alpha) * float64(v)
		bound[i] = eps * abs(want[i])
	}
	Scale(y, alpha)
	near(b.t, fmt.Sprintf("Scale n=%d %s", n, b.place.name), y, want, bound)
}

func TestSumSquares(t *testing.T) { eachLength(t, checkSumSquares) }

func checkSumSquares(b *buffers, n int) {
	b.t.Helper()
	x := b.input(n)
	var want float64
	for _, v := range x {
		want += float64(v) * float64(v)
	}
	if got := SumSquares(x); abs(got-want) > 2*float64(n)*want/(1<<53) {
		b.t.Fatalf("SumSquares n=%d %s: %g, want %g", n, b.place.name, got, want)
	}
}

// TestVectorSpecial has infinities, NaN, denormals and squares beyond float32.
func TestVectorSpecial(t *testing.T) {
	inf, nan := float32(math.Inf(1)), float32(math.NaN())
	tiny, huge := math.Float32frombits(1), float32(math.MaxFloat32)
	eachImplementation(t, func(t *testing.T) {
		for n := 1; n <= 40; n++ {
			for _, at := range []int{0, n / 2, n - 1} {
				x := make([]float32, n)
				for i := range x {
					x[i] = 1
				}
				with := func(v float32) []float32 {
					y := append([]float32{}, x...)
					y[at] = v
					return y
				}
				if s := SumSquares(with(nan)); !math.IsNaN(s) {
					t.Errorf("n=%d: SumSquares with a NaN at %d is %g", n, at, s)
				}
				if s := SumSquares(with(-inf)); !math.IsInf(s, 1) {
					t.Errorf("n=%d: SumSquares with -Inf at %d is %g", n, at, s)
				}
				if s, want := SumSquares(with(huge)), float64(huge)*float64(huge); abs(s-want) > 1e-12*want {
					t.Errorf("n=%d: SumSquares with the largest float is %g", n, s)
				}
				if s, want := SumSquares(with(tiny))-float64(n-1), float64(tiny)*float64(tiny); n == 1 && s != want {
					t.Errorf("SumSquares of the smallest float is %g, want %g", s, want)
				}

				y := with(inf)
				Scale(y, 0)
				if !(y[at] != y[at]) || n > 1 && y[(at+1)%n] != 0 {
					t.Errorf("n=%d: 0·Inf is %g, 0·1 is %g", n, y[at], y[(at+1)%n])
				}
				y = with(tiny)
				Scale(y, 2)
				if y[at] != 2*tiny {
					t.Errorf("n=%d: twice the smallest float is %g", n, y[at])
				}
				y = with(inf)
				ScaleAdd(y, -1, with(inf))
				if y[at] == y[at] {
					t.Errorf("n=%d: Inf-Inf is %g", n, y[at])
				}

				theta, ms := with(1), make([]float32, n)
				RMSProp(theta, ms, with(nan), 0.1, 0.9, 1e-5)
				if theta[at] == theta[at] || ms[at] == ms[at] || n > 1 && theta[(at+1)%n] != theta[(at+1)%n] {
					t.Errorf("n=%d: a NaN gradient at %d makes theta %v", n, at, theta)
				}
				theta, ms = with(1), make([]float32, n)
				RMSProp(theta, ms, make([]float32, n), 0.1, 0.9, 1e-5)
				same(t, "RMSProp without gradient", theta, x)
			}
		}
	})
}

func FuzzVector(f *testing.F) {
	f.Add(uint64(1), uint16(0), uint8(0))
	f.Add(uint64(2), uint16(77), uint8(3))
	f.Fuzz(func(t *testing.T, seed uint64, n uint16, which uint8) {
		checks := []func(*buffers, int){checkRMSProp, checkScaleAdd, checkScale, checkSumSquares}
		for _, name := range available() {
			withImplementation(name, func() {
				eachPlacement(t, int(seed%1024), func(b *buffers) {
					b.rng = newRand(seed)
					checks[int(which)%len(checks)](b, int(n))
				})
			})
		}
	})
}
