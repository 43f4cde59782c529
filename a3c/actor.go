package a3c

import (
	"fmt"
	"math/rand/v2"

	"colonnade/nn"
)

// Actor plays a network's policy without learning, in one or more environments at once: evaluation,
// demonstration, robot. In each step the caller writes observations to Pixels and Proprioception,
// calls Act, and reads Action and Value. The actor keeps the LSTM state between steps. One
// goroutine at a time uses it. It allocates nothing after NewActor.
type Actor struct {
	net        *nn.Network
	theta      []float32
	policy     policy
	batch      *nn.Batch
	greedy     bool
	source     []rand.PCG
	rng        []rand.Rand
	action     []int
	logp, prob []float32
}

// NewActor returns an actor for rows environments with parameters theta, which it does not copy. A
// greedy actor takes the most probable choice of each factor, any other draws from the policy.
func NewActor(net *nn.Network, theta []float32, rows int, greedy bool) *Actor {
	p := newPolicy(net.Arch().Choices)
	a := &Actor{
		net: net, theta: theta, policy: p, batch: net.NewBatch(1, rows), greedy: greedy,
		source: make([]rand.PCG, rows), rng: make([]rand.Rand, rows),
		action: make([]int, rows*len(p.choices)),
		logp:   make([]float32, rows*p.logits), prob: make([]float32, rows*p.logits),
	}
	for row := range rows {
		a.rng[row] = *rand.New(&a.source[row])
		a.Begin(row, 0)
	}
	return a
}

// Pixels returns the place for a row's picture; empty if the network takes none.
func (a *Actor) Pixels(row int) []uint8 { return a.batch.Pixels(0, row) }

// Proprioception returns the place for a row's proprioceptive values; empty if the network takes
// none.
func (a *Actor) Proprioception(row int) []float32 { return a.batch.Proprioception(0, row) }

// Begin says that the row's next observation begins an episode: the LSTM state is zero there, and
// actions are drawn from a stream of their own, so that an episode does not depend on what else was
// played.
func (a *Actor) Begin(row int, seed uint64) {
	a.batch.First(0)[row] = true
	a.source[row].Seed(seed, streamActions)
}

// Act evaluates the observations of the first rows rows and chooses their actions. It fails if an
// observation or the policy is not a number.
func (a *Actor) Act(rows int) error {
	if err := a.batch.CheckInputs(0, rows); err != nil {
		return err
	}
	a.net.Forward(a.theta, a.batch, 0, rows)
	output := a.batch.Output(0)
	for i, v := range output[:rows*(a.policy.logits+1)] {
		if !finite(v) {
			return fmt.Errorf("output %d of the network: %w", i%(a.policy.logits+1), ErrNotFinite)
		}
	}
	a.policy.logSoftmax(rows, output, a.logp, a.prob)
	for row := range rows {
		if a.greedy {
			a.policy.greedy(a.Action(row), a.Probabilities(row))
		} else {
			a.policy.sample(a.Action(row), a.Probabilities(row), &a.rng[row])
		}
		a.batch.First(0)[row] = false
	}
	a.batch.Carry(1)
	return nil
}

// Perturb lets f change what enters the trained column from earlier columns (nn.Batch.Perturb): how
// much the score falls tells what the policy draws from where. A nil f ends it.
func (a *Actor) Perturb(f func(l nn.Lateral, x []float32)) { a.batch.Perturb(f) }

// Action returns the choices that Act made for a row, one for each factor. The next Act overwrites
// them.
func (a *Actor) Action(row int) []int {
	n := len(a.policy.choices)
	return a.action[row*n : (row+1)*n]
}

// Probabilities returns the policy that Act found for a row, factor after factor. The next Act
// overwrites it.
func (a *Actor) Probabilities(row int) []float32 {
	return a.prob[row*a.policy.logits : (row+1)*a.policy.logits]
}

// Value returns the value that Act found for a row, in scaled reward.
func (a *Actor) Value(row int) float32 {
	width := a.policy.logits + 1
	return a.batch.Output(0)[row*width+width-1]
}
