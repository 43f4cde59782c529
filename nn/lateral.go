package nn

import (
	"colonnade/kernels"
)

// lateral is all that one column takes from one earlier column (the package comment has the
// picture). An adapter has as many maps as the column itself at that level; no weight behind an
// adapter has a bias. What one of the two columns lacks a layer for is nil. The first layers, conv1
// and encoder, take nothing: both columns see the same.
type lateral struct {
	from  *column
	place int // index among the column's laterals

	adapter1, conv2  *conv   // from conv1's maps into conv2
	adapter2         *conv   // from conv2's maps ...
	fc               *matrix // ... into fc
	lstmFC, lstmLSTM *matrix // into the gates: from fc and encoder, and from the LSTM's output of the same step
	output           *matrix // from the last hidden layer
}

// adapted is what the adapters of one lateral gave, kept for backward.
type adapted struct {
	maps1 []float32 // (samples,OH,OW,conv1 of the column) after ReLU
	maps2 []float32 // (samples,OH,OW,conv2 of the column) after ReLU
}

func (l *lateral) newAdapted(samples int) adapted {
	if l.conv2 == nil {
		return adapted{}
	}
	return adapted{maps1: make([]float32, samples*l.adapter1.OutLen()),
		maps2: make([]float32, samples*l.adapter2.OutLen())}
}

// addConv2 adds the lateral's share of n pictures from sample at on to maps2 (n,OH,OW,O), before
// the ReLU. sum is scratch of the same size.
func (l *lateral) addConv2(theta []float32, b *Batch, k *column, at, n int, maps2, sum []float32) {
	if l.conv2 == nil {
		return
	}
	x := b.entering(k, l.from, layerConv1, layerConv2, rows(b.act[l.from.index()].maps1, at, n, l.adapter1.InLen()))
	maps1 := rows(b.act[k.index()].adapted[l.place].maps1, at, n, l.adapter1.OutLen())
	l.adapter1.forward(theta, n, x, maps1, true)
	l.conv2.forward(theta, n, maps1, sum, false)
	kernels.ScaleAdd(maps2, 1, sum)
}

// addFC adds the lateral's share of m samples to fc's part of joined, rows ld apart.
func (l *lateral) addFC(theta []float32, b *Batch, k *column, from, m int, joined []float32, ld int) {
	if l.fc == nil {
		return
	}
	x := b.entering(k, l.from, layerConv2, layerFC, rows(b.act[l.from.index()].maps2, from, m, l.adapter2.InLen()))
	maps2 := rows(b.act[k.index()].adapted[l.place].maps2, from, m, l.adapter2.OutLen())
	l.adapter2.forward(theta, m, x, maps2, true)
	l.fc.add(theta, m, maps2, l.fc.in, joined, ld)
}

// addGates adds the lateral's share of m samples to the LSTM's gates (m,4n) before activation.
func (l *lateral) addGates(theta []float32, b *Batch, k *column, from, m int, gates []float32) {
	x := b.entering(k, l.from, l.from.joinedName(), layerLSTM, b.joined(l.from, from, m))
	l.lstmFC.add(theta, m, x, l.lstmFC.in, gates, l.lstmFC.out)
	if l.lstmLSTM != nil {
		x := b.entering(k, l.from, layerLSTM, layerLSTM, b.hidden(l.from, from, m))
		l.lstmLSTM.add(theta, m, x, l.lstmLSTM.in, gates, l.lstmLSTM.out)
	}
}

// addOutput adds the lateral's share of m samples to output (m,outputs).
func (l *lateral) addOutput(theta []float32, b *Batch, k *column, from, m int, output []float32) {
	x := b.entering(k, l.from, l.from.lastName(), layerOutput, b.hidden(l.from, from, m))
	l.output.add(theta, m, x, l.output.in, output, l.output.out)
}

// gradGates adds the gradient of the weights into the gates to grad.
func (l *lateral) gradGates(grad []float32, b *Batch, m int, dgates []float32) {
	l.lstmFC.gradWeights(grad, m, b.joined(l.from, 0, m), l.lstmFC.in, dgates, l.lstmFC.out)
	if l.lstmLSTM != nil {
		l.lstmLSTM.gradWeights(grad, m, b.hidden(l.from, 0, m), l.lstmLSTM.in, dgates, l.lstmLSTM.out)
	}
}

// gradFC adds the gradient of the weights into fc, and of their adapter, to grad. dAdapted is
// scratch: an adapter's maps are as large as the column's own.
func (l *lateral) gradFC(theta, grad []float32, b *Batch, k *column, m int, dJoined []float32, ld int,
	dAdapted []float32) {
	if l.fc == nil {
		return
	}
	maps2 := rows(b.act[k.index()].adapted[l.place].maps2, 0, m, l.fc.in)
	l.fc.gradWeights(grad, m, maps2, l.fc.in, dJoined, ld)
	l.fc.gradInput(theta, m, dJoined, ld, dAdapted, l.fc.in)
	kernels.ReLUGrad(dAdapted, dAdapted, maps2)
	l.adapter2.gradWeights(grad, m, rows(b.act[l.from.index()].maps2, 0, m, l.adapter2.InLen()), dAdapted)
}

// gradConv2 adds the gradient of the weights into conv2, and of their adapter, to grad, for n
// pictures from sample at on. dAdapted is scratch as in gradFC.
func (l *lateral) gradConv2(theta, grad []float32, b *Batch, k *column, at, n int, dMaps2, dAdapted []float32) {
	if l.conv2 == nil {
		return
	}
	maps1 := rows(b.act[k.index()].adapted[l.place].maps1, at, n, l.conv2.InLen())
	l.conv2.gradWeights(grad, n, maps1, dMaps2)
	l.conv2.gradInput(theta, n, dMaps2, dAdapted)
	kernels.ReLUGrad(dAdapted, dAdapted, maps1)
	l.adapter1.gradWeights(grad, n, rows(b.act[l.from.index()].maps1, at, n, l.adapter1.InLen()), dAdapted)
}

// Lateral names one connection into the trained column: which layer of which earlier column enters
// which of its layers.
type Lateral struct {
	Column int    // number of the earlier column, from 1
	Layer  string // what is read there: "conv1", "conv2", "fc", "encoder", "fc+encoder" or "lstm"
	Into   string // the layer of the trained column: "conv2", "fc", "lstm" or "output"
}

// Perturb makes every later Forward hand each lateral's input, before its adapter, to f, which may
// change it: adding noise or a factor here shows how much the policy relies on that connection
// (Rusu et al. 2016, section 4, perturbation analysis). f sees a copy of several samples' rows; the
// earlier column itself and other connections go on undisturbed. A nil f ends it.
//
// This is for acting: Backward would take the undisturbed inputs. Perturb allocates, Forward does
// not.
func (b *Batch) Perturb(f func(l Lateral, x []float32)) {
	b.perturb, b.disturbed = f, nil
	if f == nil {
		return
	}
	width := 0
	for _, l := range b.network.column.laterals {
		a := l.from.arch
		width = max(width, a.joined(), a.LSTM)
		if l.conv2 != nil {
			width = max(width, l.adapter1.InLen(), l.adapter2.InLen())
		}
	}
	b.disturbed = make([]float32, b.envs*width)
}

// entering returns what of x, rows of an earlier column's activations, enters a layer of column k:
// x itself, unless the batch is perturbed.
func (b *Batch) entering(k, from *column, layer, into string, x []float32) []float32 {
	if b.perturb == nil || k != b.network.column {
		return x
	}
	copied := b.disturbed[:copy(b.disturbed, x)]
	b.perturb(Lateral{from.number, layer, into}, copied)
	return copied
}
