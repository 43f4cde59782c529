package nn

import (
	"fmt"
	"math"
)

// Batch holds all memory that the forward and backward pass of one rollout needs: steps consecutive steps of envs
// environments in lockstep. One goroutine uses a Batch at a time.
type Batch struct {
	network     *Network
	steps, envs int
	act         activations
	grad        gradients
}

// NewBatch allocates a batch. To evaluate the observation after the last step of a rollout, make the batch one step longer.
//
// NewBatch panics if steps or envs is less than 1.
func (n *Network) NewBatch(steps, envs int) *Batch {
	if steps < 1 || envs < 1 {
		panic(panicSize)
	}
	return &Batch{network: n, steps: steps, envs: envs, act: n.column.newActivations(steps, envs), grad: n.column.newGradients(steps, envs)}
}

// Steps returns the number of steps.
func (b *Batch) Steps() int { return b.steps }

// Envs returns the number of environments.
func (b *Batch) Envs() int { return b.envs }

// Pixels returns the place for the picture (H,W,C) that environment e shows before step t; empty for a network without.
func (b *Batch) Pixels(t, e int) []uint8 {
	b.check(t, e)
	p := b.network.column.arch.Pixels
	return rows(b.act.pixels, t*b.envs+e, 1, p[0]*p[1]*p[2])
}

// Proprioception returns the place for the proprioceptive values before step t; empty for a network without.
func (b *Batch) Proprioception(t, e int) []float32 {
	b.check(t, e)
	return rows(b.act.propri, t*b.envs+e, 1, b.network.column.arch.Proprioception)
}

// First returns a flag for each environment: true where observation t begins an episode. There the LSTM state entering
// step t is zero, whatever State(t) holds, and no gradient goes back past it.
func (b *Batch) First(t int) []bool {
	b.check(t, 0)
	return rows(b.act.first, t, 1, b.envs)
}

// State returns the LSTM state (envs,n) before step t, from 0 to Steps: what Forward of step t-1 left, resets not applied.
// State(0) belongs to the caller, who leaves it zero, sets it, or calls Carry. Both are empty for a feedforward network.
func (b *Batch) State(t int) (h, c []float32) {
	if t < 0 || t > b.steps {
		panic(panicStep)
	}
	width := b.envs * b.network.column.arch.LSTM
	return rows(b.act.h, t, 1, width), rows(b.act.c, t, 1, width)
}

// Output returns what Forward computed in step t (envs,outputs): the logits factor by factor, then the value.
func (b *Batch) Output(t int) []float32 {
	b.check(t, 0)
	return rows(b.act.output, t, 1, b.envs*b.network.column.output.out)
}

// DOutput returns the place for the gradient of the loss by Output(t) (envs,outputs); the caller writes all of it.
func (b *Batch) DOutput(t int) []float32 {
	b.check(t, 0)
	return rows(b.grad.output, t, 1, b.envs*b.network.column.output.out)
}

// Carry makes the LSTM state after the given number of steps the state that the next rollout starts from.
func (b *Batch) Carry(steps int) {
	h, c := b.State(steps)
	h0, c0 := b.State(0)
	copy(h0, h)
	copy(c0, c)
}

// CheckInputs returns an error that names the first NaN or infinity among the proprioceptive values of step t, which no
// network can make sense of. Pixels are bytes and cannot be wrong.
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
