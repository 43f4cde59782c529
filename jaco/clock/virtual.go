package clock

import (
	"context"
	"sync"
	"time"
)

// Epoch is when virtual time begins.
var Epoch = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)

// Virtual is a clock whose time stands still while a participant runs and jumps to the next time
// that somebody waits for when all wait. See the package's page for its rules.
type Virtual struct {
	mu sync.Mutex // guards what follows, and the counts of all signals of this clock

	now     time.Time
	slept   time.Duration // how long the machine has been suspended
	running bool          // a participant has the floor
	entered int           // participants between Enter and Leave, waiting or not

	ready  []*waiter // may go on, in this order
	parked []*waiter // wait for something, in the order in which they began to
	free   []*waiter // not in use
}

// waiter is a participant that does not have the floor.
type waiter struct {
	floor  chan struct{} // of capacity 1: receives when the participant may go on
	err    error         // what Wait returns then
	signal *Signal       // waits for this to be raised; nil: for no signal
	until  time.Time     // waits for this time; zero: for no time
	ctx    context.Context
	stop   func() bool // of an AfterFunc on ctx; nil: there is none
}

// NewVirtual returns a clock that stands at Epoch.
func NewVirtual() *Virtual { return &Virtual{now: Epoch} }

// Now returns the virtual time.
func (v *Virtual) Now() time.Time {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.now
}

// NewSignal returns a signal that can be waited for on this clock.
func (v *Virtual) NewSignal() *Signal { return &Signal{virtual: v} }

// Enter makes the caller a participant: it returns when the caller has the floor.
func (v *Virtual) Enter() {
	v.mu.Lock()
	v.entered++
	w := v.waiter()
	v.ready = append(v.ready, w)
	v.schedule()
	v.mu.Unlock()
	v.await(w)
}

// Leave ends what Enter began. It panics if nobody has the floor.
func (v *Virtual) Leave() {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.yield("Leave")
	v.entered--
	v.schedule()
}

// Go starts f as a participant. It gets the floor for the first time after all who are ready now.
func (v *Virtual) Go(f func()) {
	v.mu.Lock()
	w := v.waiter()
	v.ready = append(v.ready, w)
	v.schedule()
	v.mu.Unlock()
	go func() {
		v.await(w)
		defer func() { // also if f ends by runtime.Goexit, as failing tests do
			v.mu.Lock()
			defer v.mu.Unlock()
			v.yield("the end of a participant")
			v.schedule()
		}()
		f()
	}()
}

// Wait is described at Clock. It panics if nobody has the floor: then the caller is no participant.
// It lets others who are ready go first, except when s is already raised.
func (v *Virtual) Wait(ctx context.Context, s *Signal, seen uint64, until time.Time) error {
	w := v.park(ctx, s, seen, until)
	if w == nil {
		return nil
	}
	return v.await(w)
}

// park gives up the floor to wait; it returns nil if s is already raised.
func (v *Virtual) park(ctx context.Context, s *Signal, seen uint64, until time.Time) *waiter {
	deadline, _ := clockDeadline(ctx)
	v.mu.Lock()
	defer v.mu.Unlock()
	if s != nil && s.raised > seen {
		return nil
	}
	v.yield("Wait")
	w := v.waiter()
	w.signal, w.until, w.ctx = s, earlier(until, deadline), ctx
	v.parked = append(v.parked, w)
	v.schedule()
	return w
}

// SleepUntil is described at Clock.
func (v *Virtual) SleepUntil(ctx context.Context, until time.Time) error {
	return slept(v, v.Wait(ctx, nil, 0, until), until)
}

// yield gives up the floor. v.mu is held.
func (v *Virtual) yield(who string) {
	if !v.running {
		panic("clock: " + who + " on a virtual clock by somebody who is no participant")
	}
	v.running = false
}

// waiter returns one that is not in use. v.mu is held.
func (v *Virtual) waiter() *waiter {
	if n := len(v.free); n > 0 {
		w := v.free[n-1]
		v.free = v.free[:n-1]
		return w
	}
	return &waiter{floor: make(chan struct{}, 1)}
}

// await returns when w has the floor.
func (v *Virtual) await(w *waiter) error {
	<-w.floor
	v.mu.Lock()
	defer v.mu.Unlock()
	err := w.err
	*w = waiter{floor: w.floor}
	v.free = append(v.free, w)
	return err
}

// wake makes all ready who wait for s. v.mu is held.
func (v *Virtual) wake(s *Signal) {
	v.release(func(w *waiter) (bool, error) { return w.signal == s, nil })
	v.schedule()
}

// release moves those of the parked to the ready for whom done says so. v.mu is held.
func (v *Virtual) release(done func(w *waiter) (bool, error)) {
	kept := v.parked[:0]
	for _, w := range v.parked {
		ok, err := done(w)
		if !ok {
			kept = append(kept, w)
			continue
		}
		w.err = err
		if w.stop != nil {
			w.stop()
			w.stop = nil
		}
		v.ready = append(v.ready, w)
	}
	clear(v.parked[len(kept):])
	v.parked = kept
}

// schedule gives the floor to the next participant, moving the time if nobody is ready. It does
// nothing while a participant has the floor or nobody has entered. v.mu is held.
func (v *Virtual) schedule() {
	for !v.running && v.entered > 0 {
		v.release(func(w *waiter) (bool, error) {
			err := w.ctx.Err()
			return err != nil, err
		})
		if len(v.ready) > 0 {
			w := v.ready[0]
			copy(v.ready, v.ready[1:])
			v.ready = v.ready[:len(v.ready)-1]
			v.running = true
			w.floor <- struct{}{}
			return
		}
		var next time.Time
		for _, w := range v.parked {
			next = earlier(next, w.until)
		}
		if next.IsZero() {
			v.watchContexts()
			return
		}
		if next.After(v.now) {
			v.now = next
		}
		v.release(func(w *waiter) (bool, error) {
			return !w.until.IsZero() && !w.until.After(v.now), context.DeadlineExceeded
		})
	}
}

// watchContexts is for when nothing but a signal or a cancelled context can go on: both then come
// from outside. v.mu is held.
func (v *Virtual) watchContexts() {
	for _, w := range v.parked {
		if w.stop == nil && w.ctx.Done() != nil {
			w.stop = context.AfterFunc(w.ctx, func() {
				v.mu.Lock()
				defer v.mu.Unlock()
				v.schedule()
			})
		}
	}
}
