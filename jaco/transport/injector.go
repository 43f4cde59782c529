package transport

import (
	"context"
	"math/rand/v2"
	"sync"
	"time"

	"colonnade/jaco/clock"
)

// Injector spoils transfers by rules. Its counters of transfers and bytes go on over all
// connections that it wraps, so a rule for one transfer or byte strikes once.
type Injector struct {
	clock clock.Clock
	rules []Rule

	mu        sync.Mutex // guards what follows
	rng       *rand.Rand
	transfers [3]int // by direction; Both counts all
	bytes     int64
	counts    [faults]int
	back      time.Time // an unplugged device is back then
}

// NewInjector returns an Injector with the given rules. The random numbers of rules with a chance
// come from seed.
func NewInjector(c clock.Clock, seed uint64, rules []Rule) (*Injector, error) {
	for i := range rules {
		if err := rules[i].Validate(); err != nil {
			return nil, err
		}
	}
	return &Injector{clock: c, rules: append([]Rule(nil), rules...), rng: rand.New(rand.NewPCG(seed, 0x6a61636f))}, nil
}

// Count returns how often the fault has struck.
func (j *Injector) Count(f Fault) int {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.counts[f]
}

// Opener wraps open: its connections go through the injector, and while the device is unplugged it
// fails with ErrNoDevice.
func (j *Injector) Opener(open Opener) Opener {
	return func(ctx context.Context) (Conn, error) {
		j.mu.Lock()
		away := j.clock.Now().Before(j.back)
		j.mu.Unlock()
		if away {
			return nil, &Error{Op: "open", Kind: ErrNoDevice}
		}
		inner, err := open(ctx)
		if err != nil {
			return nil, err
		}
		return &spoiltConn{injector: j, inner: inner, buf: make([]byte, 0, 64)}, nil
	}
}

// plan is what happens to one transfer.
type plan struct {
	strikes [faults]bool
	delay   time.Duration
	keep    int           // Short, Unplug: bytes that go over
	seed    uint64        // Garbage
	away    time.Duration // Unplug
}

// plan decides on the next transfer of n bytes.
func (j *Injector) plan(d Direction, n int) (p plan) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.transfers[Both]++
	j.transfers[d]++
	p.keep = n
	for i := range j.rules {
		r := &j.rules[i]
		if r.Direction != Both && r.Direction != d {
			continue
		}
		number := j.transfers[r.Direction]
		strikes := r.Transfer == number && r.Transfer > 0 || r.Every > 0 && number%r.Every == 0
		if r.Chance > 0 {
			strikes = j.rng.Float64() < r.Chance
		}
		if r.Byte > 0 {
			strikes = j.bytes < r.Byte && r.Byte <= j.bytes+int64(n)
		}
		if !strikes {
			continue
		}
		p.strikes[r.Fault] = true
		j.counts[r.Fault]++
		switch r.Fault {
		case Delay:
			p.delay += r.For
		case Short:
			p.keep = min(p.keep, j.rng.IntN(max(n, 1)))
		case Garbage:
			p.seed = j.rng.Uint64()
		case Unplug:
			j.back, p.away = j.clock.Now().Add(r.For), r.For
			if r.Byte > 0 {
				p.keep = min(p.keep, int(r.Byte-j.bytes))
			} else {
				p.keep = min(p.keep, j.rng.IntN(n+1))
			}
		}
	}
	j.bytes += int64(n)
	return p
}

// garble replaces one to eight bytes of p.
func garble(p []byte, seed uint64) {
	if len(p) == 0 {
		return
	}
	rng := rand.New(rand.NewPCG(seed, 1))
	for range 1 + rng.IntN(8) {
		p[rng.IntN(len(p))] = byte(rng.Uint32())
	}
}

type spoiltConn struct {
	injector *Injector
	inner    Conn
	buf      []byte // for packets to be garbled

	mu   sync.Mutex // guards gone
	gone bool
}

// begin tells what happens to a transfer of n bytes, after its delay.
func (c *spoiltConn) begin(ctx context.Context, op string, d Direction, n int) (plan, error) {
	c.mu.Lock()
	gone := c.gone
	c.mu.Unlock()
	if gone {
		return plan{}, &Error{Op: op, Kind: ErrNoDevice}
	}
	p := c.injector.plan(d, n)
	if p.delay > 0 {
		if err := clock.Sleep(ctx, c.injector.clock, p.delay); err != nil {
			return p, Interrupted(op, "", err)
		}
	}
	return p, nil
}

// unplug makes the connection dead; the one below is closed, as nobody can use it any more.
func (c *spoiltConn) unplug(op string) error {
	c.mu.Lock()
	c.gone = true
	c.mu.Unlock()
	return &Error{Op: op, Kind: ErrNoDevice, Cause: c.inner.Close()}
}

func (c *spoiltConn) Write(ctx context.Context, p []byte) (int, error) {
	plan, err := c.begin(ctx, "write", Out, len(p))
	if err != nil {
		return 0, err
	}
	if plan.strikes[Garbage] {
		c.buf = append(c.buf[:0], p...)
		garble(c.buf, plan.seed)
		p = c.buf
	}
	switch {
	case plan.strikes[Unplug] && plan.keep < len(p):
		return plan.keep, c.unplug("write")
	case plan.strikes[Unplug]: // between this packet and the next
		n, _ := c.inner.Write(ctx, p)
		return n, c.unplug("write")
	case plan.strikes[Stall]:
		return 0, &Error{Op: "write", Kind: ErrStall}
	case plan.strikes[Lose]:
		return len(p), nil
	case plan.strikes[Short]:
		n, err := c.inner.Write(ctx, p[:plan.keep])
		if err == nil {
			err = &Error{Op: "write", Kind: ErrStall}
		}
		return n, err
	}
	return c.inner.Write(ctx, p)
}

func (c *spoiltConn) Read(ctx context.Context, p []byte) (int, error) {
	for {
		plan, err := c.begin(ctx, "read", In, len(p))
		if err != nil {
			return 0, err
		}
		if plan.strikes[Stall] {
			return 0, &Error{Op: "read", Kind: ErrStall}
		}
		n, err := c.inner.Read(ctx, p)
		if plan.strikes[Unplug] {
			return min(n, plan.keep), c.unplug("read")
		}
		if err != nil {
			return n, err
		}
		if plan.strikes[Lose] {
			continue
		}
		if plan.strikes[Garbage] {
			garble(p[:n], plan.seed)
		}
		if plan.strikes[Short] {
			n = min(n, plan.keep)
		}
		return n, nil
	}
}

func (c *spoiltConn) Close() error { return c.inner.Close() }
