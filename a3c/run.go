package a3c

import (
	"context"
	"runtime"
	"sync"
	"sync/atomic"
	"time"
)

// runFree lets every worker loop on its own (Hogwild). The calling goroutine delivers metrics and snapshots meanwhile.
// The workers stop when the steps are claimed, or after the rollout at hand once stop is set.
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

// cycle is one rollout and its push, behind the gate. It returns the worker that goes on: w, unless it was replaced.
func (t *Trainer) cycle(w *worker) (next *worker, due bool, err error) {
	t.gate.RLock()
	defer t.gate.RUnlock()
	if err := w.compute(); err != nil {
		next, err := t.replace(w, err)
		return next, err == nil, err
	}
	return w, t.apply(w), nil
}

// runRounds is the deterministic mode: in each round all workers pull the same parameters and compute in parallel, each on
// its own thread; then the calling goroutine pushes their gradients in worker order; none waits for the next round.
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
