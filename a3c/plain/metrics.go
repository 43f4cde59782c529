package plain

import "colonnade/a3c"

// count adds the score of an episode that ended.
func (t *Trainer) count(score float64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.episodes++
	t.window.WindowEpisodes++
	t.window.Score += score
	if score > 0 {
		t.window.Reached++
	}
}

// advance counts steps and ends the window of metrics where one is full. It reports steps,
// episodes, score and the fraction of episodes that reached the target. The caller holds the lock.
func (t *Trainer) advance(samples int64) error {
	before := t.steps
	t.steps += samples
	every := t.cfg.MetricsEvery
	if t.steps/every == before/every && t.steps < t.cfg.Steps {
		return nil
	}
	m := t.window
	t.window = a3c.Metrics{}
	m.Steps, m.Episodes = t.steps, t.episodes
	if n := float64(m.WindowEpisodes); n > 0 {
		m.Score /= n
		m.Reached /= n
	}
	if t.cfg.OnMetrics == nil {
		return nil
	}
	return t.cfg.OnMetrics(m)
}
