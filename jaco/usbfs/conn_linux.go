//go:build amd64 || arm64

package usbfs

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"

	"colonnade/jaco/transport"
)

// The arm's pipes: both interrupt endpoints (K, S), of interface 0.
const (
	endpointOut     = 0x02
	endpointIn      = 0x82
	interfaceNumber = 0
	maxTransfer     = 64
)

// returnTime is how long a discarded URB may take to come back. The kernel takes microseconds; a
// file system in user space that never gives it back must not hang its client.
const returnTime = time.Second

var errLost = errors.New("the kernel did not give a transfer back: this connection is dead")

// Devices lists the arms on the bus.
func Devices() ([]Device, error) { return Find(SysfsDevices, Vendor) }

// Open opens the node at path, such as /dev/bus/usb/001/002, and claims its interface. The error
// wraps transport.ErrNoDevice, ErrPermission or ErrBusy where it is one of these.
func Open(path string) (transport.Conn, error) {
	n, err := openNode(path)
	if errors.Is(err, unix.EACCES) {
		return nil, &transport.Error{Op: "open", Name: path, Kind: transport.ErrPermission,
			Cause: fmt.Errorf("%w: %s", err, adviceOnPermission)}
	}
	if err != nil {
		return nil, failure("open", path, err)
	}
	return newConn(path, n)
}

// conn is an open connection. Its memory, m, has the URBs and buffers of both pipes.
type conn struct {
	path    string
	kernel  kernel
	memory  []byte
	out, in pipe

	closing chan struct{} // closed when Close begins
	gone    chan struct{} // closed by the reaper when it ends
	once    sync.Once     // of Close
	result  error         // of Close
}

// pipe is one direction: at most one transfer at a time.
type pipe struct {
	mu     sync.Mutex // held by the transfer under way
	urb    *urb
	buffer []byte
	done   chan struct{} // of capacity 1: the reaper has got the URB back
	timer  *time.Timer
	lost   bool // a URB did not come back: the pipe, and the memory, are not to be touched any more
}

func newConn(path string, k kernel) (*conn, error) {
	if err := k.claim(interfaceNumber); err != nil {
		k.close()
		return nil, failure("claim", path, err)
	}
	memory, err := unix.Mmap(-1, 0, unix.Getpagesize(), unix.PROT_READ|unix.PROT_WRITE, unix.MAP_PRIVATE|unix.MAP_ANON)
	if err != nil {
		k.release(interfaceNumber)
		k.close()
		return nil, failure("open", path, err)
	}
	c := &conn{path: path, kernel: k, memory: memory, closing: make(chan struct{}), gone: make(chan struct{})}
	c.out.init(memory[:256])
	c.in.init(memory[256:512])
	go c.reaper()
	return c, nil
}

// init lays out the pipe in 256 bytes: the URB, then the buffer at 128.
func (p *pipe) init(memory []byte) {
	p.urb = (*urb)(unsafe.Pointer(&memory[0]))
	p.buffer = memory[128 : 128+maxTransfer]
	p.done = make(chan struct{}, 1)
	p.timer = time.NewTimer(time.Hour)
	p.timer.Stop()
}

// reaper hands finished URBs to their transfers until the connection is closed or the device gone.
func (c *conn) reaper() {
	defer close(c.gone)
	for {
		woken, err := c.kernel.wait()
		if err != nil {
			return
		}
		for {
			u, err := c.kernel.reap()
			if errors.Is(err, unix.EAGAIN) {
				break
			}
			if err != nil {
				return
			}
			switch u {
			case c.out.urb:
				c.out.done <- struct{}{}
			case c.in.urb:
				c.in.done <- struct{}{}
			}
		}
		if woken {
			return
		}
	}
}

func (c *conn) Write(ctx context.Context, p []byte) (int, error) {
	return c.transfer(ctx, "write", &c.out, endpointOut, p)
}

func (c *conn) Read(ctx context.Context, p []byte) (int, error) {
	return c.transfer(ctx, "read", &c.in, endpointIn, p)
}

func (c *conn) transfer(ctx context.Context, op string, t *pipe, endpoint uint8, p []byte) (int, error) {
	if len(p) > maxTransfer {
		return 0, &transport.Error{Op: op, Name: c.path, Kind: transport.ErrOverflow}
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if err := c.usable(ctx, op, t); err != nil {
		return 0, err
	}
	if endpoint == endpointOut {
		copy(t.buffer, p)
	}
	*t.urb = urb{kind: urbInterrupt, endpoint: endpoint, buffer: uintptr(unsafe.Pointer(&t.buffer[0])),
		length: int32(len(p))}
	if err := c.kernel.submit(t.urb); err != nil {
		return 0, failure(op, c.path, err)
	}
	interrupted := c.await(ctx, op, t)
	if interrupted != nil && !c.takeBack(t) {
		return 0, interrupted
	}
	n := max(0, min(int(t.urb.actual), len(p)))
	if endpoint == endpointIn {
		copy(p, t.buffer[:n])
	}
	switch status := t.urb.status; {
	case status == 0:
		return n, nil // also where it came back just before it was asked for
	case interrupted != nil && n > 0:
		// It was over when it was asked for, but not yet back: the kernel marks it as cancelled all
		// the same. A packet goes over as a whole or not at all, and no transfer here is longer
		// than one.
		return n, nil
	case interrupted != nil:
		return n, interrupted
	case status == -int32(unix.EPIPE):
		c.kernel.clearHalt(uint32(endpoint)) // else it stalls for ever; should that fail, so does the next transfer
		fallthrough
	default:
		return n, failure(op, c.path, unix.Errno(-status))
	}
}

// usable reports why no transfer can begin.
func (c *conn) usable(ctx context.Context, op string, t *pipe) error {
	select {
	case <-c.closing:
		return &transport.Error{Op: op, Name: c.path, Kind: transport.ErrClosed}
	default:
	}
	select {
	case <-c.gone: // after Close, too
		return &transport.Error{Op: op, Name: c.path, Kind: transport.ErrNoDevice}
	default:
	}
	if t.lost { // for good: only another connection can help, as where the device is gone
		return &transport.Error{Op: op, Name: c.path, Kind: transport.ErrNoDevice, Cause: errLost}
	}
	if err := ctx.Err(); err != nil {
		return transport.Interrupted(op, c.path, err)
	}
	return nil
}

// await returns nil when the URB is back, else why nobody waits for it any longer.
func (c *conn) await(ctx context.Context, op string, t *pipe) error {
	var passed <-chan time.Time
	if deadline, ok := ctx.Deadline(); ok {
		t.timer.Reset(time.Until(deadline))
		defer t.timer.Stop()
		passed = t.timer.C
	}
	select {
	case <-t.done:
		return nil
	case <-passed:
		return transport.Interrupted(op, c.path, context.DeadlineExceeded)
	case <-ctx.Done():
		return transport.Interrupted(op, c.path, ctx.Err())
	case <-c.closing:
		return &transport.Error{Op: op, Name: c.path, Kind: transport.ErrClosed}
	case <-c.gone:
		return &transport.Error{Op: op, Name: c.path, Kind: transport.ErrNoDevice}
	}
}

// takeBack gets the URB back from the kernel and reports whether it has it. Where the device is
// gone the reaper has given back all that the kernel had. The error of discard does not matter: the
// URB is finished then.
func (c *conn) takeBack(t *pipe) bool {
	c.kernel.discard(t.urb)
	t.timer.Reset(returnTime)
	defer t.timer.Stop()
	select {
	case <-t.done:
		return true
	case <-c.gone:
		select {
		case <-t.done:
			return true
		default:
			return false
		}
	case <-t.timer.C:
		t.lost = true
		return false
	}
}

// Close ends transfers under way, releases the interface and closes the node.
func (c *conn) Close() error {
	c.once.Do(func() {
		close(c.closing)
		c.out.mu.Lock() // no transfer is under way, and none begins
		defer c.out.mu.Unlock()
		c.in.mu.Lock()
		defer c.in.mu.Unlock()
		c.kernel.wake()
		<-c.gone
		err := c.kernel.release(interfaceNumber)
		if errors.Is(err, unix.ENODEV) {
			err = nil // unplugged: nothing is claimed
		}
		if closed := c.kernel.close(); err == nil {
			err = closed
		}
		if !c.out.lost && !c.in.lost {
			unix.Munmap(c.memory)
		}
		if err != nil {
			c.result = failure("close", c.path, err)
		}
	})
	return c.result
}

// failure turns an errno, from a call or from a URB, into an error of package transport.
func failure(op, path string, err error) error {
	e := &transport.Error{Op: op, Name: path, Cause: err}
	errno, ok := err.(unix.Errno)
	if !ok {
		return e
	}
	switch errno {
	case unix.ENODEV, unix.ESHUTDOWN, unix.ENOENT, unix.ENXIO:
		e.Kind = transport.ErrNoDevice
	case unix.EPROTO: // what a controller says first when the cable comes out
		e.Kind = transport.ErrNoDevice
	case unix.EBUSY:
		e.Kind = transport.ErrBusy
	case unix.EACCES, unix.EPERM:
		e.Kind = transport.ErrPermission
	case unix.EPIPE:
		e.Kind = transport.ErrStall
	case unix.EOVERFLOW:
		e.Kind = transport.ErrOverflow
	case unix.ETIMEDOUT:
		e.Kind = transport.ErrTimeout
	case unix.EILSEQ, unix.ETIME, unix.EIO, unix.ECOMM, unix.EREMOTEIO:
		e.Kind = transport.ErrBus
	}
	return e
}
