package a3c

import (
	"math"
	"math/rand/v2"
	"testing"
)

// TestLogSoftmaxLayout: factors of three go through the kernel, others through Go; both must find
// their logits in rows that end with a value, and agree with the definition.
func TestLogSoftmaxLayout(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	for _, choices := range [][]int{{3, 3, 3}, {2, 4}, {3, 2, 3}} {
		p := newPolicy(choices)
		const rows = 5
		width := p.logits + 1
		output := make([]float32, rows*width)
		for i := range output {
			output[i] = float32(rng.NormFloat64() * 4)
		}
		logp, prob := make([]float32, rows*p.logits), make([]float32, rows*p.logits)
		p.logSoftmax(rows, output, logp, prob)
		for r := range rows {
			at := 0
			for _, k := range choices {
				var sum float64
				for j := range k {
					sum += math.Exp(float64(output[r*width+at+j]))
				}
				for j := range k {
					want := float64(output[r*width+at+j]) - math.Log(sum)
					i := r*p.logits + at + j
					if math.Abs(float64(logp[i])-want) > 1e-5 || math.Abs(float64(prob[i])-math.Exp(want)) > 1e-5 {
						t.Fatalf("choices %v, row %d, logit %d: log p %g and p %g, want %g and %g", choices, r, at+j,
							logp[i], prob[i], want, math.Exp(want))
					}
				}
				at += k
			}
		}
	}
}

// TestLogSoftmaxLarge: logits keep their differences however large they are, in factors of three
// and others.
func TestLogSoftmaxLarge(t *testing.T) {
	for _, n := range []int{2, 3, 4} {
		for _, large := range []float32{1e5, 1e8, -1e8, 1e30} {
			p := newPolicy([]int{n})
			output, logp, prob := make([]float32, n+1), make([]float32, n), make([]float32, n)
			for i := range n {
				output[i] = large
			}
			p.logSoftmax(1, output, logp, prob)
			for _, v := range logp {
				if want := -math.Log(float64(n)); math.Abs(float64(v)-want) > 1e-6 {
					t.Errorf("%d logits of %g: log p %g, want %g", n, large, v, want)
				}
			}
		}
	}
}

// TestSample draws many actions from 20 streams: each factor must follow its own distribution, by
// the sum of chi-squared over all streams and factors (120 degrees of freedom, 99.9 % quantile
// 173.6), and factors must be independent.
func TestSample(t *testing.T) {
	p := newPolicy([]int{2, 3, 4})
	prob := []float32{0.3, 0.7, 0.1, 0.2, 0.7, 0.25, 0.05, 0.6, 0.1}
	const streams, draws = 20, 20_000
	var chi, both float64 // both: choice 0 of factor 0 together with choice 2 of factor 1
	action := make([]int, 3)
	for stream := range uint64(streams) {
		rng := rand.New(rand.NewPCG(stream, 8))
		counts := make([]float64, len(prob))
		for range draws {
			p.sample(action, prob, rng)
			at := 0
			for f, k := range p.choices {
				counts[at+action[f]]++
				at += k
			}
			if action[0] == 0 && action[1] == 2 {
				both++
			}
		}
		for i, n := range counts {
			want := draws * float64(prob[i])
			chi += (n - want) * (n - want) / want
		}
	}
	if chi > 173.6 {
		t.Errorf("chi-squared %.1f above 173.6", chi)
	}
	const n = streams * draws
	if want, sd := n*0.3*0.7, math.Sqrt(n*0.21*0.79); math.Abs(both-want) > 4*sd {
		t.Errorf("two factors coincide %g times, want %g ± %g", both, want, sd)
	}
}

// TestSampleEdges: impossible choices are never drawn, not even where rounding leaves the sum below
// 1.
func TestSampleEdges(t *testing.T) {
	p := newPolicy([]int{3})
	rng := rand.New(rand.NewPCG(1, 1))
	for _, prob := range [][]float32{{0, 1, 0}, {0, 0.5, 0}, {0, 1e-30, 0}} { // sums far below 1 force the last resort
		for range 1000 {
			action := []int{-1}
			p.sample(action, prob, rng)
			if action[0] != 1 {
				t.Fatalf("probabilities %v: drew %d", prob, action[0])
			}
		}
	}
}

func TestGreedy(t *testing.T) {
	p := newPolicy([]int{2, 3})
	action := make([]int, 2)
	p.greedy(action, []float32{0.5, 0.5, 0.1, 0.2, 0.7})
	if action[0] != 0 || action[1] != 2 {
		t.Errorf("greedy took %v, want [0 2]", action)
	}
}

// TestSeedsApart: seeds of evaluation and training, of workers, environments and episodes never
// meet.
func TestSeedsApart(t *testing.T) {
	seen := map[uint64]string{}
	add := func(seed uint64, what string) {
		if other, ok := seen[seed]; ok {
			t.Fatalf("%s and %s have the same seed", what, other)
		}
		seen[seed] = what
	}
	for run := range uint64(3) {
		for a := range 8 {
			env, actions := EpisodeSeeds(run, a)
			add(env, "an evaluation")
			add(actions, "an evaluation's actions")
			for b := range 8 {
				for c := range int64(8) {
					add(TrainingSeed(run, a, b, c), "training")
				}
			}
		}
	}
}
