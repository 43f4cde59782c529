package a3c

import (
	"math"
	"math/rand/v2"
	"testing"
)

// lossReference is the loss of one sample, straight from its definition, as a function of the
// network's output.
func lossReference(c costs[float64], choices, action []int, output []float64, advantage, ret float64) float64 {
	var logPi, entropy float64
	at := 0
	for f, k := range choices {
		z := output[at : at+k]
		var sum float64
		for _, v := range z {
			sum += math.Exp(v)
		}
		for j, v := range z {
			p := math.Exp(v) / sum
			entropy -= p * math.Log(p)
			if j == action[f] {
				logPi += math.Log(p)
			}
		}
		at += k
	}
	v := output[at]
	return c.weight * (-advantage*logPi + c.value*(ret-v)*(ret-v) - c.entropy*entropy)
}

// randomSample draws an output, an action, and what goes with them.
func randomSample(rng *rand.Rand, choices []int,
	spread float64) (output []float64, action []int, advantage, ret float64) {
	n := 1
	for _, k := range choices {
		n += k
		action = append(action, rng.IntN(k))
	}
	for range n {
		output = append(output, rng.NormFloat64()*spread)
	}
	return output, action, rng.NormFloat64(), rng.NormFloat64()
}

// gradient computes lossGradient in F from an output in float64.
func gradient[F number](c costs[float64], choices, action []int, output []float64, advantage,
	ret float64) ([]float64, []float64, terms[F]) {
	n := len(output) - 1
	logp, prob, d := make([]F, n), make([]F, n), make([]F, n+1)
	at := 0
	for _, k := range choices {
		z := make([]F, k)
		for j := range z {
			z[j] = F(output[at+j])
		}
		logSoftmax(logp[at:at+k], z)
		at += k
	}
	for i, v := range logp {
		prob[i] = F(math.Exp(float64(v)))
	}
	entropies := make([]float64, len(choices))
	cf := costs[F]{value: F(c.value), entropy: F(c.entropy), weight: F(c.weight)}
	t := lossGradient(cf, choices, action, logp, prob, F(advantage), F(ret), F(output[n]), d, entropies)
	wide := make([]float64, len(d))
	for i, v := range d {
		wide[i] = float64(v)
	}
	return wide, entropies, t
}

// TestLossGradient compares the analytic gradient with central differences of the loss, both in
// float64, for each output. With a step h the difference is off by h² times a third derivative of
// the loss (all below 10 here) plus rounding, 2⁻⁵² times the loss over h: at h = 1e-5 about 1e-9.
func TestLossGradient(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for _, choices := range [][]int{{2}, {3}, {3, 3, 3, 3, 3, 3, 3, 3, 3}, {2, 5, 3}} {
		for _, c := range []costs[float64]{
			{value: 0.25, entropy: 0.01, weight: 1},
			{value: 0, entropy: 0, weight: 1}, // the policy alone
			{value: 1, entropy: 0.5, weight: 1.0 / 160},
		} {
			for range 20 {
				output, action, advantage, ret := randomSample(rng, choices, 1.5)
				got, _, _ := gradient[float64](c, choices, action, output, advantage, ret)
				for i := range output {
					const h = 1e-5
					loss := func(delta float64) float64 {
						moved := append([]float64(nil), output...)
						moved[i] += delta
						return lossReference(c, choices, action, moved, advantage, ret)
					}
					want := (loss(h) - loss(-h)) / (2 * h)
					if d := math.Abs(got[i] - want); d > 1e-8*c.weight*(1+math.Abs(want)/c.weight) {
						t.Fatalf("choices %v, costs %+v: gradient of output %d is %g, central difference %g", choices,
							c, i, got[i], want)
					}
				}
			}
		}
	}
}

// TestLossFloat32 bounds what float32, which training uses, adds: a few roundings of the terms of
// each sum, whose sizes are those of advantage, log-probabilities and return.
func TestLossFloat32(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	choices := []int{3, 2, 4}
	c := costs[float64]{value: 0.25, entropy: 0.01, weight: 1.0 / 160}
	for range 200 {
		output, action, advantage, ret := randomSample(rng, choices, 3)
		for i, v := range output { // what float32 can hold
			output[i] = float64(float32(v))
		}
		advantage, ret = float64(float32(advantage)), float64(float32(ret))
		want, entropies, terms := gradient[float64](c, choices, action, output, advantage, ret)
		got, entropies32, terms32 := gradient[float32](c, choices, action, output, advantage, ret)
		size := 1 + math.Abs(advantage) + math.Abs(ret)
		for _, v := range output {
			size += math.Abs(v)
		}
		const ulp = 0x1p-24
		for i := range want {
			if math.Abs(got[i]-want[i]) > 8*ulp*size*c.weight {
				t.Fatalf("gradient %d: %g in float32, %g in float64", i, got[i], want[i])
			}
		}
		for f := range entropies {
			if math.Abs(entropies[f]-entropies32[f]) > 16*ulp*size {
				t.Fatalf("entropy %d: %g in float32, %g in float64", f, entropies32[f], entropies[f])
			}
		}
		if math.Abs(float64(terms32.policy)-terms.policy) > 16*ulp*size*size ||
			math.Abs(float64(terms32.value)-terms.value) > 16*ulp*size*size {
			t.Fatalf("terms %v in float32, %v in float64", terms32, terms)
		}
	}
}

// TestLossTerms checks the terms and the entropy on a sample worked out by hand.
func TestLossTerms(t *testing.T) {
	// Factor 0 is uniform over 2, factor 1 is (1/4, 3/4); advantage 2, return 1, value 0.5.
	output := []float64{0, 0, 0, math.Log(3), 0.5}
	_, entropies, got := gradient[float64](costs[float64]{value: 0.25, entropy: 0.01, weight: 1}, []int{2, 2},
		[]int{0, 1}, output, 2, 1)
	wantPolicy := -2 * (math.Log(0.5) + math.Log(0.75))
	wantEntropy := []float64{math.Ln2, -0.25*math.Log(0.25) - 0.75*math.Log(0.75)}
	if math.Abs(got.policy-wantPolicy) > 1e-15 || got.value != 0.25 {
		t.Errorf("terms %+v, want policy %g and value 0.25", got, wantPolicy)
	}
	for f, want := range wantEntropy {
		if math.Abs(entropies[f]-want) > 1e-15 {
			t.Errorf("entropy of factor %d is %g, want %g", f, entropies[f], want)
		}
	}
}

// TestLossCertain: a policy that is certain to the last bit has no entropy and a finite gradient,
// and one whose choices are impossible to the last bit (-Inf) too.
func TestLossCertain(t *testing.T) {
	for _, gap := range []float64{80, 200, math.Inf(1)} {
		output := []float64{0, -gap, -gap, 0}
		if math.IsInf(gap, 1) {
			output[1], output[2] = math.Inf(-1), math.Inf(-1)
		}
		got, entropies, _ := gradient[float32](costs[float64]{value: 0.25, entropy: 0.01, weight: 1}, []int{3},
			[]int{0}, output, 1, 0)
		for i, v := range got {
			if math.IsNaN(v) || math.Abs(v) > 1e-6 {
				t.Errorf("gap %g: gradient %d is %g, want 0", gap, i, v)
			}
		}
		if math.Abs(entropies[0]) > 1e-6 {
			t.Errorf("gap %g: entropy %g, want 0", gap, entropies[0])
		}
	}
}

// TestReturns works out all three ways a step can end, by hand. gamma 0.5, lambda 1 and 0.5.
func TestReturns(t *testing.T) {
	const steps, envs = 4, 2
	// Environment 0 goes on until step 1, is truncated there, and runs on into the bootstrap value.
	// Environment 1 terminates in step 0 and in step 3.
	reward := []float64{1, 2, 3, 4, 5, 6, 7, 8}
	value := []float64{10, 20, 30, 40, 50, 60, 70, 80, 90, 100}
	end := []ending{endNone, endTerminated, endTruncated, endNone, endNone, endNone, endNone, endTerminated}
	cut := []float64{-1, -1, 1000, -1, -1, -1, -1, -1}
	want := map[float64][]float64{
		1: {
			// env 0: t3: 7+.5*90=52; t2: 5+.5*52=31; t1: 3+.5*1000=503; t0: 1+.5*503=252.5
			// env 1: t3: 8; t2: 6+.5*8=10; t1: 4+.5*10=9; t0: 2
			252.5, 2, 503, 9, 31, 10, 52, 8,
		},
		0.5: {
			// env 0: t3: 52. t2: delta 5+35-50=-10, adv -10+.25*(52-70)=-14.5, ret 35.5. t1: 503,
			// adv 473.
			//        t0: delta 1+15-10=6, adv 6+.25*473=124.25, ret 134.25
			// env 1: t3: 8, adv -72. t2: delta 6+40-60=-14, adv -14-18=-32, ret 28.
			//        t1: delta 4+30-40=-6, adv -6-8=-14, ret 26. t0: 2
			134.25, 2, 503, 26, 35.5, 28, 52, 8,
		},
	}
	for lambda, want := range want {
		adv, ret := make([]float64, steps*envs), make([]float64, steps*envs)
		returns(steps, envs, 0.5, lambda, reward, value, end, cut, adv, ret)
		for i := range want {
			if math.Abs(ret[i]-want[i]) > 1e-12 || math.Abs(adv[i]-(want[i]-value[i])) > 1e-12 {
				t.Errorf("lambda %g, step %d, environment %d: return %g, advantage %g, want %g and %g",
					lambda, i/envs, i%envs, ret[i], adv[i], want[i], want[i]-value[i])
			}
		}
	}
}

// TestReturnsDefinition compares with the definition of GAE as a mean of k-step returns weighted
// (1-lambda)lambda^(k-1), on random rollouts.
func TestReturnsDefinition(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	for range 100 {
		steps, envs := 1+rng.IntN(12), 1+rng.IntN(3)
		n := steps * envs
		gamma, lambda := rng.Float64(), rng.Float64()
		reward, value, cut := make([]float64, n), make([]float64, n+envs), make([]float64, n)
		end := make([]ending, n)
		for i := range n {
			reward[i], cut[i], end[i] = rng.NormFloat64(), rng.NormFloat64(), []ending{endNone, endNone, endNone,
				endTerminated, endTruncated}[rng.IntN(5)]
		}
		for i := range value {
			value[i] = rng.NormFloat64()
		}
		adv, ret := make([]float64, n), make([]float64, n)
		returns(steps, envs, gamma, lambda, reward, value, end, cut, adv, ret)
		for e := range envs {
			for t0 := range steps {
				// kStep returns the k-step return from t0 and whether a longer one exists.
				kStep := func(k int) (float64, bool) {
					sum, weight := 0.0, 1.0
					for s := range k {
						i := (t0+s)*envs + e
						sum += weight * reward[i]
						weight *= gamma
						switch {
						case end[i] == endTerminated:
							return sum, false
						case end[i] == endTruncated:
							return sum + weight*cut[i], false
						case t0+s == steps-1:
							return sum + weight*value[i+envs], false
						}
					}
					return sum + weight*value[(t0+k)*envs+e], true
				}
				want, weight := 0.0, 1.0
				for k := 1; ; k++ {
					r, more := kStep(k)
					if !more {
						want += weight * r
						break
					}
					want += weight * (1 - lambda) * r
					weight *= lambda
				}
				if i := t0*envs + e; math.Abs(ret[i]-want) > 1e-12*(1+math.Abs(want)) {
					t.Fatalf("%d steps, gamma %g, lambda %g: return of step %d is %g, want %g", steps, gamma, lambda,
						t0, ret[i], want)
				}
			}
		}
	}
}
