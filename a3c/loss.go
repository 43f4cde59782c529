package a3c

// costs weighs the terms of the loss.
type costs[F number] struct {
	value   F // of the squared error of the value
	entropy F // of the policy's entropy
	weight  F // of the sample: one over the number of samples
}

// terms are the unweighted terms of one sample's loss.
type terms[F number] struct {
	policy F // -advantage * sum over factors of log pi(action)
	value  F // (ret - value) squared
}

// lossGradient computes the terms of one sample's loss and its gradient with respect to the network's output.
//
//	loss = weight * ( -advantage * Σ_f log pi_f(a_f)  +  value * (ret - v)²  -  entropy * Σ_f H_f )
//	H_f  = -Σ_j p_j log p_j
//
//	dloss/dz_j = weight * ( advantage * (p_j - [j = a_f])  +  entropy * p_j (log p_j + H_f) )
//	dloss/dv   = weight * 2 * value * (v - ret)
//
// advantage and ret are constants: no gradient flows through them. Products are rounded before they are added, as in returns.
//
// Shape:  logp, prob (sum of choices), the log-softmax of each factor's logits and its exponential; action, entropies one
// for each factor, entropies being added to; doutput (sum of choices + 1) overwritten, its last element is the value's.
func lossGradient[F number](c costs[F], choices, action []int, logp, prob []F, advantage, ret, v F, doutput []F, entropies []float64) terms[F] {
	var logPi F
	at := 0
	for f, k := range choices {
		lp, p, d := logp[at:at+k], prob[at:at+k], doutput[at:at+k]
		var h F
		for j := range lp {
			if p[j] > 0 { // p log p is 0 at p = 0, where log p may be -Inf
				h -= F(p[j] * lp[j])
			}
		}
		entropies[f] += float64(h)
		for j := range lp {
			g := F(advantage * p[j])
			if p[j] > 0 {
				g += F(c.entropy * p[j] * (lp[j] + h))
			}
			d[j] = F(c.weight * g)
		}
		a := action[f]
		d[a] -= F(c.weight * advantage)
		logPi += lp[a]
		at += k
	}
	doutput[at] = c.weight * 2 * c.value * (v - ret)
	return terms[F]{policy: -advantage * logPi, value: (ret - v) * (ret - v)}
}
