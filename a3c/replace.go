package a3c

import (
	"errors"
	"fmt"
	"runtime/debug"
)

// replace puts a new worker with new environments in the place of one that panicked, and returns it. The new one goes on
// with the numbers of episodes and the stream of random numbers of the old one, so no episode comes twice. It returns an
// error, the cause or what came of it, if the worker cannot or may not be replaced.
//
// The caller holds the gate for reading, as during a rollout.
func (t *Trainer) replace(w *worker, cause error) (*worker, error) {
	var failure *WorkerError
	var panicked *panicError
	if !errors.As(cause, &failure) || !errors.As(cause, &panicked) || t.cfg.Deterministic {
		return nil, cause
	}
	t.mu.Lock()
	left := t.cfg.Replacements - t.replaced
	t.replaced++
	t.mu.Unlock()
	if left <= 0 {
		if t.cfg.Replacements > 0 {
			cause = fmt.Errorf("%w\nafter %d replaced workers, as many as allowed", cause, t.cfg.Replacements)
		}
		return nil, cause
	}
	successor, err := t.succeed(w)
	if err != nil {
		return nil, errors.Join(cause, fmt.Errorf("replace worker %d: %w", w.id, err))
	}
	t.workers[w.id] = successor
	t.claimed.Add(-int64(t.cfg.Rollout * t.cfg.Envs)) // the steps of the rollout that was lost are to be taken again
	t.mu.Lock()
	t.failures = append(t.failures, failure)
	t.status[w.id].Replaced++
	t.mu.Unlock()
	return successor, nil
}

// succeed makes the successor of a worker. After a panic nothing is known of the old environments: one that panics
// again while it is closed is left behind.
func (t *Trainer) succeed(old *worker) (w *worker, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = &panicError{p, debug.Stack()}
		}
	}()
	for i := range old.slots {
		closeQuietly(old.slots[i].env)
	}
	if w, err = t.makeWorker(old.id); err != nil {
		return nil, err
	}
	for i := range old.slots {
		w.slots[i].episodes = old.slots[i].episodes
	}
	state, err := old.source.MarshalBinary()
	if err != nil {
		return nil, err
	}
	w.scale = old.scale
	return w, w.source.UnmarshalBinary(state)
}

func closeQuietly(env Env) {
	defer func() { recover() }()
	closeEnvs([]Env{env})
}

// reportFailures tells OnReplace what it has not been told yet.
func (t *Trainer) reportFailures() {
	t.mu.Lock()
	failures := t.failures
	t.failures = nil
	t.mu.Unlock()
	if t.cfg.OnReplace == nil {
		return
	}
	for _, f := range failures {
		t.cfg.OnReplace(f)
	}
}
