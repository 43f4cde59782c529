// Package plain is A3C in its simplest form. The fast trainer of package a3c is tested against it.
//
// It takes the same settings, network and environments and computes the same updates, without what
// makes the trainer fast: it evaluates each environment alone, in batches of one; it keeps nothing
// from acting, so learning starts with a second forward pass; loss, returns and RMSProp are loops
// over float64; a lock guards the shared parameters. TestPlain of package a3c compares the two
// update by update. The command bench/cmd/efficiency compares their learning curves at equal
// numbers of steps, which shows whether speed costs learning.
//
// Start reading at worker.rollout.
package plain

import (
	"context"
	"fmt"
	"sync"

	"colonnade/a3c"
	"colonnade/nn"
)

// Trainer trains a network. Of its settings it heeds all but Deterministic, MaxTime, KeepScores,
// and what concerns checkpoints and the replacement of workers.
type Trainer struct {
	cfg     a3c.Config
	net     *nn.Network
	workers []*worker

	mu        sync.Mutex // guards the fields below
	theta, ms []float64
	sum       []float64 // of gathered gradients
	gathered  int
	claimed   int64 // steps that workers have taken on
	steps     int64
	window    a3c.Metrics // sums over the window at hand
	episodes  int64
}

// New returns a trainer that starts from theta, in environments from makeEnv, called once for each
// environment of each worker. Episodes and actions are drawn from the seeds that the trainer of
// package a3c draws them from.
func New(cfg a3c.Config, net *nn.Network, theta []float32, makeEnv func(worker, index int) (a3c.Env, error)) (*Trainer,
	error) {
	if err := cfg.Validate(); err != nil {
		return nil, fmt.Errorf("training settings: %w", err)
	}
	cfg = cfg.Resolved()
	t := &Trainer{cfg: cfg, sum: make([]float64, len(theta)), net: net, theta: make([]float64, len(theta)),
		ms: make([]float64, len(theta))}
	for i, v := range theta {
		t.theta[i] = float64(v)
	}
	for id := range cfg.Workers {
		w, err := newWorker(t, id, makeEnv)
		if err != nil {
			return nil, fmt.Errorf("worker %d: %w", id, err)
		}
		t.workers = append(t.workers, w)
	}
	return t, nil
}

// Run trains until the settings' number of steps, or until ctx ends, or until a worker fails.
func (t *Trainer) Run(ctx context.Context) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var group sync.WaitGroup
	for _, w := range t.workers {
		group.Go(func() {
			for ctx.Err() == nil && t.claim() {
				if err := w.cycle(); err != nil {
					cancel(fmt.Errorf("worker %d: %w", w.id, err))
				}
			}
		})
	}
	group.Wait()
	t.update()
	return context.Cause(ctx)
}

// Parameters copies the parameters to dst.
func (t *Trainer) Parameters(dst []float32) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for i, v := range t.theta {
		dst[i] = float32(v)
	}
}

// claim takes on one rollout, unless the run has enough.
func (t *Trainer) claim() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.claimed >= t.cfg.Steps {
		return false
	}
	t.claimed += int64(t.cfg.Rollout * t.cfg.Envs)
	return true
}

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
