package a3c

import "math"

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

// lossGradient computes the terms of one sample's loss and its gradient with respect to the
// network's output.
//
//	loss = weight * ( -advantage * Σ_f log pi_f(a_f)  +  value * (ret - v)²  -  entropy * Σ_f H_f )
//	H_f  = -Σ_j p_j log p_j
//
//	dloss/dz_j = weight * ( advantage * (p_j - [j = a_f])  +  entropy * p_j (log p_j + H_f) )
//	dloss/dv   = weight * 2 * value * (v - ret)
//
// advantage and ret are constants: no gradient flows through them. Products are rounded before they
// are added, as in returns.
//
// Shape: logp, prob (sum of choices), the log-softmax of each factor's logits and its exponential;
// action, entropies one for each factor, entropies being added to; doutput (sum of choices + 1)
// overwritten, its last element is the value's.
func lossGradient[F number](c costs[F], choices, action []int, logp, prob []F, advantage, ret, v F, doutput []F,
	entropies []float64) terms[F] {
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

// ending says how a step left its episode.
type ending uint8

const (
	endNone       ending = iota // the episode goes on
	endTerminated               // it ended: nothing follows, the value behind it is 0
	endTruncated                // it was cut off: the value behind it is that of its last observation
)

// returns sets advantages and returns of a rollout by generalized advantage estimation (Schulman et
// al. 2015, equation 16).
//
//	next(t)  = 0 after a termination, cut(t) after a truncation, else value(t+1)
//	delta(t) = reward(t) + gamma*next(t) - value(t)
//	adv(t)   = delta(t) + gamma*lambda*adv(t+1)       the last term only where the episode goes on in the rollout
//	ret(t)   = adv(t) + value(t)
//
// With lambda 1, ret is the n-step return of Mnih et al. 2016.
//
// Shape: reward, end, cut, adv, ret (steps, envs); value (steps+1, envs), the last row being the
// bootstrap values. Rewards are scaled already. cut is read where end is truncated only. Products
// are rounded before they are added, so that every compiler and processor makes the same bits of
// them.
func returns[F number](steps, envs int, gamma, lambda F, reward, value []F, end []ending, cut, adv, ret []F) {
	for e := range envs {
		var future F // gamma*lambda*adv of the following step, 0 across the end of an episode
		for t := steps - 1; t >= 0; t-- {
			i := t*envs + e
			next := value[i+envs]
			switch end[i] {
			case endTerminated:
				next, future = 0, 0
			case endTruncated:
				next, future = cut[i], 0
			}
			adv[i] = reward[i] + F(gamma*next) - value[i] + future
			ret[i] = adv[i] + value[i]
			future = F(gamma * lambda * adv[i])
		}
	}
}

// advantageScale is the size of a worker's advantages: their root mean square, averaged over about
// the last hundred rollouts. It grows with the policy, on the reach task from a tenth to ten.
//
// Dividing advantages and value errors by it keeps the gradient's parts in proportion to each other
// and to the entropy cost, while rewards turn from rare to common: an entropy cost that lets the
// first rare rewards through would later be too small to keep the policy from collapsing, and one
// that is right later would never let it begin.
type advantageScale struct {
	square float64 // running mean of squared advantages, times weight
	weight float64 // approaches 1: what square is a mean over
}

const (
	scaleMemory   = 0.99 // of the running mean, per rollout
	smallestScale = 0.1  // of a reward of 1; where there are hardly any rewards yet, noise is not blown up
)

// update takes a rollout's advantages in and returns the scale. rewardScale is the factor on
// rewards that is in them.
func (s *advantageScale) update(advantages []float32, rewardScale float64) float32 {
	square := 0.0
	for _, a := range advantages {
		square += float64(float64(a) * float64(a))
	}
	s.square = float64(scaleMemory*s.square) + (1-scaleMemory)*square/float64(len(advantages))
	s.weight = float64(scaleMemory*s.weight) + (1 - scaleMemory)
	return float32(max(math.Sqrt(s.square/s.weight), smallestScale*rewardScale))
}
