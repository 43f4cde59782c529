package safety

import (
	"math"
	"math/rand/v2"
	"testing"

	"colonnade/sim"
)

// TestLeaving: every distance grows as fast as it is to, also where two of them pull one joint different ways, as an arm's
// that is folded to joint 3's limit with its hand on link 2: added up, the slopes would press it deeper into one of them.
func TestLeaving(t *testing.T) {
	grow := func(g, v *[sim.NumJoints]float64) (rate float64) {
		for i := range g {
			rate += g[i] * v[i]
		}
		return rate
	}
	folded := [][sim.NumJoints]float64{{2: 1}, {2: -0.25, 3: 0.05, 4: 0.1}}
	v := leaving(folded)
	for k := range folded {
		if rate := grow(&folded[k], &v); rate < 0.99*retreatRate {
			t.Errorf("folded: distance %d grows by %g m/s, want %g", k, rate, retreatRate)
		}
	}
	rng := rand.New(rand.NewPCG(1, 2))
	for range 1000 {
		gradients := make([][sim.NumJoints]float64, 1+rng.IntN(4))
		for k := range gradients {
			for i := range gradients[k] {
				gradients[k][i] = rng.NormFloat64()
			}
		}
		v := leaving(gradients)
		for k := range gradients {
			if rate := grow(&gradients[k], &v); rate < 0.9*retreatRate {
				t.Errorf("%v: distance %d grows by %g m/s, want %g", gradients, k, rate, retreatRate)
			}
		}
	}
	// What cannot be, and what has no slope, comes to an end as well.
	for _, gradients := range [][][sim.NumJoints]float64{{{2: 1}, {2: -1}}, {{}}, nil} {
		for _, x := range leaving(gradients) {
			if math.IsNaN(x) || math.Abs(x) > 1000 {
				t.Errorf("%v: %v", gradients, x)
			}
		}
	}
}
