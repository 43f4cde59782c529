//go:build amd64 || arm64

package usbfs

import (
	"bytes"
	"context"
	"slices"
	"sync"
	"testing"
	"unsafe"

	"colonnade/jaco/transport"

	"golang.org/x/sys/unix"
)

var background = context.Background()

// fake is a kernel as it was seen to behave: finished URBs wait to be reaped, discarded ones come
// back with ENOENT, and at unplugging those under way come back with ESHUTDOWN before reap says
// ENODEV.
type fake struct {
	mu      sync.Mutex
	ready   *sync.Cond
	pending []*urb
	back    []*urb
	gone    bool
	woken   bool
	halted  uint32 // the endpoint that stalled
	claimed bool
	closed  bool
	calls   []string

	claimError, submitError error
	onSubmit                func(f *fake, u *urb) // f.mu is held
	keep                    bool                  // discarded URBs never come back
}

func newFake() *fake {
	f := new(fake)
	f.ready = sync.NewCond(&f.mu)
	return f
}

func (f *fake) call(name string) func() {
	f.mu.Lock()
	f.calls = append(f.calls, name)
	return f.mu.Unlock
}

func (f *fake) claim(uint32) error {
	defer f.call("claim")()
	f.claimed = f.claimError == nil
	return f.claimError
}

func (f *fake) release(uint32) error {
	defer f.call("release")()
	f.claimed = false
	if f.gone {
		return unix.ENODEV
	}
	return nil
}

func (f *fake) submit(u *urb) error {
	defer f.call("submit")()
	if f.gone {
		return unix.ENODEV
	}
	if f.submitError != nil {
		return f.submitError
	}
	f.pending = append(f.pending, u)
	if f.onSubmit != nil {
		f.onSubmit(f, u)
	}
	return nil
}

// finish gives a URB back. f.mu is held.
func (f *fake) finish(u *urb, status int32, data []byte) {
	if i := slices.Index(f.pending, u); i >= 0 {
		f.pending = slices.Delete(f.pending, i, i+1)
		u.status = status
		u.actual = int32(copy(payload(u), data))
		if u.endpoint == endpointOut && status == 0 {
			u.actual = u.length
		}
		f.back = append(f.back, u)
		f.ready.Broadcast()
	}
}

// payload is the buffer of a URB: it lies 128 bytes behind the URB itself.
func payload(u *urb) []byte {
	return unsafe.Slice((*byte)(unsafe.Add(unsafe.Pointer(u), 128)), int(u.length))
}

func (f *fake) discard(u *urb) error {
	defer f.call("discard")()
	if !slices.Contains(f.pending, u) {
		return unix.EINVAL
	}
	if !f.keep {
		f.finish(u, -int32(unix.ENOENT), nil)
	}
	return nil
}

func (f *fake) clearHalt(endpoint uint32) error {
	defer f.call("clear halt")()
	if f.halted == endpoint {
		f.halted = 0
	}
	return nil
}

func (f *fake) reap() (*urb, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.back) > 0 {
		u := f.back[0]
		f.back = f.back[1:]
		return u, nil
	}
	if f.gone {
		return nil, unix.ENODEV
	}
	return nil, unix.EAGAIN
}

func (f *fake) wait() (bool, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for len(f.back) == 0 && !f.gone && !f.woken {
		f.ready.Wait()
	}
	return f.woken, nil
}

func (f *fake) wake() {
	defer f.call("wake")()
	f.woken = true
	f.ready.Broadcast()
}

func (f *fake) close() error {
	defer f.call("close")()
	f.closed = true
	return nil
}

func (f *fake) unplug() {
	defer f.call("unplug")()
	for len(f.pending) > 0 {
		f.finish(f.pending[0], -int32(unix.ESHUTDOWN), nil)
	}
	f.gone = true
	f.ready.Broadcast()
}

// loopback answers every IN with what the last OUT had.
func loopback() func(f *fake, u *urb) {
	var last []byte
	return func(f *fake, u *urb) {
		if u.endpoint == endpointOut {
			last = bytes.Clone(payload(u))
			f.finish(u, 0, nil)
			return
		}
		f.finish(u, 0, last)
	}
}

func connect(t *testing.T, f *fake) transport.Conn {
	t.Helper()
	c, err := newConn("fake", f)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		c.Close()
		if f.claimed || !f.closed {
			t.Errorf("after Close: claimed %v, closed %v", f.claimed, f.closed)
		}
	})
	return c
}
