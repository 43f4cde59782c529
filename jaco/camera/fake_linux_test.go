//go:build amd64 || arm64

package camera

import (
	"slices"
	"sync"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// fake is a kernel with a camera of 32x16 pixels, YUYV and MJPEG, as drivers were seen to behave.
type fake struct {
	mu       sync.Mutex
	ready    *sync.Cond
	memory   [][]byte
	queued   []uint32 // buffers that the driver has, empty
	done     []buffer // full ones
	sequence uint32
	woken    bool
	closed   bool
	mapped   int
	gone     unix.Errno // of dequeue, once unplugged; then ENODEV
	controls map[uint32]int32
	refuse   map[uintptr]unix.Errno // ioctls that fail
	rounds   map[uint32]int32       // controls that take another value
	formats  []Pixels
	count    uint32
}

func newFake() *fake {
	f := &fake{
		controls: map[uint32]int32{exposureMode: 3, exposureTime: 0, whiteAuto: 1, whiteKelvin: 0, gain: 0, focusAuto: 1, focus: 0},
		refuse:   map[uintptr]unix.Errno{}, rounds: map[uint32]int32{}, formats: []Pixels{MJPEG, YUYV}, count: buffers,
	}
	f.ready = sync.NewCond(&f.mu)
	return f
}

func (f *fake) ioctl(number uintptr, argument unsafe.Pointer) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if errno := f.refuse[number]; errno != 0 {
		return errno
	}
	if f.gone != 0 && number != ioctlDequeue {
		return unix.ENODEV
	}
	switch number {
	case ioctlCapability:
		c := (*capability)(argument)
		c.all, c.node = hasNode, canCapture|canStream
		copy(c.card[:], "fake camera")
	case ioctlFormats:
		e := (*formatEntry)(argument)
		if int(e.index) >= len(f.formats) {
			return unix.EINVAL
		}
		e.pixels = uint32(f.formats[e.index])
	case ioctlSetFormat:
		p := (*format)(argument)
		p.width, p.height, p.bytesPerLine, p.size, p.quantization = 32, 16, 64, 4096, quantizeFull
		if !slices.Contains(f.formats, Pixels(p.pixels)) {
			p.pixels = uint32(f.formats[0])
		}
	case ioctlSetRate:
		r := (*rate)(argument)
		r.numerator, r.denominator = 1, 30
	case ioctlRequest:
		(*request)(argument).count = f.count
		f.memory = make([][]byte, f.count)
		for i := range f.memory {
			f.memory[i] = make([]byte, 4096)
		}
	case ioctlQueryBuffer:
		b := (*buffer)(argument)
		b.offset, b.length = uint64(b.index)*4096|0xabcd<<32, 4096
	case ioctlQueue:
		f.queued = append(f.queued, (*buffer)(argument).index)
	case ioctlDequeue:
		if f.gone != 0 {
			return f.gone
		}
		if len(f.done) == 0 {
			return unix.EAGAIN
		}
		*(*buffer)(argument), f.done = f.done[0], f.done[1:]
	case ioctlSetControl:
		v := (*value)(argument)
		if _, ok := f.controls[v.id]; !ok {
			return unix.EINVAL
		}
		f.controls[v.id] = v.value
		if other, ok := f.rounds[v.id]; ok {
			f.controls[v.id] = other
		}
	case ioctlGetControl:
		v := (*value)(argument)
		v.value = f.controls[v.id]
	case ioctlStart, ioctlStop, ioctlSetPriority:
	default:
		return unix.ENOTTY
	}
	return nil
}

// deliver is a picture that the camera took some time ago. It reports whether the driver had room.
func (f *fake) deliver(data []byte, age time.Duration, flags uint32) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.sequence++
	if len(f.queued) == 0 {
		return false
	}
	index := f.queued[0]
	f.queued = f.queued[1:]
	copy(f.memory[index], data)
	taken := f.monotonic() - age
	f.done = append(f.done, buffer{
		index: index, used: uint32(len(data)), flags: flags | bufferMonotonic, sequence: f.sequence,
		seconds: int64(taken / time.Second), microseconds: int64(taken % time.Second / time.Microsecond),
	})
	f.ready.Broadcast()
	return true
}

func (f *fake) unplug(first unix.Errno) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.gone = first
	f.ready.Broadcast()
}

func (f *fake) mmap(offset int64, length int) ([]byte, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.mapped++
	return f.memory[offset/4096][:length], nil
}

func (f *fake) munmap(memory []byte) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.mapped--
	clear(memory) // whoever still reads it reads nonsense, and the race detector says so
	return nil
}

func (f *fake) wait() (woken, broken bool, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for len(f.done) == 0 && !f.woken && f.gone == 0 {
		f.ready.Wait()
	}
	return f.woken, f.gone != 0, nil
}

func (f *fake) wake() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.woken = true
	f.ready.Broadcast()
}

var started = time.Now()

func (f *fake) monotonic() time.Duration { return time.Hour + time.Since(started) }

func (f *fake) close() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.closed = true
	return nil
}
