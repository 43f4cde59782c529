package kernels

import (
	"fmt"
	"math"
	"testing"
)

// lstmShapes are batch, n and what they hit: nothing, partial vectors, whole
// ones, both, the networks, and a row of several pieces.
var lstmShapes = []struct{ batch, n int }{
	{0, 4}, {3, 0}, {1, 1}, {2, 7}, {1, 8}, {3, 9}, {2, 31}, {5, 16}, {1, 16}, {3, 128}, {1, 128}, {2, 4099},
}

func sigmoid64(x float64) float64 { return 1 / (1 + math.Exp(-x)) }

func TestLSTMForward(t *testing.T) {
	eachImplementation(t, func(t *testing.T) {
		for i, s := range lstmShapes {
			for _, size := range []float32{1, 12, 120} {
				eachPlacement(t, i, func(b *buffers) { checkLSTMForward(b, s.batch, s.n, size) })
			}
		}
	})
}

// checkLSTMForward compares a step with pre-activations up to ±size.
func checkLSTMForward(b *buffers, batch, n int, size float32) {
	b.t.Helper()
	cPrev, gates, c, h := b.input(batch*n), b.float(4*batch*n), b.float(batch*n), b.float(batch*n)
	for i := range gates {
		gates[i] *= size
	}
	wantGates, boundGates := make([]float64, len(gates)), make([]float64, len(gates))
	wantC, boundC := make([]float64, batch*n), make([]float64, batch*n)
	wantH, boundH := make([]float64, batch*n), make([]float64, batch*n)
	for r := range batch {
		for j := range n {
			var g [4]float64
			for q := range g {
				at := (4*r+q)*n + j
				x := float64(gates[at])
				if g[q] = sigmoid64(x); q == 2 {
					g[q] = math.Tanh(x)
				}
				wantGates[at], boundGates[at] = g[q], 4*eps*abs(g[q])+0x1p-125
			}
			at := r*n + j
			keep, add := g[1]*float64(cPrev[at]), g[0]*g[2]
			wantC[at], boundC[at] = keep+add, 10*eps*(abs(keep)+abs(add))+0x1p-124
			wantH[at] = g[3] * math.Tanh(wantC[at])
			boundH[at] = 10*eps*abs(wantH[at]) + boundC[at]
		}
	}
	LSTMForward(batch, n, gates, cPrev, c, h)
	what := fmt.Sprintf("LSTMForward batch=%d n=%d size=%g %s ", batch, n, size, b.place.name)
	near(b.t, what+"gates", gates, wantGates, boundGates)
	near(b.t, what+"c", c, wantC, boundC)
	near(b.t, what+"h", h, wantH, boundH)
}

func TestLSTMBackward(t *testing.T) {
	eachImplementation(t, func(t *testing.T) {
		for i, s := range lstmShapes {
			eachPlacement(t, i, func(b *buffers) { checkLSTMBackward(b, s.batch, s.n) })
		}
	})
}

func checkLSTMBackward(b *buffers, batch, n int) {
	b.t.Helper()
	gates := b.float(4 * batch * n)
	for i, v := range gates {
		if i/max(n, 1)%4 != 2 {
			gates[i] = (v + 1) / 2 // a sigmoid; the candidate stays in (-1,1)
		}
	}
	b.freeze(gates)
	cPrev, c, dh := b.input(batch*n), b.input(batch*n), b.input(batch*n)
	dc, dgates := b.float(batch*n), b.float(4*batch*n)
	want, bound := make([]float64, len(dgates)), make([]float64, len(dgates))
	wantC, boundC := make([]float64, len(dc)), make([]float64, len(dc))
	for r := range batch {
		for j := range n {
			at, row := r*n+j, 4*r*n+j
			i, f, g, o := float64(gates[row]), float64(gates[row+n]), float64(gates[row+2*n]), float64(gates[row+3*n])
			tanh, up := math.Tanh(float64(c[at])), float64(dh[at])
			d := float64(dc[at]) + up*o*(1-tanh*tanh)
			size := 16 * eps * (abs(float64(dc[at])) + abs(up*o))
			wantC[at], boundC[at] = d*f, size*f
			p := float64(cPrev[at])
			want[row], bound[row] = d*g*i*(1-i), size*abs(g)*i*(1-i)
			want[row+n], bound[row+n] = d*p*f*(1-f), size*abs(p)*f*(1-f)
			want[row+2*n], bound[row+2*n] = d*i*(1-g*g), size*i
			want[row+3*n], bound[row+3*n] = up*tanh*o*(1-o), 16*eps*abs(up*tanh)*o*(1-o)
		}
	}
	LSTMBackward(batch, n, gates, cPrev, c, dh, dc, dgates)
	what := fmt.Sprintf("LSTMBackward batch=%d n=%d %s ", batch, n, b.place.name)
	near(b.t, what+"dc", dc, wantC, boundC)
	near(b.t, what+"dgates", dgates, want, bound)
}

// TestLSTMGradient compares the backward step with central differences of the
// formulas in float64.
func TestLSTMGradient(t *testing.T) {
	const n = 11
	step := func(x []float64, j int, dh, dc []float32) float64 {
		// x is i f g o cPrev of one cell.
		c := sigmoid64(x[1])*x[4] + sigmoid64(x[0])*math.Tanh(x[2])
		return float64(dh[j])*sigmoid64(x[3])*math.Tanh(c) + float64(dc[j])*c
	}
	eachImplementation(t, func(t *testing.T) {
		b := &buffers{t: t, rng: newRand(9)}
		gates, cPrev, c, h := b.float(4*n), b.float(n), b.float(n), b.float(n)
		pre := append([]float32{}, gates...)
		dh, dc := b.float(n), b.float(n)
		dcIn := append([]float32{}, dc...)
		LSTMForward(1, n, gates, cPrev, c, h)
		LSTMBackward(1, n, gates, cPrev, c, dh, dc, gates)
		for j := range n {
			x := []float64{float64(pre[j]), float64(pre[n+j]), float64(pre[2*n+j]), float64(pre[3*n+j]),
				float64(cPrev[j])}
			got := []float32{gates[j], gates[n+j], gates[2*n+j], gates[3*n+j], dc[j]}
			for q := range x {
				const e = 1e-5
				up, down := append([]float64{}, x...), append([]float64{}, x...)
				up[q] += e
				down[q] -= e
				want := (step(up, j, dh, dcIn) - step(down, j, dh, dcIn)) / (2 * e)
				// Differences err by e² times a third derivative below 2, and by
				// the rounding of float64 over e.
				if bound := 2*e*e + 1e-15/e + 40*eps; abs(float64(got[q])-want) > bound {
					t.Errorf("cell %d, derivative %d: %g, differences give %g", j, q, got[q], want)
				}
			}
		}
	})
}

// TestExpTanh holds the stated bounds of sigmoid and tanh over all magnitudes:
// every 1021st float, and the interval ±20 in even steps.
func TestExpTanh(t *testing.T) {
	var x []float32
	for bits := uint32(0); bits < math.Float32bits(110); bits += 1021 * 4 {
		v := math.Float32frombits(bits)
		x = append(x, v, -v)
	}
	for i := -1 << 17; i <= 1<<17; i++ {
		x = append(x, float32(i)*20/(1<<17))
	}
	n := len(x)
	eachImplementation(t, func(t *testing.T) {
		gates := make([]float32, 4*n)
		for q := range 4 {
			copy(gates[q*n:], x)
		}
		zero, c, h := make([]float32, n), make([]float32, n), make([]float32, n)
		LSTMForward(1, n, gates, zero, c, h)
		worst := [2]float64{}
		for i, v := range x {
			s, th := sigmoid64(float64(v)), math.Tanh(float64(v))
			if v >= -87 {
				worst[0] = max(worst[0], abs(float64(gates[i])-s)/s)
			} else if g := gates[i]; g < 0 || g > 0x1p-125 {
				t.Fatalf("sigmoid of %g is %g", v, g)
			}
			if abs(th) >= 0x1p-126 {
				worst[1] = max(worst[1], abs(float64(gates[2*n+i])-th)/abs(th))
			} else if abs(float64(gates[2*n+i])-th) > 0x1p-149 {
				t.Fatalf("tanh of %g is %g", v, gates[2*n+i])
			}
		}
		t.Logf("%d arguments: sigmoid within %.2f, tanh within %.2f units of 2^-24, relative", n, worst[0]/eps,
			worst[1]/eps)
		if worst[0] > 4*eps || worst[1] > 4*eps {
			t.Error("more than 4 units")
		}
	})
}

// TestLSTMSpecial: NaN goes where the formulas take it and nowhere else,
// infinities saturate.
func TestLSTMSpecial(t *testing.T) {
	inf, nan := float32(math.Inf(1)), float32(math.NaN())
	eachImplementation(t, func(t *testing.T) {
		for _, n := range []int{1, 8, 11} {
			for at := range n {
				for q := range 4 {
					gates, cPrev, c, h := make([]float32, 4*n), make([]float32, n), make([]float32, n),
						make([]float32, n)
					gates[q*n+at] = nan
					LSTMForward(1, n, gates, cPrev, c, h)
					for j := range n {
						if bad := j == at; bad != (h[j] != h[j]) || (bad && q < 3) != (c[j] != c[j]) {
							t.Fatalf("n=%d: NaN in gate %d of cell %d: cell %d has c=%g h=%g", n, q, at, j, c[j], h[j])
						}
					}
				}
				gates, cPrev, c, h := make([]float32, 4*n), make([]float32, n), make([]float32, n), make([]float32, n)
				gates[at], gates[n+at], gates[2*n+at], gates[3*n+at] = inf, -inf, -inf, inf
				cPrev[at] = 1e30
				LSTMForward(1, n, gates, cPrev, c, h)
				if gates[at] != 1 || gates[n+at] > 0x1p-125 || gates[2*n+at] != -1 || gates[3*n+at] != 1 ||
					abs(float64(c[at])+1) > 1e-6 {
					t.Fatalf("n=%d: infinities give %g %g %g %g, c=%g", n, gates[at], gates[n+at], gates[2*n+at],
						gates[3*n+at], c[at])
				}
				dh, dc, dgates := make([]float32, n), make([]float32, n), make([]float32, 4*n)
				dh[at] = nan
				LSTMBackward(1, n, gates, cPrev, c, dh, dc, dgates)
				for j := range n {
					if bad := j == at; bad != (dc[j] != dc[j]) || bad != (dgates[3*n+j] != dgates[3*n+j]) {
						t.Fatalf("n=%d: NaN in dh of cell %d: cell %d has dc=%g", n, at, j, dc[j])
					}
				}
			}
		}
	})
}

func FuzzLSTM(f *testing.F) {
	f.Add(uint64(1), uint8(3), uint8(17), float32(2))
	f.Add(uint64(2), uint8(1), uint8(128), float32(50))
	f.Fuzz(func(t *testing.T, seed uint64, batch, n uint8, size float32) {
		if !(abs(float64(size)) < 1e30) {
			t.Skip()
		}
		for _, name := range available() {
			withImplementation(name, func() {
				eachPlacement(t, int(seed%1024), func(b *buffers) {
					b.rng = newRand(seed)
					checkLSTMForward(b, int(batch%5), int(n), size)
					checkLSTMBackward(b, int(batch%5), int(n))
				})
			})
		}
	})
}
