package distill

import (
	"fmt"
	"math"

	"colonnade/a3c"
	"colonnade/nn"
)

// mind is a network that looks at one picture after the other and keeps its LSTM state between
// them.
type mind struct {
	name       string
	net        *nn.Network
	theta      []float32
	policy     a3c.Policy
	batch      *nn.Batch // one step of one environment
	cells      []int     // LSTM cells of each column
	logp, prob []float32
}

// cellsOf returns the number of LSTM cells of each column.
func cellsOf(net *nn.Network) (cells []int) {
	for _, k := range net.Columns() {
		cells = append(cells, k.Arch.LSTM)
	}
	return cells
}

func newMind(name string, net *nn.Network, theta []float32) *mind {
	p := a3c.NewPolicy(net.Arch().Choices)
	return &mind{
		name: name, net: net, theta: theta, policy: p, batch: net.NewBatch(1, 1), cells: cellsOf(net),
		logp: make([]float32, p.Logits()), prob: make([]float32, p.Logits()),
	}
}

// think evaluates the observation in the batch. The state of the next step lies in the batch until
// next is called.
func (m *mind) think() error {
	if err := m.batch.CheckInputs(0, 1); err != nil {
		return err
	}
	m.net.Forward(m.theta, m.batch, 0, 1)
	for i, v := range m.output() {
		if !finite(float64(v)) {
			return fmt.Errorf("output %d of the %s: %w", i, m.name, a3c.ErrNotFinite)
		}
	}
	m.policy.LogSoftmax(1, m.output(), m.logp, m.prob)
	return nil
}

// next makes the state after the observation the one before the next.
func (m *mind) next() { m.batch.Carry(1) }

// forget begins an episode: the state is zero.
func (m *mind) forget() {
	m.batch.First(0)[0] = true
	for k := range m.cells {
		h, c := m.batch.State(k+1, 0)
		clear(h)
		clear(c)
	}
}

// output returns logits and value.
func (m *mind) output() []float32 { return m.batch.Output(0) }

// own returns the LSTM state of the last column that enters the observation at hand.
func (m *mind) own() (h, c []float32) { return m.batch.State(len(m.cells), 0) }

func finite(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }
