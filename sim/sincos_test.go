package sim_test

import (
	"math"
	"math/big"
	"math/rand/v2"
	"testing"

	"colonnade/sim"
)

const piDigits = "3.14159265358979323846264338327950288419716939937510582097494459230781640628620899862803482534211706798"

// exactSincos returns sine and cosine of x to 300 bits: reduction by π, then the power series.
func exactSincos(x float64) (sin, cos *big.Float) {
	const bits = 300
	number := func(v float64) *big.Float { return new(big.Float).SetPrec(bits).SetFloat64(v) }
	pi, _, err := big.ParseFloat(piDigits, 10, bits, big.ToNearestEven)
	if err != nil {
		panic(err)
	}
	turns := math.Round(x / math.Pi)
	r := number(x)
	r.Sub(r, number(0).Mul(number(turns), pi))
	sin, cos = number(0), number(0)
	for k, term := 0, number(1); k < 60; k++ {
		sum := cos
		if k%2 == 1 {
			sum = sin
		}
		if k%4 < 2 {
			sum.Add(sum, term)
		} else {
			sum.Sub(sum, term)
		}
		term.Mul(term, r)
		term.Quo(term, number(float64(k+1)))
	}
	if math.Mod(turns, 2) != 0 {
		sin.Neg(sin)
		cos.Neg(cos)
	}
	return sin, cos
}

// ulps returns the distance of got from want in units in got's last place.
func ulps(got float64, want *big.Float) float64 {
	diff, _ := new(big.Float).Sub(new(big.Float).SetPrec(300).SetFloat64(got), want).Float64()
	return math.Abs(diff) / (math.Nextafter(math.Abs(got), math.Inf(1)) - math.Abs(got))
}

func TestSincosAccuracy(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	angles := []float64{0, 1e-300, 1e-9, math.Pi / 4, math.Pi / 2, math.Pi, 1.5 * math.Pi, 2 * math.Pi, sim.MaxAngle,
		-sim.MaxAngle}
	for range 2000 {
		angles = append(angles, 10*(2*rng.Float64()-1))
	}
	for k := range 1000 {
		// Next to multiples of π/2, where reduction loses most.
		angles = append(angles, float64(k-500)*math.Pi/2, math.Nextafter(float64(k*600)*math.Pi/2, 0))
		angles = append(angles, sim.MaxAngle*(2*rng.Float64()-1))
	}
	worst := 0.0
	for _, x := range angles {
		sin, cos := sim.Sincos(x)
		wantSin, wantCos := exactSincos(x)
		e := max(ulps(sin, wantSin), ulps(cos, wantCos))
		if x == 0 {
			e = math.Abs(sin) + math.Abs(cos-1)
		}
		if !(e <= 1) {
			t.Errorf("Sincos(%.17g) = %.17g, %.17g: off by %.2f units in the last place", x, sin, cos, e)
		}
		worst = max(worst, e)
	}
	t.Logf("worst error %.3f units in the last place", worst)
}

func TestSincosSymmetry(t *testing.T) {
	rng := rand.New(rand.NewPCG(2, 2))
	for range 1000 {
		x := 100 * rng.Float64()
		sin, cos := sim.Sincos(x)
		if s, c := sim.Sincos(-x); s != -sin || c != cos {
			t.Fatalf("Sincos(-%g) = %g, %g, Sincos(+) = %g, %g", x, s, c, sin, cos)
		}
	}
}

func TestSincosRefuses(t *testing.T) {
	for _, x := range []float64{math.NaN(), math.Inf(1), math.Inf(-1), math.Nextafter(sim.MaxAngle, 2e6), -1e300} {
		if sin, cos := sim.Sincos(x); !math.IsNaN(sin) || !math.IsNaN(cos) {
			t.Errorf("Sincos(%g) = %g, %g, want NaN", x, sin, cos)
		}
	}
}
