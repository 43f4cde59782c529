package nn

import (
	"fmt"
	"math"
)

// Batch holds all memory that the forward and backward pass of one rollout needs: steps consecutive
// steps of envs environments in lockstep. One goroutine uses a Batch at a time.
type Batch struct {
	network     *Network
	steps, envs int

	pixels         []uint8   // (samples,H,W,C)
	proprioception []float32 // (samples,P)
	first          []bool    // (samples)
	act            []activations
	output         []float32 // (samples,outputs)
	grad           gradients

	perturb   func(Lateral, []float32)
	disturbed []float32 // what perturb works on
}

// NewBatch allocates a batch. To evaluate the observation after the last step of a rollout, make
// the batch one step longer.
//
// NewBatch panics if steps or envs is less than 1.
func (n *Network) NewBatch(steps, envs int) *Batch {
	if steps < 1 || envs < 1 {
		panic(panicSize)
	}
	samples := steps * envs
	b := &Batch{
		network: n, steps: steps, envs: envs,
		pixels:         make([]uint8, samples*n.pixels[0]*n.pixels[1]*n.pixels[2]),
		proprioception: make([]float32, samples*n.proprioception),
		first:          make([]bool, samples),
		output:         make([]float32, samples*n.column.output.out),
		grad:           n.column.newGradients(steps, envs),
	}
	for _, k := range n.columns {
		b.act = append(b.act, k.newActivations(steps, envs))
	}
	return b
}

// Steps returns the number of steps.
func (b *Batch) Steps() int { return b.steps }

// Envs returns the number of environments.
func (b *Batch) Envs() int { return b.envs }

// Pixels returns the place for the picture (H,W,C) that environment e shows before step t; empty
// for a network without.
func (b *Batch) Pixels(t, e int) []uint8 {
	b.check(t, e)
	p := b.network.pixels
	return rows(b.pixels, t*b.envs+e, 1, p[0]*p[1]*p[2])
}

// Proprioception returns the place for the proprioceptive values before step t; empty for a network
// without.
func (b *Batch) Proprioception(t, e int) []float32 {
	b.check(t, e)
	return rows(b.proprioception, t*b.envs+e, 1, b.network.proprioception)
}

// First returns a flag for each environment: true where observation t begins an episode. There the
// LSTM state entering step t is zero, whatever State holds, and no gradient goes back past it.
func (b *Batch) First(t int) []bool {
	b.check(t, 0)
	return rows(b.first, t, 1, b.envs)
}

// Output returns what Forward computed in step t (envs,outputs): the logits factor by factor, then
// the value.
func (b *Batch) Output(t int) []float32 {
	b.check(t, 0)
	return rows(b.output, t, 1, b.envs*b.network.column.output.out)
}

// DOutput returns the place for the gradient of the loss by Output(t) (envs,outputs); the caller
// writes all of it.
func (b *Batch) DOutput(t int) []float32 {
	b.check(t, 0)
	return rows(b.grad.output, t, 1, b.envs*b.network.column.output.out)
}

// CheckInputs returns an error that names the first NaN or infinity among the proprioceptive values
// of step t, which no network can make sense of. Pixels are bytes and cannot be wrong.
func (b *Batch) CheckInputs(t, envs int) error {
	for e := range envs {
		for i, v := range b.Proprioception(t, e) {
			if f := float64(v); math.IsNaN(f) || math.IsInf(f, 0) {
				return fmt.Errorf("proprioceptive value %d of environment %d is %v", i, e, f)
			}
		}
	}
	return nil
}

func (b *Batch) check(t, e int) {
	if t < 0 || t >= b.steps {
		panic(panicStep)
	}
	if e < 0 || e >= b.envs {
		panic(panicEnv)
	}
}

// joined returns m samples of what a column's fc and encoder gave (m,FC+Encoder).
func (b *Batch) joined(k *column, from, m int) []float32 {
	return rows(b.act[k.index()].joined, from, m, k.arch.joined())
}

// hidden returns m samples of a column's last hidden layer: of an LSTM, its output of that step.
func (b *Batch) hidden(k *column, from, m int) []float32 {
	if k.lstm == nil {
		return b.joined(k, from, m)
	}
	return rows(b.act[k.index()].h, from+b.envs, m, k.lstm.n) // after step t lies before step t+1
}
