package nn

import (
	"fmt"
	"math"

	"colonnade/kernels"
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

// Features returns what the trained column's fc and encoder gave in step t (envs,FC+Encoder), after
// the ReLU: what it sees, before its LSTM makes something of it.
func (b *Batch) Features(t int) []float32 {
	b.check(t, 0)
	return b.joined(b.network.column, t*b.envs, b.envs)
}

// DFeatures returns the place for the gradient of the loss by Features(t), for losses that depend
// on them other than through the output. Once it was called, Backward takes all of it, of every
// step, which is zero where nobody has written. The first call allocates.
func (b *Batch) DFeatures(t int) []float32 {
	b.check(t, 0)
	width := b.network.column.arch.joined()
	if b.grad.features == nil {
		b.grad.features = make([]float32, b.steps*b.envs*width)
	}
	return rows(b.grad.features, t*b.envs, b.envs, width)
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

// State returns the LSTM state (envs,n) of a column, counted from 1, before step t, from 0 to
// Steps: what Forward of step t-1 left, resets not applied. State(column, 0) belongs to the caller,
// who leaves it zero, sets it, or calls Carry. Both are empty for a feedforward column.
func (b *Batch) State(column, t int) (h, c []float32) {
	if column < 1 || column > len(b.act) {
		panic(panicColumn)
	}
	if t < 0 || t > b.steps {
		panic(panicStep)
	}
	act, width := &b.act[column-1], b.envs*b.network.columns[column-1].arch.LSTM
	return rows(act.h, t, 1, width), rows(act.c, t, 1, width)
}

// Carry makes the LSTM state after the given number of steps the state that the next rollout starts
// from.
func (b *Batch) Carry(steps int) {
	for i := range b.act {
		h, c := b.State(i+1, steps)
		h0, c0 := b.State(i+1, 0)
		copy(h0, h)
		copy(c0, c)
	}
}

// CopyState makes the LSTM state of environment other of another batch of the same network before
// its step t the state of environment e before step 0.
func (b *Batch) CopyState(e int, from *Batch, t, other int) {
	if from.network != b.network {
		panic(panicBatch)
	}
	b.check(0, e)
	if other < 0 || other >= from.envs {
		panic(panicEnv)
	}
	for i, k := range b.network.columns {
		h, c := from.State(i+1, t)
		h0, c0 := b.State(i+1, 0)
		copy(rows(h0, e, 1, k.arch.LSTM), rows(h, other, 1, k.arch.LSTM))
		copy(rows(c0, e, 1, k.arch.LSTM), rows(c, other, 1, k.arch.LSTM))
	}
}

// StateLen returns the number of LSTM cells of all environments and columns.
func (b *Batch) StateLen() int {
	n := 0
	for _, k := range b.network.columns {
		n += b.envs * k.arch.LSTM
	}
	return n
}

// SaveState returns a copy of the LSTM state before step 0, column after column, each (envs,n).
func (b *Batch) SaveState() (h, c []float32) {
	for i := range b.act {
		h0, c0 := b.State(i+1, 0)
		h, c = append(h, h0...), append(c, c0...)
	}
	return h, c
}

// RestoreState sets the LSTM state before step 0 to what SaveState returned.
//
// RestoreState panics if a length is not StateLen.
func (b *Batch) RestoreState(h, c []float32) {
	if len(h) != b.StateLen() || len(c) != b.StateLen() {
		panic(panicState)
	}
	for i := range b.act {
		h0, c0 := b.State(i+1, 0)
		h, c = h[copy(h0, h):], c[copy(c0, c):]
	}
}

// activations is what a column's forward pass leaves for later columns and for backward: one row
// for each sample, sample t*envs+e for step t of environment e.
type activations struct {
	input   []float32 // (imageBlock,H,W,C) normalised pixels of the pictures at work
	maps1   []float32 // (samples,OH,OW,O) conv1 after ReLU
	maps2   []float32 // (samples,OH,OW,O) conv2 after ReLU
	adapted []adapted // one for each lateral
	sum     []float32 // (imageBlock,OH,OW,O) a lateral's share of conv2; none without laterals
	joined  []float32 // (samples,FC+Encoder) fc and encoder after ReLU
	hIn     []float32 // (samples,n) LSTM state entering, zero where an episode begins
	cIn     []float32 // (samples,n)
	gates   []float32 // (samples,4n) activated
	h       []float32 // (samples+envs,n) LSTM state before each step, and after the last, resets not applied
	c       []float32 // (samples+envs,n)
}

// gradients is the scratch of backward: the loss differentiated by what the trained column's
// activations hold.
type gradients struct {
	output []float32 // (samples,outputs) written by the caller
	h      []float32 // (samples,n) first from the output layer alone, then from all later steps too
	c      []float32 // (envs,n) of the step at work
	past   []float32 // (envs,n) part of h's gradient that comes from the step after
	gates  []float32 // (samples,4n) before activation
	joined []float32 // (samples,FC+Encoder)
	// (samples,FC+Encoder) of joined, written by the caller, what the output wants of it not
	// counted; nil: nobody asked for it
	features []float32
	maps2    []float32 // (samples,OH,OW,O) of the adapters in turn, then of the column itself
	maps1    []float32 // (imageBlock,OH,OW,O) likewise

	weightHH, conv2 kernels.Packed // weights of the pass at work that it uses more than once
}

func (k *column) newActivations(steps, envs int) activations {
	a, samples := k.arch, steps*envs
	act := activations{
		joined: make([]float32, samples*a.joined()),
		hIn:    make([]float32, samples*a.LSTM),
		cIn:    make([]float32, samples*a.LSTM),
		gates:  make([]float32, samples*4*a.LSTM),
		h:      make([]float32, (samples+envs)*a.LSTM),
		c:      make([]float32, (samples+envs)*a.LSTM),
	}
	if a.hasPixels() {
		block := min(samples, imageBlock)
		act.input = make([]float32, block*k.conv1.InLen())
		act.maps1 = make([]float32, samples*k.conv1.OutLen())
		act.maps2 = make([]float32, samples*k.conv2.OutLen())
		if len(k.laterals) > 0 {
			act.sum = make([]float32, block*k.conv2.OutLen())
		}
	}
	for _, l := range k.laterals {
		act.adapted = append(act.adapted, l.newAdapted(samples))
	}
	return act
}

func (k *column) newGradients(steps, envs int) gradients {
	a, samples := k.arch, steps*envs
	g := gradients{
		output: make([]float32, samples*a.Outputs()),
		h:      make([]float32, samples*a.LSTM),
		c:      make([]float32, envs*a.LSTM),
		past:   make([]float32, envs*a.LSTM),
		gates:  make([]float32, samples*4*a.LSTM),
		joined: make([]float32, samples*a.joined()),
	}
	if a.hasPixels() {
		g.maps2 = make([]float32, samples*k.conv2.OutLen())
		g.maps1 = make([]float32, min(samples, imageBlock)*k.conv1.OutLen())
	}
	return g
}

// rows returns m rows of x, each of the given width, from row i on.
func rows[T any](x []T, i, m, width int) []T { return x[i*width : (i+m)*width : (i+m)*width] }

// Misuse of the package by its caller is a programming error and panics with one of these texts.
// Whatever comes from outside (a file, an architecture, a scaling) is an error value instead.
const (
	panicTheta  = "nn: length of theta is not the network's number of parameters"
	panicGrad   = "nn: length of grad is not the network's number of parameters"
	panicBatch  = "nn: the batch was made by another network"
	panicStep   = "nn: step outside the batch"
	panicSteps  = "nn: number of steps outside the batch"
	panicEnv    = "nn: environment outside the batch"
	panicEnvs   = "nn: number of environments outside the batch"
	panicColumn = "nn: no such column"
	panicState  = "nn: length of an LSTM state is not the batch's"
	panicSize   = "nn: a batch needs at least one step and one environment"
)
