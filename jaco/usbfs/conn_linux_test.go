//go:build amd64 || arm64

package usbfs

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"colonnade/jaco/transport"

	"golang.org/x/sys/unix"
)

func TestTransfers(t *testing.T) {
	f := newFake()
	f.onSubmit = loopback()
	c := connect(t, f)
	buf := make([]byte, 64)
	for i := range 200 {
		packet := bytes.Repeat([]byte{byte(i)}, 64)
		n, err := c.Write(background, packet)
		if n != 64 || err != nil {
			t.Fatalf("write: %d, %v", n, err)
		}
		if n, err = c.Read(background, buf); n != 64 || err != nil || !bytes.Equal(buf, packet) {
			t.Fatalf("read: %d, %v, % x", n, err, buf)
		}
	}
	if n, err := c.Write(background, make([]byte, 65)); n != 0 || !errors.Is(err, transport.ErrOverflow) {
		t.Errorf("65 bytes: %d, %v", n, err)
	}
}

func TestStatus(t *testing.T) {
	for _, s := range []struct {
		status int32
		data   int
		want   error
	}{
		{0, 10, nil},
		{-int32(unix.EPIPE), 0, transport.ErrStall},
		{-int32(unix.EOVERFLOW), 64, transport.ErrOverflow},
		{-int32(unix.EPROTO), 3, transport.ErrNoDevice},
		{-int32(unix.ESHUTDOWN), 0, transport.ErrNoDevice},
		{-int32(unix.EILSEQ), 0, transport.ErrBus},
	} {
		f := newFake()
		f.onSubmit = func(f *fake, u *urb) { f.finish(u, s.status, make([]byte, s.data)) }
		n, err := connect(t, f).Read(background, make([]byte, 64))
		if n != s.data || !errors.Is(err, s.want) {
			t.Errorf("status %d: %d bytes, %v, want %d, %v", s.status, n, err, s.data, s.want)
		}
		if s.status != 0 && !errors.Is(err, unix.Errno(-s.status)) {
			t.Errorf("status %d: the errno is lost in %v", s.status, err)
		}
	}
}

// expiring is a context whose time is up when it is first asked how long it has: when the transfer
// is under way, that is, and not before, however busy the machine is.
type expiring struct{ context.Context }

func (expiring) Deadline() (time.Time, bool) { return time.Now(), true }

// A transfer whose time is up is discarded and reaped before it ends, and the connection goes on.
func TestTimeout(t *testing.T) {
	f := newFake()
	c := connect(t, f)
	if n, err := c.Read(expiring{background}, make([]byte, 64)); n != 0 || !errors.Is(err, transport.ErrTimeout) {
		t.Errorf("read gave %d, %v", n, err)
	}
	f.mu.Lock()
	if len(f.pending)+len(f.back) != 0 || !slices.Contains(f.calls, "discard") {
		t.Errorf("after the timeout: %d pending, %d not reaped, calls %v", len(f.pending), len(f.back), f.calls)
	}
	f.onSubmit = func(f *fake, u *urb) { f.finish(u, 0, make([]byte, 7)) }
	f.mu.Unlock()
	if n, err := c.Read(background, make([]byte, 64)); n != 7 || err != nil {
		t.Errorf("the next read gave %d, %v", n, err)
	}
}

// A reply that comes between the deadline and the discard is not lost: neither where the kernel had
// given it back already, nor where it was on its way back and is marked as cancelled (seen with
// vhci_hcd).
func TestReplyAtTheDeadline(t *testing.T) {
	for _, status := range []int32{0, -int32(unix.ENOENT)} {
		c, err := newConn("fake", &lastMoment{newFake(), status})
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		if n, err := c.Read(expiring{background}, make([]byte, 64)); n != 9 || err != nil {
			t.Errorf("with status %d read gave %d, %v, want the 9 bytes", status, n, err)
		}
	}
}

// lastMoment finishes a URB when it is about to be discarded.
type lastMoment struct {
	*fake
	status int32
}

func (k *lastMoment) discard(u *urb) error {
	k.mu.Lock()
	k.finish(u, k.status, make([]byte, 9))
	k.mu.Unlock()
	return k.fake.discard(u)
}

func TestCancelAndClose(t *testing.T) {
	for name, end := range map[string]struct {
		do   func(c transport.Conn, cancel func(), f *fake)
		want error
	}{
		"cancel": {func(_ transport.Conn, cancel func(), _ *fake) { cancel() }, context.Canceled},
		"close":  {func(c transport.Conn, _ func(), _ *fake) { c.Close() }, transport.ErrClosed},
		"unplug": {func(_ transport.Conn, _ func(), f *fake) { f.unplug() }, transport.ErrNoDevice},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFake()
			c := connect(t, f)
			ctx, cancel := context.WithCancel(background)
			defer cancel()
			result := make(chan error)
			go func() {
				_, err := c.Read(ctx, make([]byte, 64))
				result <- err
			}()
			for submitted := false; !submitted; time.Sleep(100 * time.Microsecond) {
				f.mu.Lock()
				submitted = len(f.pending) > 0
				f.mu.Unlock()
			}
			end.do(c, cancel, f)
			if err := <-result; !errors.Is(err, end.want) {
				t.Errorf("the read ended with %v, want %v", err, end.want)
			}
			if err := c.Close(); err != nil {
				t.Errorf("close: %v", err)
			}
			if _, err := c.Write(background, make([]byte, 64)); !errors.Is(err, transport.ErrClosed) {
				t.Errorf("a write after close gave %v", err)
			}
		})
	}
}

// An endpoint that stalled goes on after it.
func TestStallIsCleared(t *testing.T) {
	f := newFake()
	f.halted = endpointIn
	f.onSubmit = func(f *fake, u *urb) {
		if f.halted == uint32(u.endpoint) {
			f.finish(u, -int32(unix.EPIPE), nil)
			return
		}
		f.finish(u, 0, []byte{1})
	}
	c := connect(t, f)
	if n, err := c.Write(background, []byte{1}); n != 1 || err != nil {
		t.Errorf("write on the endpoint that did not stall: %d, %v", n, err)
	}
	if _, err := c.Read(background, make([]byte, 64)); !errors.Is(err, transport.ErrStall) {
		t.Errorf("read gave %v, want a stall", err)
	}
	if n, err := c.Read(background, make([]byte, 64)); n != 1 || err != nil {
		t.Errorf("the next read: %d, %v", n, err)
	}
}

func TestUnpluggedIsDead(t *testing.T) {
	f := newFake()
	c := connect(t, f)
	f.unplug()
	for range 3 {
		if _, err := c.Write(background, make([]byte, 64)); !errors.Is(err, transport.ErrNoDevice) {
			t.Errorf("write gave %v", err)
		}
	}
}

// A file system in user space that keeps a discarded URB costs its client one wait, and no later
// transfer.
func TestLostURB(t *testing.T) {
	f := newFake()
	f.keep = true
	c := connect(t, f)
	if _, err := c.Read(expiring{background}, make([]byte, 64)); !errors.Is(err, transport.ErrTimeout) {
		t.Errorf("read gave %v", err)
	}
	if _, err := c.Read(background, make([]byte, 64)); !errors.Is(err, transport.ErrNoDevice) {
		t.Errorf("the next read gave %v", err)
	}
}

func TestOpenFails(t *testing.T) {
	f := newFake()
	f.claimError = unix.EBUSY
	if _, err := newConn("fake", f); !errors.Is(err, transport.ErrBusy) || !f.closed {
		t.Errorf("a claimed interface gave %v, closed %v", err, f.closed)
	}
	f = newFake()
	f.submitError = unix.EPERM
	if _, err := connect(t, f).Write(background, []byte{1}); !errors.Is(err, transport.ErrPermission) {
		t.Errorf("a refused submit gave %v", err)
	}
}

// A plain file is no device: the kernel refuses the first ioctl and nothing stays open.
func TestOpenPlainFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "node")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	before := openFiles(t)
	if _, err := Open(path); !errors.Is(err, unix.ENOTTY) {
		t.Errorf("open gave %v, want ENOTTY", err)
	}
	if after := openFiles(t); after != before {
		t.Errorf("%d files open, %d before", after, before)
	}
}

func openFiles(t *testing.T) int {
	t.Helper()
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Skip(err)
	}
	return len(entries)
}

func TestTransferAllocatesNothing(t *testing.T) {
	f := newFake()
	f.onSubmit = func(f *fake, u *urb) { f.finish(u, 0, nil); f.calls = f.calls[:0] }
	f.calls = make([]string, 0, 16)
	f.pending, f.back = make([]*urb, 0, 4), make([]*urb, 0, 4)
	c := connect(t, f)
	packet := make([]byte, 64)
	if n := testing.AllocsPerRun(100, func() { c.Write(background, packet) }); n > 1 { // the fake's own list
		t.Errorf("a write allocates %g times", n)
	}
}
