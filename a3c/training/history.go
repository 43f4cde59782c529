package training

import (
	"slices"

	"colonnade/a3c"
)

// MaxRows is the most rows that a history holds: as many as a chart has room for.
const MaxRows = 400

// recentWindows is how many of the latest windows are kept as they were measured.
const recentWindows = 11

// History is the windows of a run so far. The zero value is that of a run that has none. It belongs
// to one goroutine.
type History struct {
	rows    []a3c.Metrics
	stride  int // windows that a row is the mean of; 0: none yet
	partial int // of them, those that the last row has so far
	windows int

	latest [recentWindows]a3c.Metrics // a ring: window i, counted from 0, at i % recentWindows
}

// Add adds the next window. The scores of its single episodes, which only the run's log keeps, are
// left out.
func (h *History) Add(m a3c.Metrics) {
	m.Scores = nil
	h.latest[h.windows%recentWindows] = m
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

// Rows returns the run's windows, merged where there are too many: a row's totals are those at its
// end. What it returns stays as it is when windows are added, and must not be changed.
func (h *History) Rows() []a3c.Metrics { return slices.Clone(h.rows) }

// Latest returns up to n windows as they were measured, the last ones, oldest first; n is at most
// 11.
func (h *History) Latest(n int) []a3c.Metrics {
	n = min(n, h.windows, recentWindows)
	all := make([]a3c.Metrics, n)
	for i := range all {
		all[i] = h.latest[(h.windows-n+i)%recentWindows]
	}
	return all
}

// Clone returns a copy that goes its own way.
func (h *History) Clone() History {
	c := *h
	c.rows = slices.Clone(h.rows)
	return c
}

// merge returns the mean of two windows that follow each other, where before holds the totals with
// which the first begins. Means over steps are weighted by steps, those over gradients by
// gradients, those over episodes by episodes. What is no mean, as the share of a variance that the
// value explains is none, is weighted by steps too.
func merge(before, a, b a3c.Metrics) a3c.Metrics {
	steps := weights{float64(a.Steps - before.Steps), float64(b.Steps - a.Steps)}
	updates := weights{float64(a.Updates - before.Updates), float64(b.Updates - a.Updates)}
	episodes := weights{float64(a.WindowEpisodes), float64(b.WindowEpisodes)}

	m := b // totals, clock and learning rate are those at the end
	m.Scores = nil
	m.StepsPerSecond = steps.rate(a.StepsPerSecond, b.StepsPerSecond)

	m.WindowEpisodes = a.WindowEpisodes + b.WindowEpisodes
	m.Score = episodes.mean(a.Score, b.Score)
	m.Length = episodes.mean(a.Length, b.Length)
	m.Reached = episodes.mean(a.Reached, b.Reached)
	m.Violations = episodes.mean(a.Violations, b.Violations)

	m.Entropy = make([]float64, min(len(a.Entropy), len(b.Entropy)))
	for i := range m.Entropy {
		m.Entropy[i] = steps.mean(a.Entropy[i], b.Entropy[i])
	}
	m.PolicyLoss = steps.mean(a.PolicyLoss, b.PolicyLoss)
	m.ValueLoss = steps.mean(a.ValueLoss, b.ValueLoss)
	m.Value = steps.mean(a.Value, b.Value)
	m.RewardPerStep = steps.mean(a.RewardPerStep, b.RewardPerStep)
	m.ExplainedValue = steps.mean(a.ExplainedValue, b.ExplainedValue)

	m.GradNorm = updates.mean(a.GradNorm, b.GradNorm)
	m.Clipped = updates.mean(a.Clipped, b.Clipped)
	m.PolicyLag = updates.mean(a.PolicyLag, b.PolicyLag)

	m.Stages = a.Stages
	m.Stages.Add(b.Stages)
	if a.Teacher != nil && b.Teacher != nil {
		m.Teacher = mergeTeacher(steps, *a.Teacher, *b.Teacher)
	}
	return m
}

// mergeTeacher is merge for what a student under a teacher adds.
func mergeTeacher(steps weights, a, b a3c.TeacherMetrics) *a3c.TeacherMetrics {
	alone := weights{float64(a.Alone), float64(b.Alone)}
	return &a3c.TeacherMetrics{
		Share: steps.mean(a.Share, b.Share), Agreement: steps.mean(a.Agreement, b.Agreement),
		Divergence: steps.mean(a.Divergence, b.Divergence), FeatureLoss: steps.mean(a.FeatureLoss, b.FeatureLoss),
		Sure: steps.mean(a.Sure, b.Sure), Score: alone.mean(a.Score, b.Score), Alone: a.Alone + b.Alone,
		Slowest: max(a.Slowest, b.Slowest), Late: a.Late + b.Late,
	}
}

// weights are how much two windows count.
type weights struct{ a, b float64 }

// mean returns the weighted mean; 0 where neither window counts.
func (w weights) mean(a, b float64) float64 {
	if w.a+w.b <= 0 {
		return 0
	}
	return (w.a*a + w.b*b) / (w.a + w.b)
}

// rate returns the rate over both windows, whose weights took weight/rate of time each.
func (w weights) rate(a, b float64) float64 {
	if a <= 0 || b <= 0 {
		return w.mean(a, b)
	}
	return (w.a + w.b) / (w.a/a + w.b/b)
}
