package history

import (
	"slices"

	"colonnade/a3c"
)

// MaxRows is the most rows that a history holds: as many as a chart has room for.
const MaxRows = 400

// recent is how many of the latest windows are kept as they were measured.
const recent = 11

// History is the windows of a run so far. The zero value is that of a run that has none. It belongs to one goroutine.
type History struct {
	rows    []a3c.Metrics
	stride  int // windows that a row is the mean of; 0: none yet
	partial int // of them, those that the last row has so far
	windows int

	latest [recent]a3c.Metrics // a ring: window i, counted from 0, at i % recent
}

// Add adds the next window. The scores of its single episodes, which only the run's log keeps, are left out.
func (h *History) Add(m a3c.Metrics) {
	m.Scores = nil
	h.latest[h.windows%recent] = m
	h.windows++
	h.stride = max(h.stride, 1)
	if last := len(h.rows) - 1; last >= 0 && h.partial < h.stride {
		h.rows[last] = merge(h.before(last), h.rows[last], m)
		h.partial++
		return
	}
	if len(h.rows) == MaxRows {
		h.halve()
	}
	h.rows = append(h.rows, m)
	h.partial = 1
}

// halve merges neighbours.
func (h *History) halve() {
	for i := range MaxRows / 2 {
		// Row i-1 holds the pair before this one by now, and ends where that pair ended.
		h.rows[i] = merge(h.before(i), h.rows[2*i], h.rows[2*i+1])
	}
	clear(h.rows[MaxRows/2:])
	h.rows = h.rows[:MaxRows/2]
	h.stride *= 2
}

// before returns the totals with which row i begins.
func (h *History) before(i int) a3c.Metrics {
	if i == 0 {
		return a3c.Metrics{}
	}
	return h.rows[i-1]
}

// Windows returns how many windows were added.
func (h *History) Windows() int { return h.windows }

// Rows returns the run's windows, merged where there are too many: a row's totals are those at its end. What it returns
// stays as it is when windows are added, and must not be changed.
func (h *History) Rows() []a3c.Metrics { return slices.Clone(h.rows) }

// Latest returns up to n windows as they were measured, the last ones, oldest first; n is at most 11.
func (h *History) Latest(n int) []a3c.Metrics {
	n = min(n, h.windows, recent)
	all := make([]a3c.Metrics, n)
	for i := range all {
		all[i] = h.latest[(h.windows-n+i)%recent]
	}
	return all
}

// Clone returns a copy that goes its own way.
func (h *History) Clone() History {
	c := *h
	c.rows = slices.Clone(h.rows)
	return c
}
