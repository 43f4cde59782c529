package transport

import (
	"slices"
	"sync"
	"time"
)

// Device spoils what goes to and from a device by the rules, at the device's own end of the cable:
// for a cable whose other end is not in this process. unplug is called where a rule takes the cable
// out, with the time until it is back, from within Out or In; these then fail, or have nothing. (Of
// a Memory it is the Opener that is spoilt instead.) Where a rule cuts a packet short the bytes
// before the cut go over.
func (j *Injector) Device(d Device, unplug func(away time.Duration)) Device {
	return &spoiltDevice{injector: j, inner: d, unplug: unplug}
}

type spoiltDevice struct {
	injector *Injector
	inner    Device
	unplug   func(away time.Duration)

	mu    sync.Mutex // guards what follows
	late  []latePacket
	held  []byte // a reply that is not with the host yet; empty: none
	ready time.Time
	stall bool // before the held reply
}

// latePacket is on its way to the device.
type latePacket struct {
	due  time.Time
	data []byte
}

func (s *spoiltDevice) Reset() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.late, s.held = nil, s.held[:0]
	Reset(s.inner)
}

// deliver hands over the packets that are due. s.mu is held.
func (s *spoiltDevice) deliver(now time.Time) {
	for len(s.late) > 0 && !now.Before(s.late[0].due) {
		s.inner.Out(s.late[0].due, s.late[0].data) // a refusal comes too late for anybody to hear
		s.late = s.late[1:]
	}
}

func (s *spoiltDevice) Out(now time.Time, p []byte) error {
	away, err := s.out(now, p)
	if away >= 0 {
		s.unplug(away)
	}
	return err
}

// stays is the time that out and in return where the device is not unplugged.
const stays = -1

func (s *spoiltDevice) out(now time.Time, p []byte) (away time.Duration, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.deliver(now)
	plan := s.injector.plan(Out, len(p))
	if plan.strikes[Garbage] {
		p = slices.Clone(p)
		garble(p, plan.seed)
	}
	switch {
	case plan.strikes[Unplug]:
		if plan.keep == len(p) { // between this packet and the next
			s.inner.Out(now, p)
		}
		return plan.away, &Error{Op: "write", Kind: ErrNoDevice}
	case plan.strikes[Stall]:
		return stays, &Error{Op: "write", Kind: ErrStall}
	case plan.strikes[Lose]:
		return stays, nil
	case plan.strikes[Short]:
		s.inner.Out(now, p[:plan.keep])
		return stays, &Error{Op: "write", Kind: ErrStall}
	case plan.delay > 0 || len(s.late) > 0: // nothing overtakes
		s.late = append(s.late, latePacket{now.Add(plan.delay), slices.Clone(p)})
		return stays, nil
	}
	return stays, s.inner.Out(now, p)
}

func (s *spoiltDevice) In(now time.Time, p []byte) (int, time.Time) {
	n, ready, away := s.in(now, p)
	if away >= 0 {
		s.unplug(away)
	}
	return n, ready
}

func (s *spoiltDevice) in(now time.Time, p []byte) (n int, ready time.Time, away time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.deliver(now)
	for len(s.held) == 0 {
		n, ready := s.inner.In(now, p)
		if n <= 0 {
			if len(s.late) > 0 && (ready.IsZero() || s.late[0].due.Before(ready)) {
				ready = s.late[0].due
			}
			return n, ready, stays
		}
		plan := s.injector.plan(In, n)
		if plan.strikes[Unplug] {
			return 0, time.Time{}, plan.away
		}
		if plan.strikes[Lose] {
			continue
		}
		s.held = append(s.held[:0], p[:n]...)
		s.ready, s.stall = now.Add(plan.delay), plan.strikes[Stall]
		if plan.strikes[Garbage] {
			garble(s.held, plan.seed)
		}
		if plan.strikes[Short] {
			s.held = s.held[:max(1, plan.keep)]
		}
	}
	if now.Before(s.ready) {
		return 0, s.ready, stays
	}
	if s.stall {
		s.stall = false
		return Stalled, time.Time{}, stays
	}
	n = copy(p, s.held)
	s.held = s.held[:0]
	return n, time.Time{}, stays
}
