package nn

import "colonnade/kernels"

// column is the layers of one column. It owns no memory of samples: forward works on activations, backward on
// activations and gradients. A layer that the architecture lacks is nil.
type column struct {
	arch         Arch
	mean, scale  []float32 // of the pixels, per channel
	conv1, conv2 *conv
	fc, encoder  *linear
	lstm         *lstm
	output       *linear
}

// imageBlock is the number of pictures that go through the convolutions together. Four pictures as float32 are 192 KiB:
// with conv1's output and the weights they stay in the second-level cache between normalisation, conv1 and conv2. On a
// Zen 4 core with 1 MiB of it, 2 to 6 are equal within the noise; 1 costs up to 7 % and 8 or 16 up to 4 % more.
const imageBlock = 4

// activations is what forward leaves for backward: one row for each sample, sample t*envs+e for step t of environment e.
type activations struct {
	pixels []uint8   // (samples,H,W,C)
	propri []float32 // (samples,P)
	first  []bool    // (samples)

	input  []float32 // (imageBlock,H,W,C) normalised pixels of the pictures at work
	maps1  []float32 // (samples,OH,OW,O) conv1 after ReLU
	maps2  []float32 // (samples,OH,OW,O) conv2 after ReLU
	joined []float32 // (samples,FC+Encoder) fc and encoder after ReLU
	hIn    []float32 // (samples,n) LSTM state entering, zero where an episode begins
	cIn    []float32 // (samples,n)
	gates  []float32 // (samples,4n) activated
	h      []float32 // (samples+envs,n) LSTM state before each step, and after the last, resets not applied
	c      []float32 // (samples+envs,n)
	output []float32 // (samples,outputs)
}

// gradients is the scratch of backward: the loss differentiated by what activations holds.
type gradients struct {
	output []float32 // (samples,outputs) written by the caller
	h      []float32 // (samples,n) first from the output layer alone, then from all later steps too
	c      []float32 // (envs,n) of the step at work
	past   []float32 // (envs,n) part of h's gradient that comes from the step after
	gates  []float32 // (samples,4n) before activation
	joined []float32 // (samples,FC+Encoder)
	maps2  []float32 // (samples,OH,OW,O)
	maps1  []float32 // (imageBlock,OH,OW,O)
}

func (k *column) newActivations(steps, envs int) activations {
	a, samples := k.arch, steps*envs
	act := activations{
		first:  make([]bool, samples),
		propri: make([]float32, samples*a.Proprioception),
		joined: make([]float32, samples*a.joined()),
		hIn:    make([]float32, samples*a.LSTM),
		cIn:    make([]float32, samples*a.LSTM),
		gates:  make([]float32, samples*4*a.LSTM),
		h:      make([]float32, (samples+envs)*a.LSTM),
		c:      make([]float32, (samples+envs)*a.LSTM),
		output: make([]float32, samples*a.Outputs()),
	}
	if a.hasPixels() {
		act.pixels = make([]uint8, samples*k.conv1.InLen())
		act.input = make([]float32, min(samples, imageBlock)*k.conv1.InLen())
		act.maps1 = make([]float32, samples*k.conv1.OutLen())
		act.maps2 = make([]float32, samples*k.conv2.OutLen())
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

// forward computes step t, of a batch of envs environments, for its first m of them.
func (k *column) forward(theta []float32, act *activations, t, envs, m int) {
	from, ld := t*envs, k.arch.joined() // the first sample; fc and encoder share the rows of joined
	joined := rows(act.joined, from, m, ld)
	if k.conv1 != nil {
		k.forwardPixels(theta, act, from, m)
		maps2 := rows(act.maps2, from, m, k.fc.in)
		k.fc.forward(theta, m, maps2, k.fc.in, joined, ld)
	}
	if k.encoder != nil {
		propri := rows(act.propri, from, m, k.encoder.in)
		k.encoder.forward(theta, m, propri, k.encoder.in, joined[k.arch.FC:], ld)
	}
	kernels.ReLU(joined, joined)

	hidden := joined
	if k.lstm != nil {
		hidden = k.forwardLSTM(theta, act, t, envs, m, joined)
	}
	k.output.forward(theta, m, hidden, k.output.in, rows(act.output, from, m, k.output.out), k.output.out)
}

// forwardPixels takes m pictures through both convolutions, a block at a time.
func (k *column) forwardPixels(theta []float32, act *activations, from, m int) {
	for done := 0; done < m; done += imageBlock {
		at, n := from+done, min(imageBlock, m-done)
		input := rows(act.input, 0, n, k.conv1.InLen())
		maps1 := rows(act.maps1, at, n, k.conv1.OutLen())
		kernels.Normalize(input, rows(act.pixels, at, n, k.conv1.InLen()), k.mean, k.scale)
		k.conv1.forward(theta, n, input, maps1)
		k.conv2.forward(theta, n, maps1, rows(act.maps2, at, n, k.conv2.OutLen()))
	}
}

// forwardLSTM steps the first m environments and returns their output (m,n).
func (k *column) forwardLSTM(theta []float32, act *activations, t, envs, m int, x []float32) []float32 {
	n, from := k.lstm.n, t*envs
	hIn, cIn := rows(act.hIn, from, m, n), rows(act.cIn, from, m, n)
	copy(hIn, rows(act.h, from, m, n))
	copy(cIn, rows(act.c, from, m, n))
	for e, first := range act.first[from : from+m] {
		if first {
			clear(rows(hIn, e, 1, n))
			clear(rows(cIn, e, 1, n))
		}
	}
	h := rows(act.h, from+envs, m, n)
	k.lstm.forward(theta, m, x, hIn, cIn, rows(act.gates, from, m, 4*n), rows(act.c, from+envs, m, n), h)
	return h
}

// backward adds the gradient of steps 0 to steps-1 of all environments to grad.
//
// Only the recurrence itself runs step by step; every layer's weights and inputs are products over all samples at once.
func (k *column) backward(theta, grad []float32, act *activations, d *gradients, steps, envs int) {
	m, ld := steps*envs, k.arch.joined()
	joined, dJoined := rows(act.joined, 0, m, ld), rows(d.joined, 0, m, ld)
	out := k.output
	dOutput := rows(d.output, 0, m, out.out)
	if k.lstm == nil {
		out.gradWeights(grad, m, joined, out.in, dOutput, out.out)
		out.gradInput(theta, m, dOutput, out.out, dJoined, out.in)
	} else {
		h := rows(act.h, envs, m, out.in) // state leaving step t = state before step t+1
		out.gradWeights(grad, m, h, out.in, dOutput, out.out)
		out.gradInput(theta, m, dOutput, out.out, d.h, out.in)
		k.backwardLSTM(theta, grad, act, d, steps, envs)
	}
	kernels.ReLUGrad(dJoined, dJoined, joined)

	if k.encoder != nil {
		propri := rows(act.propri, 0, m, k.encoder.in)
		k.encoder.gradWeights(grad, m, propri, k.encoder.in, dJoined[k.arch.FC:], ld)
	}
	if k.conv1 != nil {
		maps2, dMaps2 := rows(act.maps2, 0, m, k.fc.in), rows(d.maps2, 0, m, k.fc.in)
		k.fc.gradWeights(grad, m, maps2, k.fc.in, dJoined, ld)
		k.fc.gradInput(theta, m, dJoined, ld, dMaps2, k.fc.in)
		kernels.ReLUGrad(dMaps2, dMaps2, maps2)
		k.backwardPixels(theta, grad, act, d, m)
	}
}

// backwardLSTM goes back through time: from d.h, which holds what the output layer wants, to d.joined.
func (k *column) backwardLSTM(theta, grad []float32, act *activations, d *gradients, steps, envs int) {
	n, m := k.lstm.n, steps*envs
	clear(d.c)
	for t := steps - 1; t >= 0; t-- {
		from := t * envs
		dgates := rows(d.gates, from, envs, 4*n)
		kernels.LSTMBackward(envs, n, rows(act.gates, from, envs, 4*n), rows(act.cIn, from, envs, n),
			rows(act.c, from+envs, envs, n), rows(d.h, from, envs, n), d.c, dgates)
		if t == 0 {
			break // the state that entered the batch is taken as given
		}
		k.lstm.gradState(theta, envs, dgates, d.past)
		for e, first := range act.first[from : from+envs] {
			if first {
				clear(rows(d.past, e, 1, n))
				clear(rows(d.c, e, 1, n))
			}
		}
		kernels.ScaleAdd(rows(d.h, from-envs, envs, n), 1, d.past)
	}
	dgates := rows(d.gates, 0, m, 4*n)
	k.lstm.gradWeights(grad, m, rows(act.joined, 0, m, k.lstm.in), rows(act.hIn, 0, m, n), dgates)
	k.lstm.gradInput(theta, m, dgates, rows(d.joined, 0, m, k.lstm.in))
}

// backwardPixels goes back through the convolutions, a block of pictures at a time, from d.maps2.
func (k *column) backwardPixels(theta, grad []float32, act *activations, d *gradients, m int) {
	for at := 0; at < m; at += imageBlock {
		n := min(imageBlock, m-at)
		maps1, dMaps1 := rows(act.maps1, at, n, k.conv1.OutLen()), rows(d.maps1, 0, n, k.conv1.OutLen())
		dMaps2 := rows(d.maps2, at, n, k.conv2.OutLen())
		k.conv2.gradWeights(grad, n, maps1, dMaps2)
		k.conv2.gradInput(theta, n, dMaps2, dMaps1)
		kernels.ReLUGrad(dMaps1, dMaps1, maps1)
		input := rows(act.input, 0, n, k.conv1.InLen())
		kernels.Normalize(input, rows(act.pixels, at, n, k.conv1.InLen()), k.mean, k.scale)
		k.conv1.gradWeights(grad, n, input, dMaps1)
	}
}

// rows returns m rows of x, each of the given width, from row i on.
func rows[T any](x []T, i, m, width int) []T { return x[i*width : (i+m)*width : (i+m)*width] }
