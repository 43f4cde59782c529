package history

import "colonnade/a3c"

// merge returns the mean of two windows that follow each other, where before holds the totals with which the first begins.
// Means over steps are weighted by steps, those over gradients by gradients, those over episodes by episodes. What is no
// mean, as the share of a variance that the value explains is none, is weighted by steps too.
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
	return m
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
