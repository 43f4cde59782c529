package clock

import "sync"

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
