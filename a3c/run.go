package a3c

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"
)

// runFree lets every worker loop on its own (Hogwild). The calling goroutine delivers metrics and
// snapshots meanwhile. The workers stop when the steps are claimed, or after the rollout at hand
// once stop is set.
func (t *Trainer) runFree(ctx context.Context) error {
	var (
		stop     atomic.Bool
		failed   = make(chan error, len(t.workers))
		notice   = make(chan struct{}, 1) // something is ready to be delivered
		finished = make(chan struct{})
		group    sync.WaitGroup
	)
	for _, w := range t.workers {
		group.Add(1)
		go func() {
			defer group.Done()
			runtime.LockOSThread()
			defer runtime.UnlockOSThread()
			if err := t.loop(w, &stop, notice); err != nil {
				stop.Store(true)
				failed <- err
			}
		}()
	}
	go func() { group.Wait(); close(finished) }()

	var timeout <-chan time.Time
	if t.cfg.MaxTime > 0 {
		timer := time.NewTimer(t.cfg.MaxTime - t.elapsed())
		defer timer.Stop()
		timeout = timer.C
	}
	done := ctx.Done()
	var err error
	for {
		select {
		case <-done:
			stop.Store(true)
			done = nil
		case <-timeout:
			stop.Store(true)
		case <-notice:
			if err == nil {
				if err = t.deliver(); err != nil {
					stop.Store(true)
				}
			}
		case <-finished:
			select {
			case cause := <-failed: // the first worker to fail
				return cause
			default:
			}
			if err == nil {
				err = t.deliver()
			}
			return err
		}
	}
}

// loop is a worker's life in a free run.
func (t *Trainer) loop(w *worker, stop *atomic.Bool, notice chan<- struct{}) error {
	for !stop.Load() && t.claim(t.pause) {
		next, due, err := t.cycle(w)
		if err != nil {
			return err
		}
		w = next
		if due {
			select {
			case notice <- struct{}{}:
			default: // already noticed
			}
		}
	}
	return nil
}

// cycle is one rollout and its push, behind the gate. It returns the worker that goes on: w, unless
// it was replaced.
func (t *Trainer) cycle(w *worker) (next *worker, due bool, err error) {
	t.gate.RLock()
	defer t.gate.RUnlock()
	if err := w.compute(); err != nil {
		next, err := t.replace(w, err)
		return next, err == nil, err
	}
	return w, t.apply(w), nil
}

// runRounds is the deterministic mode: in each round all workers pull the same parameters and
// compute in parallel, each on its own thread; then the calling goroutine pushes their gradients in
// worker order; none waits for the next round.
func (t *Trainer) runRounds(ctx context.Context) error {
	var group sync.WaitGroup
	begin := make([]chan struct{}, len(t.workers)) // one for each worker; closed at the end
	results := make([]error, len(t.workers))
	done := make(chan struct{}, len(t.workers))
	for i, w := range t.workers {
		begin[i] = make(chan struct{}, 1)
		group.Add(1)
		go func() {
			defer group.Done()
			runtime.LockOSThread()
			defer runtime.UnlockOSThread()
			for range begin[i] {
				results[i] = w.compute()
				done <- struct{}{}
			}
		}()
	}
	defer group.Wait()
	defer func() {
		for _, c := range begin {
			close(c)
		}
	}()
	for ctx.Err() == nil && t.claimed.Load() < t.pause { // a pause never divides a round: that would change its bits
		n := 0
		for n < len(t.workers) && t.claim(t.cfg.Steps) {
			begin[n] <- struct{}{}
			n++
		}
		for range n {
			<-done
		}
		for _, err := range results[:n] {
			if err != nil {
				return err
			}
		}
		due := false
		for _, w := range t.workers[:n] {
			due = t.apply(w) || due
		}
		t.flush()
		if due {
			if err := t.deliver(); err != nil {
				return err
			}
		}
	}
	return nil
}

// replace puts a new worker with new environments in the place of one that panicked, and returns
// it. The new one goes on with the numbers of episodes and the stream of random numbers of the old
// one, so no episode comes twice. It returns an error, the cause or what came of it, if the worker
// cannot or may not be replaced.
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

// succeed makes the successor of a worker. After a panic nothing is known of the old environments:
// one that panics again while it is closed is left behind.
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
