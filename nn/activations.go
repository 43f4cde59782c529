package nn

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
	maps2  []float32 // (samples,OH,OW,O) of the adapters in turn, then of the column itself
	maps1  []float32 // (imageBlock,OH,OW,O) likewise
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
