package a3c

import (
	"math"
	"math/rand/v2"

	"colonnade/kernels"
)

// policy is the layout of a factored policy: row after row of logits, factor by factor.
type policy struct {
	choices []int
	logits  int  // sum of choices, the length of a row
	triples bool // every factor has three choices, so a kernel does the softmax
}

func newPolicy(choices []int) policy {
	p := policy{choices: choices, triples: true}
	for _, n := range choices {
		p.logits += n
		p.triples = p.triples && n == 3
	}
	return p
}

// logSoftmax sets logp (rows, logits) to the logarithms of the probabilities of each factor, and
// prob to the probabilities, from the network's output (rows, logits+1), whose last column is the
// value.
func (p policy) logSoftmax(rows int, output, logp, prob []float32) {
	n := p.logits
	logp, prob = logp[:rows*n], prob[:rows*n]
	for r := range rows {
		copy(logp[r*n:(r+1)*n], output[r*(n+1):])
	}
	if p.triples {
		kernels.LogSoftmax3(rows*len(p.choices), logp, logp)
	} else {
		at := 0
		for range rows {
			for _, k := range p.choices {
				logSoftmax(logp[at:at+k], logp[at:at+k])
				at += k
			}
		}
	}
	for i, v := range logp {
		prob[i] = float32(math.Exp(float64(v)))
	}
}

// number is what the learner's formulas are written for: float32 in training, float64 in the tests
// that check them.
type number interface{ float32 | float64 }

// logSoftmax sets logp to z - log sum exp z; logp may be z. The largest logit is taken from the
// others before anything small is added, so that their differences survive however large they are.
func logSoftmax[F number](logp, z []F) {
	most := z[0]
	for _, v := range z {
		most = max(most, v)
	}
	var sum float64
	for _, v := range z {
		sum += math.Exp(float64(v - most))
	}
	log := math.Log(sum)
	for i, v := range z {
		logp[i] = F(float64(v-most) - log)
	}
}

// sample draws one choice for each factor from one row of probabilities by inverting the cumulative
// distribution: the first choice at which it exceeds a uniform number. One number is drawn for each
// factor.
func (p policy) sample(action []int, prob []float32, rng *rand.Rand) {
	at := 0
	for f, k := range p.choices {
		u := rng.Float64()
		choice, sum := -1, 0.0
		for j, v := range prob[at : at+k] {
			if sum += float64(v); u < sum {
				choice = j
				break
			}
		}
		if choice < 0 { // rounding left the sum below u: the last choice that is possible at all
			for choice = k - 1; choice > 0 && prob[at+choice] == 0; choice-- {
			}
		}
		action[f] = choice
		at += k
	}
}

// greedy takes the most probable choice of each factor, the first of equals.
func (p policy) greedy(action []int, prob []float32) {
	at := 0
	for f, k := range p.choices {
		best := 0
		for j, v := range prob[at : at+k] {
			if v > prob[at+best] {
				best = j
			}
		}
		action[f] = best
		at += k
	}
}

// Policy is the factored policy that a network's output describes, for learners in other packages.
type Policy struct{ policy }

// NewPolicy returns the policy whose factors have so many choices each.
func NewPolicy(choices []int) Policy { return Policy{newPolicy(choices)} }

// Logits returns the number of logits of a row: the sum of all choices.
func (p Policy) Logits() int { return p.logits }

// LogSoftmax sets logp and prob (rows, logits) to the logarithms of the probabilities of each
// factor and to the probabilities, from the network's output (rows, logits+1), whose last column is
// the value.
func (p Policy) LogSoftmax(rows int, output, logp, prob []float32) {
	p.logSoftmax(rows, output, logp, prob)
}

// Sample draws one choice for each factor from one row of probabilities, with one number of rng for
// each.
func (p Policy) Sample(action []int, prob []float32, rng *rand.Rand) { p.sample(action, prob, rng) }

// Greedy takes the most probable choice of each factor, the first of equals.
func (p Policy) Greedy(action []int, prob []float32) { p.greedy(action, prob) }
