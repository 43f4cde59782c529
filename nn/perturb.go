package nn

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
