//go:build amd64 || arm64

package camera

import (
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"colonnade/jaco/clock"
	"colonnade/jaco/transport"
)

// begin starts a Capture of the fake, with patience for a busy machine.
func begin(t *testing.T, f *fake, change func(*Options)) *Capture {
	t.Helper()
	opt := Options{Path: "fake", MaxAge: time.Minute, Timeout: time.Minute}
	if change != nil {
		change(&opt)
	}
	if err := opt.fill(); err != nil {
		t.Fatal(err)
	}
	c, err := newCapture(f, opt)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
		if !f.closed || f.mapped != 0 {
			t.Errorf("after Close: closed %v, %d buffers mapped", f.closed, f.mapped)
		}
	})
	return c
}

// grey is a picture of the fake's.
func grey(level uint8) []byte { return uniform(32, 16, level, 128, 128) }

// until waits for what the pump does.
func until(t *testing.T, what string, done func() bool) {
	t.Helper()
	for end := time.Now().Add(time.Minute); !done(); time.Sleep(100 * time.Microsecond) {
		if time.Now().After(end) {
			t.Fatalf("in vain: %s", what)
		}
	}
}

func frame(t *testing.T, c *Capture) (level uint8, at time.Time) {
	t.Helper()
	dst := make([]uint8, FrameSize)
	when, err := c.Frame(dst)
	if err != nil {
		t.Fatal(err)
	}
	return dst[0], clock.Epoch.Add(when)
}

// Frame gives the newest picture and says when it was taken; all buffers go round for ever.
func TestNewestPicture(t *testing.T) {
	f := newFake()
	c := begin(t, f, nil)
	level := 0
	for range 20 {
		for range 1 + rand.IntN(12) { // often more than there are buffers
			level++
			until(t, "room for a picture", func() bool { return f.deliver(grey(uint8(level)), 30*time.Millisecond, 0) })
		}
		until(t, "the last picture", func() bool {
			c.mu.Lock()
			defer c.mu.Unlock()
			return c.stats.Pictures == level
		})
		now := time.Now()
		got, at := frame(t, c)
		if got != uint8(level) {
			t.Fatalf("picture %d, want the newest, %d", got, level)
		}
		if age := now.Sub(at); age < 30*time.Millisecond {
			t.Fatalf("its age is %v, want at least 30 ms", age)
		}
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.queued) != buffers {
		t.Errorf("the driver has %d of its %d buffers", len(f.queued), buffers)
	}
}

// No picture is seen twice, and none that is too old: Frame waits for another.
func TestStale(t *testing.T) {
	f := newFake()
	c := begin(t, f, func(o *Options) { o.Timeout = 5 * time.Millisecond; o.MaxAge = time.Second })
	dst := make([]uint8, FrameSize)
	if _, err := c.Frame(dst); !errors.Is(err, ErrStale) {
		t.Errorf("without a picture: %v", err)
	}
	f.deliver(grey(1), 2*time.Second, 0)
	if _, err := c.Frame(dst); !errors.Is(err, ErrStale) {
		t.Errorf("with an old picture: %v", err)
	}
	f.deliver(grey(2), 0, 0)
	until(t, "a new picture", func() bool { _, err := c.Frame(dst); return err == nil })
	if dst[0] != 2 {
		t.Errorf("picture %d, want 2", dst[0])
	}
	if _, err := c.Frame(dst); !errors.Is(err, ErrStale) {
		t.Errorf("the same picture again: %v", err)
	}
	if _, err := c.Frame(dst[:10]); err == nil {
		t.Error("a short buffer is taken")
	}
}

// Frame returns as soon as there is a picture.
func TestFrameWaits(t *testing.T) {
	f := newFake()
	c := begin(t, f, nil)
	got := make(chan uint8)
	go func() {
		dst := make([]uint8, FrameSize)
		c.Frame(dst)
		got <- dst[0]
	}()
	f.deliver(grey(9), 0, 0)
	if level := <-got; level != 9 {
		t.Errorf("picture %d, want 9", level)
	}
}

// Pictures that are damaged or cannot be decoded are left out and counted, and so are those that
// were missed.
func TestDamagedPictures(t *testing.T) {
	f := newFake()
	c := begin(t, f, nil)
	f.deliver(grey(1), 0, bufferFailed)
	until(t, "the damaged one", func() bool { return c.Stats().Failed == 1 })
	f.deliver(grey(2)[:100], 0, 0)
	until(t, "the short one", func() bool { return c.Stats().Pictures == 1 })
	f.mu.Lock()
	f.sequence += 4
	f.mu.Unlock()
	done := make(chan struct{})
	go func() {
		defer close(done)
		until(t, "the short one to be found bad", func() bool { return c.Stats().Bad == 1 })
		f.deliver(grey(3), 0, 0)
	}()
	if level, _ := frame(t, c); level != 3 {
		t.Errorf("picture %d, want 3", level)
	}
	<-done
	if s := c.Stats(); s != (Stats{Pictures: 2, Failed: 1, Bad: 1, Missed: 4}) {
		t.Errorf("%+v", s)
	}
	c.opt.Timeout = 5 * time.Millisecond
	f.deliver(grey(2)[:100], 0, 0)
	if _, err := c.Frame(make([]uint8, FrameSize)); !errors.Is(err, ErrStale) {
		t.Errorf("after nothing but a bad picture: %v", err)
	}
}

// Unplugged, a Frame that waits ends, whatever the driver says first; later ones fail at once.
func TestUnplug(t *testing.T) {
	for _, first := range []unix.Errno{unix.ENODEV, unix.EINVAL, unix.EIO, unix.EAGAIN} {
		f := newFake()
		c := begin(t, f, nil)
		ended := make(chan error)
		go func() {
			_, err := c.Frame(make([]uint8, FrameSize))
			ended <- err
		}()
		f.unplug(first)
		if err := <-ended; !errors.Is(err, transport.ErrNoDevice) {
			t.Errorf("%v: %v", first, err)
		}
		if _, err := c.Frame(make([]uint8, FrameSize)); !errors.Is(err, transport.ErrNoDevice) {
			t.Errorf("%v, again: %v", first, err)
		}
	}
}

// A driver that fails without being unplugged, or says nonsense, ends the camera, too.
func TestDriverFails(t *testing.T) {
	f := newFake()
	c := begin(t, f, nil)
	f.mu.Lock()
	f.refuse[ioctlDequeue] = unix.EIO
	f.mu.Unlock()
	f.deliver(grey(1), 0, 0)
	if _, err := c.Frame(make([]uint8, FrameSize)); !errors.Is(err, transport.ErrBus) || !errors.Is(err, unix.EIO) {
		t.Errorf("EIO: %v", err)
	}
	f = newFake()
	c = begin(t, f, nil)
	f.mu.Lock()
	f.done = append(f.done, buffer{index: 77})
	f.ready.Broadcast()
	f.mu.Unlock()
	if _, err := c.Frame(make([]uint8, FrameSize)); !errors.Is(err, unix.EIO) {
		t.Errorf("a buffer that there is not: %v", err)
	}
}

// Close may come at any time and any number of times.
func TestCloseUnderFrame(t *testing.T) {
	for range 20 {
		f := newFake()
		c := begin(t, f, nil)
		var all sync.WaitGroup
		for range 2 {
			all.Go(func() {
				for {
					if _, err := c.Frame(make([]uint8, FrameSize)); err != nil {
						if !errors.Is(err, transport.ErrClosed) {
							t.Errorf("closed under a Frame: %v", err)
						}
						return
					}
				}
			})
		}
		for range rand.IntN(5) {
			f.deliver(grey(1), 0, 0)
		}
		all.Go(func() { c.Close() })
		c.Close()
		all.Wait()
	}
}

// Close takes no buffer away from a Frame under way.
func TestCloseWaits(t *testing.T) {
	f := newFake()
	c := begin(t, f, nil)
	c.frame.Lock() // as a Frame that decodes does
	closed := make(chan error)
	go func() { closed <- c.Close() }()
	<-c.gone
	time.Sleep(20 * time.Millisecond) // for Close to go on if it does not wait; without, the test is weaker, not wrong
	f.mu.Lock()
	if f.mapped != buffers || f.closed {
		t.Errorf("under a Frame %d of %d buffers are mapped, closed %v", f.mapped, buffers, f.closed)
	}
	f.mu.Unlock()
	c.frame.Unlock()
	if err := <-closed; err != nil {
		t.Error(err)
	}
}

func TestOptions(t *testing.T) {
	number := func(n int) *int { return &n }
	f := newFake()
	begin(t, f, func(o *Options) {
		o.Width, o.Height, o.Pixels, o.Rate = 32, 16, MJPEG, 30
		o.Exposure, o.WhiteBalance, o.Gain, o.Focus = 20*time.Millisecond, 4600, number(7), number(9)
	})
	want := map[uint32]int32{exposureMode: 1, exposureTime: 200, whiteAuto: 0, whiteKelvin: 4600, gain: 7, focusAuto: 0,
		focus: 9}
	for id, v := range want {
		if f.controls[id] != v {
			t.Errorf("control %#x is %d, want %d", id, f.controls[id], v)
		}
	}
	for name, c := range map[string]struct {
		option func(*Options)
		fake   func(*fake)
		want   error
	}{
		"size": {func(o *Options) { o.Width, o.Height = 640, 480 }, nil, ErrFormat},
		"format": {func(o *Options) { o.Pixels = YUYV }, func(f *fake) { f.formats = f.formats[:1] },
			ErrFormat},
		"no format": {nil, func(f *fake) { f.formats = []Pixels{1} }, ErrFormat},
		"rate":      {func(o *Options) { o.Rate = 60 }, nil, ErrFormat},
		"no exposure": {func(o *Options) { o.Exposure = time.Millisecond },
			func(f *fake) { delete(f.controls, exposureTime) }, ErrFormat},
		"exposure, rounded": {func(o *Options) { o.Exposure = time.Millisecond },
			func(f *fake) { f.rounds[exposureTime] = 12 }, ErrFormat},
		"controls are gone": {func(o *Options) { o.Gain = number(1) },
			func(f *fake) { f.refuse[ioctlSetControl] = unix.ENODEV }, transport.ErrNoDevice},
		"others record":      {nil, func(f *fake) { f.refuse[ioctlSetPriority] = unix.EBUSY }, transport.ErrBusy},
		"others stream":      {nil, func(f *fake) { f.refuse[ioctlRequest] = unix.EBUSY }, transport.ErrBusy},
		"others began first": {nil, func(f *fake) { f.refuse[ioctlStart] = unix.EBUSY }, transport.ErrBusy},
		"a rate refused": {func(o *Options) { o.Rate = 30 }, func(f *fake) { f.refuse[ioctlSetRate] = unix.EINVAL },
			transport.ErrBus},
		"no room on the bus": {nil, func(f *fake) { f.refuse[ioctlStart] = unix.ENOSPC }, ErrRoom},
		"few buffers":        {nil, func(f *fake) { f.count = 2 }, ErrFormat},
		"no camera":          {nil, func(f *fake) { f.refuse[ioctlCapability] = unix.ENOTTY }, ErrFormat},
		"unplugged":          {nil, func(f *fake) { f.refuse[ioctlSetFormat] = unix.ENODEV }, transport.ErrNoDevice},
	} {
		f := newFake()
		opt := Options{Path: "fake"}
		if c.option != nil {
			c.option(&opt)
		}
		if c.fake != nil {
			c.fake(f)
		}
		if err := opt.fill(); err != nil {
			t.Fatal(err)
		}
		if _, err := newCapture(f, opt); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
		if !f.closed || f.mapped != 0 {
			t.Errorf("%s: closed %v, %d buffers mapped", name, f.closed, f.mapped)
		}
	}
	// What some drivers lack is no fault where it was not asked for.
	for _, errno := range []unix.Errno{unix.ENOTTY, unix.EINVAL} {
		f = newFake()
		f.refuse[ioctlSetPriority], f.refuse[ioctlSetRate] = errno, errno
		begin(t, f, nil)
	}

	for _, bad := range []Options{
		{Width: 640}, {Width: -1, Height: -1}, {Width: 1 << 20, Height: 1}, {Pixels: 1}, {Rate: -1},
		{Exposure: time.Microsecond}, {Timeout: -1},
	} {
		if _, err := Open(bad); err == nil || !strings.HasPrefix(err.Error(), "camera: ") {
			t.Errorf("%+v: %v", bad, err)
		}
	}
}

func TestOpenWhatIsNoCamera(t *testing.T) {
	dir := t.TempDir()
	if _, err := Open(Options{Path: filepath.Join(dir, "none")}); !errors.Is(err, transport.ErrNoDevice) {
		t.Errorf("no file: %v", err)
	}
	path := filepath.Join(dir, "file")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(Options{Path: path}); !errors.Is(err, ErrFormat) {
		t.Errorf("a file: %v", err)
	}
	if _, err := choose(nil); !errors.Is(err, transport.ErrNoDevice) {
		t.Errorf("no camera at all: %v", err)
	}
	two := []Device{{Path: "/dev/video0", Name: "one"}, {Path: "/dev/video2"}}
	if _, err := choose(two); err == nil || !strings.Contains(err.Error(), "/dev/video0 one, /dev/video2") {
		t.Errorf("two cameras: %v", err)
	}
	if got, err := choose(two[:1]); got != "/dev/video0" || err != nil {
		t.Errorf("one camera: %q, %v", got, err)
	}
	if err := failure("open", "x", unix.EACCES); !errors.Is(err, transport.ErrPermission) ||
		!strings.Contains(err.Error(), "group video") {
		t.Error(err)
	}
}
