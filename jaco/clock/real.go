package clock

import (
	"context"
	"sync"
	"time"
)

// Real returns the clock of real time.
func Real() Clock { return realClock{} }

type realClock struct{}

// realWaiter is what one call of Wait waits with, kept for the next.
type realWaiter struct {
	raised chan struct{} // of capacity 1
	timer  *time.Timer   // stopped while not in use
}

var realWaiters = sync.Pool{New: func() any {
	t := time.NewTimer(time.Hour)
	t.Stop()
	return &realWaiter{raised: make(chan struct{}, 1), timer: t}
}}

func (realClock) Now() time.Time     { return time.Now() }
func (realClock) NewSignal() *Signal { return new(Signal) }
func (realClock) Go(f func())        { go f() }
func (realClock) Enter()             {}
func (realClock) Leave()             {}

func (realClock) Wait(ctx context.Context, s *Signal, seen uint64, until time.Time) error {
	w := realWaiters.Get().(*realWaiter)
	defer realWaiters.Put(w)
	if s != nil {
		s.own.Lock()
		if s.raised > seen {
			s.own.Unlock()
			return nil
		}
		s.waiting = append(s.waiting, w)
		s.own.Unlock()
		defer s.forget(w)
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	if deadline, ok := ctx.Deadline(); ok {
		until = earlier(until, deadline)
	}
	var passed <-chan time.Time
	if !until.IsZero() {
		w.timer.Reset(time.Until(until))
		defer w.timer.Stop()
		passed = w.timer.C
	}
	select {
	case <-w.raised:
		return nil
	case <-passed:
		return context.DeadlineExceeded
	case <-ctx.Done():
		return ctx.Err()
	}
}

// forget takes w off the list of those who wait, and out of w a wake-up that came too late.
func (s *Signal) forget(w *realWaiter) {
	s.own.Lock()
	defer s.own.Unlock()
	for i, other := range s.waiting {
		if other == w {
			s.waiting = append(s.waiting[:i], s.waiting[i+1:]...)
			break
		}
	}
	select {
	case <-w.raised:
	default:
	}
}

func (c realClock) SleepUntil(ctx context.Context, until time.Time) error {
	return slept(c, c.Wait(ctx, nil, 0, until), until)
}

// slept turns the end of a Wait into that of a SleepUntil: reaching the time is no error.
func slept(c Clock, err error, until time.Time) error {
	if err == context.DeadlineExceeded && !c.Now().Before(until) {
		return nil
	}
	return err
}
