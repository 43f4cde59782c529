package nn

import (
	"fmt"
	"math"
	"sort"

	"colonnade/kernels"
)

// column is the layers of one column and, once it is frozen, its parameters. It owns no memory of
// samples: forward and backward work on a batch. A layer that the architecture lacks is nil.
type column struct {
	number       int // from 1, as in the names of its tensors
	arch         Arch
	scaling      InputScaling
	conv1, conv2 *conv
	fc, encoder  *linear
	lstm         *lstm
	output       *linear
	laterals     []*lateral // in the order of the columns they come from

	tensors    []Tensor
	parameters int

	// Of a frozen column only: constant.
	theta    []float32
	metadata map[string]string
}

// index returns the column's place in lists of columns.
func (k *column) index() int { return k.number - 1 }

// sources returns the numbers of the columns that it has laterals from.
func (k *column) sources() []int {
	var from []int
	for _, l := range k.laterals {
		from = append(from, l.from.number)
	}
	return from
}

// design returns what the column was built from.
func (k *column) design() design {
	return design{Arch: k.arch, LateralsFrom: k.sources(), scaling: k.scaling}
}

// tensorAt returns the tensor that holds one element of the parameter vector.
func (k *column) tensorAt(offset int) Tensor {
	i := sort.Search(len(k.tensors), func(i int) bool { return k.tensors[i].Offset > offset }) - 1
	return k.tensors[i]
}

// checkFinite returns an error that names the first tensor of theta with a NaN or an infinity.
func (k *column) checkFinite(theta []float32) error {
	for i, v := range theta {
		if f := float64(v); math.IsNaN(f) || math.IsInf(f, 0) {
			return fmt.Errorf("tensor %s holds %v: the training that wrote it had diverged", k.tensorAt(i).Name, f)
		}
	}
	return nil
}

// Names of layers, as in the names of tensors.
const (
	layerConv1, layerConv2, layerFC, layerEncoder, layerLSTM, layerOutput = "conv1", "conv2", "fc", "encoder", "lstm",
		"output"
)

// own returns the full name of one of the column's layers.
func (k *column) own(layer string) string { return fmt.Sprintf("column%d.%s", k.number, layer) }

// joinedName names what fc and encoder give together.
func (k *column) joinedName() string {
	switch {
	case k.encoder == nil:
		return layerFC
	case k.fc == nil:
		return layerEncoder
	}
	return layerFC + "+" + layerEncoder
}

// lastName names the last hidden layer.
func (k *column) lastName() string {
	if k.lstm != nil {
		return layerLSTM
	}
	return k.joinedName()
}

// imageBlock is the number of pictures that go through the convolutions together. Four pictures as
// float32 are 192 KiB: with conv1's output and the weights they stay in the second-level cache
// between normalisation, conv1 and conv2. On a Zen 4 core with 1 MiB of it, 2 to 6 are equal within
// the noise; 1 costs up to 7 % and 8 or 16 up to 4 % more.
const imageBlock = 4

// forward computes all layers but the output for step t of the first m environments, after the
// columns that it has laterals from have computed that step.
func (k *column) forward(theta []float32, b *Batch, t, m int) {
	from, ld := t*b.envs, k.arch.joined() // the first sample; fc and encoder share the rows of joined
	joined := b.joined(k, from, m)
	if k.conv1 != nil {
		k.forwardPixels(theta, b, from, m)
		maps2 := rows(b.act[k.index()].maps2, from, m, k.fc.in)
		k.fc.forward(theta, m, maps2, k.fc.in, joined, ld)
		for _, l := range k.laterals {
			l.addFC(theta, b, k, from, m, joined, ld)
		}
	}
	if k.encoder != nil {
		proprioception := rows(b.proprioception, from, m, k.encoder.in)
		k.encoder.forward(theta, m, proprioception, k.encoder.in, joined[k.arch.FC:], ld)
	}
	kernels.ReLU(joined, joined)
	if k.lstm != nil {
		k.forwardLSTM(theta, b, t, m, joined)
	}
}

// forwardOutput computes the output of step t from hidden layers: the bias first, then the earlier
// columns' terms, then its own. The order makes a new column's first policy that of the column
// before, bit for bit: see Init.
func (k *column) forwardOutput(theta []float32, b *Batch, t, m int) {
	from, out := t*b.envs, k.output
	output := rows(b.output, from, m, out.out)
	fillRows(m, output, out.out, out.bias.of(theta))
	for _, l := range k.laterals {
		l.addOutput(theta, b, k, from, m, output)
	}
	out.add(theta, m, b.hidden(k, from, m), out.in, output, out.out)
}

// forwardPixels takes m pictures through both convolutions, a block at a time.
func (k *column) forwardPixels(theta []float32, b *Batch, from, m int) {
	act, alone := &b.act[k.index()], len(k.laterals) == 0
	for done := 0; done < m; done += imageBlock {
		at, n := from+done, min(imageBlock, m-done)
		input := rows(act.input, 0, n, k.conv1.InLen())
		maps1, maps2 := rows(act.maps1, at, n, k.conv1.OutLen()), rows(act.maps2, at, n, k.conv2.OutLen())
		kernels.Normalize(input, rows(b.pixels, at, n, k.conv1.InLen()), k.scaling.Mean, k.scaling.Scale)
		k.conv1.forward(theta, n, input, maps1, true)
		k.conv2.forward(theta, n, maps1, maps2, alone)
		if alone {
			continue
		}
		sum := rows(act.sum, 0, n, k.conv2.OutLen())
		for _, l := range k.laterals {
			l.addConv2(theta, b, k, at, n, maps2, sum)
		}
		kernels.ReLU(maps2, maps2)
	}
}

// forwardLSTM steps the first m environments, whose fc and encoder gave x.
func (k *column) forwardLSTM(theta []float32, b *Batch, t, m int, x []float32) {
	act, n, from := &b.act[k.index()], k.lstm.n, t*b.envs
	hIn, cIn := rows(act.hIn, from, m, n), rows(act.cIn, from, m, n)
	copy(hIn, rows(act.h, from, m, n))
	copy(cIn, rows(act.c, from, m, n))
	for e, first := range b.first[from : from+m] {
		if first {
			clear(rows(hIn, e, 1, n))
			clear(rows(cIn, e, 1, n))
		}
	}
	gates := rows(act.gates, from, m, 4*n)
	k.lstm.gates(theta, m, x, hIn, gates)
	for _, l := range k.laterals {
		l.addGates(theta, b, k, from, m, gates)
	}
	kernels.LSTMForward(m, n, gates, cIn, rows(act.c, from+b.envs, m, n), rows(act.h, from+b.envs, m, n))
}

// backward adds the gradient of steps 0 to steps-1 of all environments to grad. Nothing goes back
// into earlier columns: they are frozen, and laterals only read what their forward pass left.
//
// Only the recurrence itself runs step by step; every layer's weights and inputs are products over
// all samples at once.
func (k *column) backward(theta, grad []float32, b *Batch, steps int) {
	m, ld, d := steps*b.envs, k.arch.joined(), &b.grad
	joined, dJoined := b.joined(k, 0, m), rows(d.joined, 0, m, ld)
	k.backwardOutput(grad, b, m)
	out := k.output
	dOutput := rows(d.output, 0, m, out.out)
	if k.lstm == nil {
		out.gradInput(theta, m, dOutput, out.out, dJoined, out.in)
	} else {
		out.gradInput(theta, m, dOutput, out.out, d.h, out.in)
		k.backwardLSTM(theta, grad, b, steps)
	}
	if d.features != nil {
		kernels.ScaleAdd(dJoined, 1, rows(d.features, 0, m, ld))
	}
	kernels.ReLUGrad(dJoined, dJoined, joined)

	if k.encoder != nil {
		dEncoder := dJoined[k.arch.FC:]
		k.encoder.gradWeights(grad, m, rows(b.proprioception, 0, m, k.encoder.in), k.encoder.in, dEncoder, ld)
		k.encoder.gradBias(grad, m, dEncoder, ld)
	}
	if k.conv1 != nil {
		maps2, dMaps2 := rows(b.act[k.index()].maps2, 0, m, k.fc.in), rows(d.maps2, 0, m, k.fc.in)
		k.fc.gradWeights(grad, m, maps2, k.fc.in, dJoined, ld)
		k.fc.gradBias(grad, m, dJoined, ld)
		for _, l := range k.laterals {
			l.gradFC(theta, grad, b, k, m, dJoined, ld, dMaps2)
		}
		k.fc.gradInput(theta, m, dJoined, ld, dMaps2, k.fc.in)
		kernels.ReLUGrad(dMaps2, dMaps2, maps2)
		k.backwardPixels(theta, grad, b, m)
	}
}

// backwardOutput adds the gradient of the output layer's weights, those of laterals as well, over m
// samples to grad.
func (k *column) backwardOutput(grad []float32, b *Batch, m int) {
	out := k.output
	dOutput := rows(b.grad.output, 0, m, out.out)
	out.gradWeights(grad, m, b.hidden(k, 0, m), out.in, dOutput, out.out)
	out.gradBias(grad, m, dOutput, out.out)
	for _, l := range k.laterals {
		l.output.gradWeights(grad, m, b.hidden(l.from, 0, m), l.output.in, dOutput, out.out)
	}
}

// backwardLSTM goes back through time: from the gradient of h, which holds what the output layer
// wants, to that of joined.
func (k *column) backwardLSTM(theta, grad []float32, b *Batch, steps int) {
	act, d := &b.act[k.index()], &b.grad
	n, envs, m := k.lstm.n, b.envs, steps*b.envs
	clear(d.c)
	k.lstm.weightHH.pack(theta, &d.weightHH)
	for t := steps - 1; t >= 0; t-- {
		from := t * envs
		dgates := rows(d.gates, from, envs, 4*n)
		kernels.LSTMBackward(envs, n, rows(act.gates, from, envs, 4*n), rows(act.cIn, from, envs, n),
			rows(act.c, from+envs, envs, n), rows(d.h, from, envs, n), d.c, dgates)
		if t == 0 {
			break // the state that entered the batch is taken as given
		}
		k.lstm.gradState(&d.weightHH, envs, dgates, d.past)
		for e, first := range b.first[from : from+envs] {
			if first {
				clear(rows(d.past, e, 1, n))
				clear(rows(d.c, e, 1, n))
			}
		}
		kernels.ScaleAdd(rows(d.h, from-envs, envs, n), 1, d.past)
	}
	dgates := rows(d.gates, 0, m, 4*n)
	k.lstm.gradWeights(grad, m, b.joined(k, 0, m), rows(act.hIn, 0, m, n), dgates)
	for _, l := range k.laterals {
		l.gradGates(grad, b, m, dgates)
	}
	k.lstm.gradInput(theta, m, dgates, rows(d.joined, 0, m, k.arch.joined()))
}

// backwardPixels goes back through the convolutions, a block of pictures at a time, from the
// gradient of conv2's maps.
func (k *column) backwardPixels(theta, grad []float32, b *Batch, m int) {
	act, d := &b.act[k.index()], &b.grad
	k.conv2.pack(theta, &d.conv2)
	for at := 0; at < m; at += imageBlock {
		n := min(imageBlock, m-at)
		maps1, dMaps1 := rows(act.maps1, at, n, k.conv1.OutLen()), rows(d.maps1, 0, n, k.conv1.OutLen())
		dMaps2 := rows(d.maps2, at, n, k.conv2.OutLen())
		k.conv2.gradWeights(grad, n, maps1, dMaps2)
		for _, l := range k.laterals {
			l.gradConv2(theta, grad, b, k, at, n, dMaps2, dMaps1)
		}
		k.conv2.gradInputPacked(&d.conv2, n, dMaps2, dMaps1)
		kernels.ReLUGrad(dMaps1, dMaps1, maps1)
		input := rows(act.input, 0, n, k.conv1.InLen())
		kernels.Normalize(input, rows(b.pixels, at, n, k.conv1.InLen()), k.scaling.Mean, k.scaling.Scale)
		k.conv1.gradWeights(grad, n, input, dMaps1)
	}
}
