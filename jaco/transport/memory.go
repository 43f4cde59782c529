package transport

import (
	"context"
	"sync"
	"time"

	"colonnade/jaco/clock"
)

// Device is what is at the far end of a cable. It is called with the present time and keeps its
// own; it never waits.
type Device interface {
	// Out takes a packet from the host. An error refuses the transfer.
	Out(now time.Time, p []byte) error

	// In copies the next packet for the host to p and returns its length, if it is ready by now.
	// Else it returns 0 and when to ask again; the zero time means not before the next Out. Stalled
	// refuses the transfer.
	In(now time.Time, p []byte) (n int, ready time.Time)
}

// Stalled is the length that Device.In returns where the endpoint stalls.
const Stalled = -1

// Resetter is a Device that is told of resets of the bus: the cable was taken out or put in. What
// waits to be read does not outlive that.
type Resetter interface{ Reset() }

// Reset tells a device of a reset of the bus, if it wants to know.
func Reset(d Device) {
	if r, ok := d.(Resetter); ok {
		r.Reset()
	}
}

// Memory is a socket that a Device can be plugged into and out of, and a host can open: a cable
// without USB.
type Memory struct {
	clock   clock.Clock
	frame   time.Duration
	changed *clock.Signal // raised whenever a transfer might go on

	mu     sync.Mutex // guards what follows and the calls of the device
	device Device     // nil: unplugged
	open   *memoryConn
}

// NewMemory returns a socket with device plugged in. A packet to the device takes the time frame; a
// full-speed USB bus polls once a millisecond. How long a reply takes is the device's business.
func NewMemory(c clock.Clock, device Device, frame time.Duration) *Memory {
	return &Memory{clock: c, frame: frame, changed: c.NewSignal(), device: device}
}

// Open is an Opener: it claims the device. It fails with ErrNoDevice or ErrBusy.
func (m *Memory) Open(ctx context.Context) (Conn, error) {
	if err := ctx.Err(); err != nil {
		return nil, Interrupted("open", "", err)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	switch {
	case m.device == nil:
		return nil, &Error{Op: "open", Kind: ErrNoDevice}
	case m.open != nil:
		return nil, &Error{Op: "open", Kind: ErrBusy}
	}
	m.open = &memoryConn{socket: m, device: m.device}
	return m.open, nil
}

// Unplug takes the device out: transfers under way end with ErrNoDevice, and so do all later ones
// of an open Conn.
func (m *Memory) Unplug() {
	m.mu.Lock()
	if m.device != nil {
		Reset(m.device)
	}
	m.device = nil
	if m.open != nil {
		m.open.device, m.open = nil, nil
	}
	m.mu.Unlock()
	m.changed.Raise()
}

// Plug puts a device in. An open Conn of the device before stays dead.
func (m *Memory) Plug(device Device) {
	m.Unplug()
	m.mu.Lock()
	defer m.mu.Unlock()
	m.device = device
	Reset(device)
}

type memoryConn struct {
	socket *Memory

	// Guarded by socket.mu.
	device   Device // nil: gone
	closed   bool
	underway int // transfers
}

// begin and end enclose a transfer.
func (c *memoryConn) begin() {
	c.socket.mu.Lock()
	defer c.socket.mu.Unlock()
	c.underway++
}

func (c *memoryConn) end() {
	c.socket.mu.Lock()
	c.underway--
	closing := c.closed
	c.socket.mu.Unlock()
	if closing {
		c.socket.changed.Raise()
	}
}

// usable reports why a transfer cannot go on. socket.mu is held.
func (c *memoryConn) usable(op string) error {
	switch {
	case c.closed:
		return &Error{Op: op, Kind: ErrClosed}
	case c.device == nil:
		return &Error{Op: op, Kind: ErrNoDevice}
	}
	return nil
}

func (c *memoryConn) Write(ctx context.Context, p []byte) (int, error) {
	c.begin()
	defer c.end()
	m := c.socket
	for arrives := m.clock.Now().Add(m.frame); ; {
		seen := m.changed.Count()
		now := m.clock.Now()
		sent, err := c.send(now, arrives, p)
		if err != nil {
			return 0, err
		}
		if sent {
			m.changed.Raise()
			return len(p), nil
		}
		if err := m.clock.Wait(ctx, m.changed, seen, arrives); err != nil && m.clock.Now().Before(arrives) {
			return 0, Interrupted("write", "", err)
		}
	}
}

// send hands p to the device if the time for it has come.
func (c *memoryConn) send(now, arrives time.Time, p []byte) (bool, error) {
	c.socket.mu.Lock()
	defer c.socket.mu.Unlock()
	if err := c.usable("write"); err != nil {
		return false, err
	}
	if now.Before(arrives) {
		return false, nil
	}
	if err := c.device.Out(now, p); err != nil {
		return false, &Error{Op: "write", Kind: ErrStall, Cause: err}
	}
	return true, nil
}

func (c *memoryConn) Read(ctx context.Context, p []byte) (int, error) {
	c.begin()
	defer c.end()
	m := c.socket
	for {
		seen := m.changed.Count()
		n, ready, err := c.receive(m.clock.Now(), p)
		if n != 0 || err != nil {
			return n, err
		}
		if err := m.clock.Wait(ctx, m.changed, seen, ready); err != nil &&
			(ready.IsZero() || m.clock.Now().Before(ready)) {
			return 0, Interrupted("read", "", err)
		}
	}
}

func (c *memoryConn) receive(now time.Time, p []byte) (int, time.Time, error) {
	c.socket.mu.Lock()
	defer c.socket.mu.Unlock()
	if err := c.usable("read"); err != nil {
		return 0, time.Time{}, err
	}
	n, ready := c.device.In(now, p)
	if n == Stalled {
		return 0, time.Time{}, &Error{Op: "read", Kind: ErrStall}
	}
	return n, ready, nil
}

// Close ends transfers under way and gives the device free. On a virtual clock it is for
// participants only while a transfer is under way.
func (c *memoryConn) Close() error {
	m := c.socket
	m.mu.Lock()
	c.closed = true
	if m.open == c {
		m.open = nil
	}
	m.mu.Unlock()
	m.changed.Raise()
	for {
		seen := m.changed.Count()
		m.mu.Lock()
		idle := c.underway == 0
		m.mu.Unlock()
		if idle {
			return nil
		}
		if err := m.clock.Wait(context.Background(), m.changed, seen, time.Time{}); err != nil {
			return Interrupted("close", "", err)
		}
	}
}
