package nn

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
