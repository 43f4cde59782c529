//go:build amd64 || arm64

package camera

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"

	"colonnade/jaco/clock"
	"colonnade/jaco/transport"
)

// Capture is a camera of this system.
type Capture struct {
	path    string
	opt     Options
	kernel  kernel
	decoder *decoder
	memory  [][]byte // the driver's buffers
	fresh   *clock.Signal
	gone    chan struct{} // closed by the pump when it ends

	frame  sync.Mutex // held by the Frame under way, and by Close when none may begin
	once   sync.Once  // of Close
	result error      // of Close
	same   repeats    // of Frame

	mu       sync.Mutex // guards what follows
	latest   picture    // the newest that was not returned
	has      bool       // there is one
	closing  bool
	failed   error // why no more pictures come
	stats    Stats
	sequence uint32 // of the last picture
}

// picture is one in a buffer of the driver's, which it does not have meanwhile.
type picture struct {
	index uint32
	used  int
	at    time.Time
}

// Buffers: one is being decoded, one waits, and the driver fills the others.
const buffers, leastBuffers = 5, 3

// Open starts a camera. Errors wrap transport.ErrNoDevice, ErrPermission, ErrBusy, or ErrFormat of
// this package where it is one of these.
func Open(opt Options) (*Capture, error) {
	if err := opt.fill(); err != nil {
		return nil, err
	}
	if opt.Path == "" {
		found, err := Devices()
		if err != nil {
			return nil, err
		}
		if opt.Path, err = choose(found); err != nil {
			return nil, err
		}
	}
	n, err := openNode(opt.Path)
	if err != nil {
		return nil, failure("open", opt.Path, err)
	}
	return newCapture(n, opt)
}

// newCapture starts the camera behind k, which it closes if that fails.
func newCapture(k kernel, opt Options) (*Capture, error) {
	c := &Capture{path: opt.Path, opt: opt, kernel: k, fresh: opt.Clock.NewSignal(), gone: make(chan struct{})}
	err := c.start()
	if err != nil {
		c.release()
		k.close()
		return nil, err
	}
	go c.pump()
	return c, nil
}

func (c *Capture) start() (err error) {
	if _, err = ask(c.path, c.kernel); err != nil {
		return err
	}
	if c.decoder, err = setUp(c.path, c.kernel, &c.opt); err != nil {
		return err
	}
	r := request{count: buffers, kind: kindCapture, memory: memoryMap}
	if err := c.kernel.ioctl(ioctlRequest, unsafe.Pointer(&r)); err != nil {
		return failure("get buffers of", c.path, err)
	}
	if r.count < leastBuffers {
		return &transport.Error{Op: "open", Name: c.path, Kind: ErrFormat,
			Cause: fmt.Errorf("%d buffers, want at least %d", r.count, leastBuffers)}
	}
	for i := range r.count {
		b := buffer{index: i, kind: kindCapture, memory: memoryMap}
		if err := c.kernel.ioctl(ioctlQueryBuffer, unsafe.Pointer(&b)); err != nil {
			return failure("get buffers of", c.path, err)
		}
		memory, err := c.kernel.mmap(int64(b.offset&0xffffffff), int(b.length)) // the union's u32
		if err != nil {
			return failure("map buffers of", c.path, err)
		}
		c.memory = append(c.memory, memory)
		if err := c.queue(i); err != nil {
			return failure("queue buffers of", c.path, err)
		}
	}
	kind := int32(kindCapture)
	if err := c.kernel.ioctl(ioctlStart, unsafe.Pointer(&kind)); err != nil {
		return failure("start", c.path, err)
	}
	return nil
}

// queue gives a buffer to the driver.
func (c *Capture) queue(index uint32) error {
	b := buffer{index: index, kind: kindCapture, memory: memoryMap}
	return c.kernel.ioctl(ioctlQueue, unsafe.Pointer(&b))
}

// release stops the stream and gives its buffers back. Errors do not matter: closing the node does
// the same.
func (c *Capture) release() {
	kind := int32(kindCapture)
	c.kernel.ioctl(ioctlStop, unsafe.Pointer(&kind))
	for _, m := range c.memory {
		c.kernel.munmap(m)
	}
	c.memory = nil
}

// pump takes every picture off the driver until the camera is closed or gone.
func (c *Capture) pump() {
	defer close(c.gone)
	for {
		woken, broken, err := c.kernel.wait()
		if woken {
			return
		}
		b := buffer{kind: kindCapture, memory: memoryMap}
		if err == nil {
			err = c.kernel.ioctl(ioctlDequeue, unsafe.Pointer(&b))
		}
		if errors.Is(err, unix.EAGAIN) {
			if !broken {
				continue
			}
			err = unix.EIO
		}
		if err == nil {
			err = c.offer(&b)
		}
		if err != nil {
			c.fail(err)
			return
		}
	}
}

// offer makes a picture the latest; the one before goes back to the driver.
func (c *Capture) offer(b *buffer) error {
	if int(b.index) >= len(c.memory) || int(b.used) > len(c.memory[b.index]) {
		return fmt.Errorf("the driver says buffer %d has %d bytes: %w", b.index, b.used, unix.EIO)
	}
	p := picture{index: b.index, used: int(b.used), at: c.opt.Clock.Now()}
	if b.flags&bufferClock == bufferMonotonic {
		taken := time.Duration(b.seconds)*time.Second + time.Duration(b.microseconds)*time.Microsecond
		p.at = p.at.Add(-max(0, c.kernel.monotonic()-taken)) // some drivers stamp a little ahead
	}
	c.mu.Lock()
	if missed := b.sequence - c.sequence - 1; c.stats.Pictures+c.stats.Failed > 0 && missed < 1<<31 {
		c.stats.Missed += int(missed)
	}
	c.sequence = b.sequence
	back, give := p.index, true
	if b.flags&bufferFailed != 0 {
		c.stats.Failed++
	} else {
		c.stats.Pictures++
		back, give = c.latest.index, c.has
		c.latest, c.has = p, true
	}
	c.mu.Unlock()
	c.fresh.Raise()
	if give {
		return c.queue(back)
	}
	return nil
}

// fail notes why no more pictures come. Drivers say EINVAL or EIO at first when the camera was
// unplugged: the next question tells.
func (c *Capture) fail(err error) {
	var about capability
	if again := c.kernel.ioctl(ioctlCapability, unsafe.Pointer(&about)); errors.Is(again, unix.ENODEV) {
		err = again
	}
	c.mu.Lock()
	c.failed = failure("picture", c.path, err)
	c.mu.Unlock()
	c.fresh.Raise()
}

// take returns the latest picture if it is new enough. Who gets one must queue its buffer again.
func (c *Capture) take() (p picture, ok bool, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.closing:
		return p, false, &transport.Error{Op: "picture", Name: c.path, Kind: transport.ErrClosed}
	case c.failed != nil:
		return p, false, c.failed
	case !c.has || c.opt.Clock.Now().Sub(c.latest.at) > c.opt.MaxAge:
		return p, false, nil
	}
	c.has = false
	return c.latest, true, nil
}

// Frame is described at Camera.
func (c *Capture) Frame(dst []uint8) (time.Duration, error) {
	if err := checkBuffer(dst); err != nil {
		return 0, err
	}
	c.frame.Lock()
	defer c.frame.Unlock()
	until := c.opt.Clock.Now().Add(c.opt.Timeout)
	var bad error
	for {
		seen := c.fresh.Count()
		p, ok, err := c.take()
		if err != nil {
			return 0, err
		}
		if ok {
			err = c.decoder.decode(dst, c.memory[p.index][:p.used])
			if again := c.queue(p.index); again != nil {
				c.fail(again)
			}
			if err == nil {
				if frozen := c.same.note(dst, p.at); frozen != nil {
					return 0, &transport.Error{Op: "picture", Name: c.path, Kind: ErrStale, Cause: frozen}
				}
				return p.at.Sub(clock.Epoch), nil
			}
			bad = err
			c.mu.Lock()
			c.stats.Bad++
			c.mu.Unlock()
		}
		if err := c.opt.Clock.Wait(context.Background(), c.fresh, seen, until); err != nil ||
			!c.opt.Clock.Now().Before(until) {
			return 0, &transport.Error{Op: "picture", Name: c.path, Kind: ErrStale, Cause: bad}
		}
	}
}

// View is described at Viewer.
func (c *Capture) View() string {
	d, r := c.decoder, c.decoder.crop
	return fmt.Sprintf("%dx%d, crop %d,%d,%d,%d", d.width, d.height, r.Min.X, r.Min.Y, r.Max.X, r.Max.Y)
}

// Stats returns the counters.
func (c *Capture) Stats() Stats {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.stats
}

// Close is described at Camera.
func (c *Capture) Close() error {
	c.once.Do(func() {
		c.mu.Lock()
		c.closing = true
		c.mu.Unlock()
		c.fresh.Raise()
		c.kernel.wake()
		<-c.gone
		c.frame.Lock() // no Frame reads the buffers any more
		defer c.frame.Unlock()
		c.release()
		if err := c.kernel.close(); err != nil {
			c.result = failure("close", c.path, err)
		}
	})
	return c.result
}
