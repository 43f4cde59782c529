package clock

import (
	"context"
	"sync"
	"time"
)

// Clock tells the time and lets participants wait. All methods may be called by any goroutine, but
// see the package's page for who may wait on a Virtual clock.
type Clock interface {
	// Now returns the time by this clock.
	Now() time.Time

	// NewSignal returns a signal that can be waited for on this clock.
	NewSignal() *Signal

	// Wait returns nil as soon as s has been raised more often than seen. It returns
	// context.DeadlineExceeded at the time until (zero: never) or at the deadline that ctx has by
	// this clock, and ctx.Err() when ctx is cancelled. s may be nil. A signal that is already
	// raised wins over the others.
	Wait(ctx context.Context, s *Signal, seen uint64, until time.Time) error

	// SleepUntil returns nil at the time until, at once if it has passed. Like Wait it returns
	// early with an error when ctx is cancelled or its deadline passes before.
	SleepUntil(ctx context.Context, until time.Time) error

	// Go starts f as a participant.
	Go(f func())

	// Enter makes the calling goroutine a participant until it calls Leave. Only while somebody is
	// one in this way does virtual time move.
	Enter()
	Leave()
}

// Sleep waits for the duration d on c.
func Sleep(ctx context.Context, c Clock, d time.Duration) error {
	return c.SleepUntil(ctx, c.Now().Add(d))
}

// Deadline is a context with a deadline in the time of a Clock. It is a value to be used again and
// again: Set allocates nothing. Its Done channel is its parent's and does not close at the
// deadline; those who wait on a Clock, and transports, obey the deadline themselves.
type Deadline struct {
	context.Context
	at time.Time
}

// Set makes d a child of parent that ends at the time at. d must not be in use.
func (d *Deadline) Set(parent context.Context, at time.Time) { d.Context, d.at = parent, at }

// Deadline returns the earlier of d's own deadline and its parent's.
func (d *Deadline) Deadline() (time.Time, bool) {
	if at, ok := d.Context.Deadline(); ok && at.Before(d.at) {
		return at, true
	}
	return d.at, true
}

type deadlineKey struct{}

// Value finds d itself under a key of this package.
func (d *Deadline) Value(key any) any {
	if key == (deadlineKey{}) {
		return d
	}
	return d.Context.Value(key)
}

// clockDeadline returns the earliest Deadline in ctx, leaving out those of package context.
func clockDeadline(ctx context.Context) (at time.Time, ok bool) {
	for {
		d, found := ctx.Value(deadlineKey{}).(*Deadline)
		if !found {
			return at, ok
		}
		if !ok || d.at.Before(at) {
			at, ok = d.at, true
		}
		ctx = d.Context
	}
}

// earlier returns the earlier of two times, of which zero is never.
func earlier(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}

// Signal is something that happens again and again, and can be waited for. Make one by
// Clock.NewSignal.
type Signal struct {
	virtual *Virtual // the clock that schedules the waiters; nil: real time

	own     sync.Mutex    // guards what follows in real time; in virtual time the clock's mutex does
	raised  uint64        // how often
	waiting []*realWaiter // in real time
}

func (s *Signal) mutex() *sync.Mutex {
	if s.virtual != nil {
		return &s.virtual.mu
	}
	return &s.own
}

// Count returns how often the signal has been raised.
func (s *Signal) Count() uint64 {
	mu := s.mutex()
	mu.Lock()
	defer mu.Unlock()
	return s.raised
}

// Raise wakes everybody who waits for the signal. It may be called by anybody, participant or not.
func (s *Signal) Raise() {
	mu := s.mutex()
	mu.Lock()
	defer mu.Unlock()
	s.raised++
	if s.virtual != nil {
		s.virtual.wake(s)
		return
	}
	for i, w := range s.waiting {
		select {
		case w.raised <- struct{}{}:
		default:
		}
		s.waiting[i] = nil
	}
	s.waiting = s.waiting[:0]
}

// Slept returns how long the machine has slept since some time before the first call: suspended,
// while the clock stood still. It is 0 on a machine that does not tell. What moves and is not to
// move on unasked must compare it before and after.
func Slept(c Clock) time.Duration {
	switch c := c.(type) {
	case realClock:
		return bootAhead()
	case *Virtual:
		c.mu.Lock()
		defer c.mu.Unlock()
		return c.slept
	}
	return 0
}

// Suspend is a machine that sleeps for the time d: this clock stands still, and Slept tells.
func (v *Virtual) Suspend(d time.Duration) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.slept += d
}
