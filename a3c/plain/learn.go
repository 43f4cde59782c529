package plain

import (
	"math"
	"math/rand/v2"

	"colonnade/kernels"
)

// learn computes the gradient of the rollout's loss, environment by environment, and applies it.
func (w *worker) learn() error {
	w.returns()
	scale := w.scale()
	clear(w.grad)
	for _, a := range w.agents {
		w.replay.RestoreState(a.h0, a.c0)
		for t := range a.steps {
			s := &a.steps[t]
			show(w.replay, t, s.seen)
			w.t.net.Forward(w.theta, w.replay, t, 1)
			_, _, choices := a.env.Spec()
			w.lossGradient(s, choices, scale, w.replay.Output(t), w.replay.DOutput(t))
		}
		if w.t.cfg.OutputOnly {
			w.t.net.BackwardOutput(w.grad, w.replay, len(a.steps))
		} else {
			w.t.net.Backward(w.theta, w.grad, w.replay, len(a.steps))
		}
	}
	return w.t.apply(w.grad, len(w.agents)*w.t.cfg.Rollout)
}

// returns sets advantages and value targets by generalised advantage estimation, from the last step
// to the first.
func (w *worker) returns() {
	gamma, lambda := w.t.cfg.Gamma, w.t.cfg.Lambda
	for _, a := range w.agents {
		next, future := a.after, 0.0
		for t := len(a.steps) - 1; t >= 0; t-- {
			s := &a.steps[t]
			if s.terminated {
				next, future = 0, 0
			}
			if s.truncated {
				next, future = s.cut, 0
			}
			s.advantage = s.reward + gamma*next - s.value + gamma*lambda*future
			s.target = s.advantage + s.value
			next, future = s.value, s.advantage
		}
	}
}

// scale returns what advantages and value errors are divided by: their running root mean square, or
// 1.
func (w *worker) scale() float64 {
	if !w.t.cfg.NormalizeAdvantage {
		return 1
	}
	const memory, smallest = 0.99, 0.1
	square, n := 0.0, 0
	for _, a := range w.agents {
		for _, s := range a.steps {
			square += s.advantage * s.advantage
			n++
		}
	}
	w.square = memory*w.square + (1-memory)*square/float64(n)
	w.weight = memory*w.weight + (1 - memory)
	return max(math.Sqrt(w.square/w.weight), smallest*w.t.cfg.RewardScale)
}

// lossGradient writes the gradient of one sample's loss by the network's output, loss being the
// mean over samples of
//
//	-advantage * sum log pi(action) + value cost * (target - value)² - entropy cost * sum H
func (w *worker) lossGradient(s *sample, choices []int, scale float64, output, doutput []float32) {
	cfg := &w.t.cfg
	weight := 1 / float64(len(w.agents)*cfg.Rollout)
	at := 0
	for f, k := range choices {
		p := softmax(output[at : at+k])
		entropy := 0.0
		for _, v := range p {
			if v > 0 {
				entropy -= v * math.Log(v)
			}
		}
		for j, v := range p {
			d := s.advantage / scale * v
			if j == s.action[f] {
				d -= s.advantage / scale
			}
			if v > 0 {
				d += cfg.EntropyCost * v * (math.Log(v) + entropy)
			}
			doutput[at+j] = float32(weight * d)
		}
		at += k
	}
	doutput[at] = float32(weight * 2 * cfg.ValueCost / scale * (float64(output[at]) - s.target))
}

// softmax returns the probabilities of one factor.
func softmax(logits []float32) []float64 {
	p := make([]float64, len(logits))
	most, sum := math.Inf(-1), 0.0
	for _, v := range logits {
		most = max(most, float64(v))
	}
	for j, v := range logits {
		p[j] = math.Exp(float64(v) - most)
		sum += p[j]
	}
	for j := range p {
		p[j] /= sum
	}
	return p
}

// sampleActions draws a choice for each factor, one random number for each.
func sampleActions(logits []float64, choices []int, rng *rand.Rand) []int {
	var action []int
	for _, k := range choices {
		row := make([]float32, k)
		for j := range row {
			row[j] = float32(logits[j])
		}
		logits = logits[k:]
		u, choice := rng.Float64(), 0
		p := softmax(row)
		for sum := p[0]; u >= sum && choice < k-1; sum += p[choice] {
			choice++
		}
		action = append(action, choice)
	}
	return action
}

// apply clips a gradient and adds it to those that make an update.
func (t *Trainer) apply(grad []float32, samples int) error {
	norm := 0.0
	for _, g := range grad {
		norm += float64(g) * float64(g)
	}
	factor := 1.0
	most := t.cfg.ClipNorm * float64(t.cfg.Gather)
	if norm = math.Sqrt(norm); most > 0 && norm > most {
		factor = most / norm
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	for i := range grad {
		t.sum[i] += float64(grad[i]) * factor
	}
	if t.gathered++; t.gathered == t.cfg.Gather {
		t.update()
	}
	return t.advance(int64(samples))
}

// update makes one step of RMSProp on the shared parameters with the mean of the gradients
// gathered, if there are any.
func (t *Trainer) update() {
	if t.gathered == 0 {
		return
	}
	rate := t.cfg.Rate(t.steps, float64(t.steps)/float64(t.cfg.Steps))
	for i := range t.sum {
		g := t.sum[i] / float64(t.gathered)
		if t.ms[i] < kernels.LeastSquare {
			t.ms[i] = 0
		}
		t.ms[i] = t.cfg.Decay*t.ms[i] + (1-t.cfg.Decay)*g*g
		t.theta[i] -= rate * g / (math.Sqrt(t.ms[i]) + t.cfg.Epsilon)
	}
	clear(t.sum)
	t.gathered = 0
}
