//go:build linux

package testusb

import (
	"encoding/binary"
	"io"
	"net"
	"slices"
	"sync"
	"syscall"
	"testing"
	"time"
)

// webcam is an emulated camera of the USB video class (UVC 1.0), 320x240 pixels, 20 a second, YUY2
// and MJPEG, with a bulk endpoint. It speaks USB/IP to the kernel: all but the eight bytes of a
// control request is big-endian.
type webcam struct {
	conn net.Conn

	mu       sync.Mutex // guards what follows, and writes
	pending  []bulk     // transfers that wait for a part of a picture
	probe    [26]byte   // the negotiated stream
	settings map[uint16][]byte
	picture  func(mjpeg bool) []byte // nil: the camera hangs; an empty picture is not sent
	rest     []byte                  // of the picture under way
	parity   byte                    // of the picture under way
	closed   bool
}

// bulk is a transfer to the host.
type bulk struct {
	sequence uint32
	length   int
}

const (
	camWidth, camHeight = 320, 240
	camPeriod           = 50 * time.Millisecond
	camPayload          = 16384 // bytes in one transfer
	camHeader           = 2     // of them the header

	formatYUY2, formatMJPEG = 1, 2
	maxPicture              = 2 * camWidth * camHeight
)

// Controls that the webcam has: unit<<8 | selector, as a request names them.
const (
	camExposureMode = 1<<8 | 2 // a bit: 1 by hand, 8 automatic
	camExposure     = 1<<8 | 4 // 100 µs
	camBrightness   = 2<<8 | 2
)

// Requests of the class.
const (
	uvcSet  = 0x01
	uvcGet  = 0x81
	uvcMin  = 0x82
	uvcMax  = 0x83
	uvcStep = 0x84
	uvcLen  = 0x85
	uvcInfo = 0x86
	uvcDef  = 0x87
)

// camRanges has least, most, step and default of the controls.
var camRanges = map[uint16][4][]byte{
	camExposureMode: {{1}, {8}, {1 | 8}, {8}},
	camExposure:     {{1, 0, 0, 0}, {0x10, 0x27, 0, 0}, {1, 0, 0, 0}, {100, 0, 0, 0}},
	camBrightness:   {{0, 0}, {255, 0}, {1, 0}, {128, 0}},
}

// newWebcam plugs a webcam into the kernel's virtual host controller.
func newWebcam(t *testing.T, picture func(mjpeg bool) []byte) *webcam {
	t.Helper()
	onlyGuest(t)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	kernel, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer kernel.Close() // the kernel has its own reference
	w := &webcam{picture: picture, settings: map[uint16][]byte{}}
	if w.conn, err = l.Accept(); err != nil {
		t.Fatal(err)
	}
	for id, r := range camRanges {
		w.settings[id] = r[3]
	}
	w.probe[2], w.probe[3] = formatYUY2, 1
	var all sync.WaitGroup
	all.Go(w.serve)
	all.Go(w.shoot)
	t.Cleanup(func() { w.unplug(); all.Wait() })
	const highSpeed = 3
	if err := giveToKernel(kernel.(syscall.Conn), highSpeed); err != nil {
		t.Fatal(err)
	}
	return w
}

// unplug pulls the cable.
func (w *webcam) unplug() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.closed = true
	w.conn.Close()
}

// setting returns a control's value.
func (w *webcam) setting(id uint16) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	var p [4]byte
	copy(p[:], w.settings[id])
	return int(binary.LittleEndian.Uint32(p[:]))
}

// hang stops the pictures.
func (w *webcam) hang() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.picture = nil
}

// shoot takes a picture in each period.
func (w *webcam) shoot() {
	for ; ; time.Sleep(camPeriod) {
		w.mu.Lock()
		if w.closed {
			w.mu.Unlock()
			return
		}
		if len(w.rest) == 0 && len(w.pending) > 0 && w.picture != nil {
			if w.rest = w.picture(w.probe[2] == formatMJPEG); len(w.rest) > 0 {
				w.parity ^= 1
				w.send()
			}
		}
		w.mu.Unlock()
	}
}

// send fills waiting transfers with the picture under way. w.mu is held.
func (w *webcam) send() {
	for len(w.pending) > 0 && len(w.rest) > 0 {
		part := w.rest[:min(len(w.rest), min(w.pending[0].length, camPayload)-camHeader)]
		w.rest = w.rest[len(part):]
		head := 0x80 | w.parity
		if len(w.rest) == 0 {
			head |= 2 // the picture ends
		}
		w.answer(w.pending[0].sequence, 0, append([]byte{camHeader, head}, part...), 0)
		w.pending = w.pending[1:]
	}
}

// answer ends a transfer. taken counts the bytes that went to the camera. w.mu is held.
func (w *webcam) answer(sequence uint32, status int32, data []byte, taken int) {
	h := make([]byte, 48, 48+len(data))
	binary.BigEndian.PutUint32(h[0:], 3)
	binary.BigEndian.PutUint32(h[4:], sequence)
	binary.BigEndian.PutUint32(h[20:], uint32(status))
	binary.BigEndian.PutUint32(h[24:], uint32(len(data)+taken))
	w.conn.Write(append(h, data...))
}

// serve takes what the kernel sends until the cable is pulled.
func (w *webcam) serve() {
	var h [48]byte
	for {
		if _, err := io.ReadFull(w.conn, h[:]); err != nil {
			return
		}
		u32 := func(at int) uint32 { return binary.BigEndian.Uint32(h[at:]) }
		var data []byte
		if u32(0) == 1 && u32(12) == 0 {
			data = make([]byte, min(u32(24), 4096))
			if _, err := io.ReadFull(w.conn, data); err != nil {
				return
			}
		}
		w.mu.Lock()
		switch {
		case u32(0) == 2:
			w.unlink(u32(4), u32(20))
		case u32(16) == 1:
			w.pending = append(w.pending, bulk{u32(4), int(u32(24))})
			w.send()
		default:
			reply, ok := w.control([8]byte(h[40:]), data)
			if !ok {
				w.answer(u32(4), -int32(syscall.EPIPE), nil, 0)
			} else {
				w.answer(u32(4), 0, reply, len(data))
			}
		}
		w.mu.Unlock()
	}
}

// unlink takes a waiting transfer back. w.mu is held.
func (w *webcam) unlink(sequence, victim uint32) {
	h := make([]byte, 48)
	binary.BigEndian.PutUint32(h[0:], 4)
	binary.BigEndian.PutUint32(h[4:], sequence)
	if i := slices.IndexFunc(w.pending, func(b bulk) bool { return b.sequence == victim }); i >= 0 {
		w.pending = slices.Delete(w.pending, i, i+1)
		w.rest = nil
		reset := -int32(syscall.ECONNRESET)
		binary.BigEndian.PutUint32(h[20:], uint32(reset))
	}
	w.conn.Write(h)
}

// control answers a control request; ok is false for a stall. w.mu is held.
func (w *webcam) control(setup [8]byte, data []byte) (reply []byte, ok bool) {
	value, index := binary.LittleEndian.Uint16(setup[2:]), binary.LittleEndian.Uint16(setup[4:])
	length := int(binary.LittleEndian.Uint16(setup[6:]))
	switch setup[0] {
	case 0x80: // standard, of the device
		if setup[1] == 6 {
			reply = camDescriptor(uint8(value>>8), uint8(value))
		}
	case 0x00, 0x01, 0x02: // SET_CONFIGURATION, SET_INTERFACE, CLEAR_FEATURE: nothing to do
		return nil, true
	case 0x21, 0xa1: // of the class
		if index == 1 {
			reply, ok = w.stream(setup[1], data)
		} else {
			reply, ok = w.unit(setup[1], index&0xff00|value>>8, data)
		}
		if !ok {
			return nil, false
		}
		return reply[:min(len(reply), length)], true
	}
	return reply[:min(len(reply), length)], reply != nil
}

// stream answers requests about the stream: VS_PROBE and VS_COMMIT. w.mu is held.
func (w *webcam) stream(request uint8, data []byte) ([]byte, bool) {
	switch request {
	case uvcSet:
		if len(data) < len(w.probe) || data[2] < formatYUY2 || data[2] > formatMJPEG {
			return nil, false
		}
		copy(w.probe[:], data)
		w.rest = nil // of another stream's picture
		return nil, true
	case uvcLen:
		return []byte{byte(len(w.probe)), 0}, true
	case uvcInfo:
		return []byte{3}, true
	}
	p := w.probe
	binary.LittleEndian.PutUint32(p[4:], uint32(camPeriod/(100*time.Nanosecond)))
	binary.LittleEndian.PutUint32(p[18:], maxPicture)
	binary.LittleEndian.PutUint32(p[22:], camPayload)
	return p[:], true
}

// unit answers requests about a control. w.mu is held.
func (w *webcam) unit(request uint8, id uint16, data []byte) ([]byte, bool) {
	r, ok := camRanges[id]
	if !ok {
		return nil, false
	}
	switch request {
	case uvcSet:
		w.settings[id] = slices.Clone(data)
		return nil, true
	case uvcGet:
		return w.settings[id], true
	case uvcMin, uvcMax, uvcStep:
		return r[request-uvcMin], true
	case uvcDef:
		return r[3], true
	case uvcLen:
		return []byte{byte(len(r[0])), 0}, true
	case uvcInfo:
		return []byte{3}, true // can be read and set
	}
	return nil, false
}

const camName = "Emulated Camera"

func camDescriptor(kind, index uint8) []byte {
	switch kind {
	case 1:
		return []byte{18, 1, 0, 2, 0xef, 2, 1, 64, 0x09, 0x12, 0x01, 0, 0, 1, 0, 1, 0, 1}
	case 2:
		return camConfiguration()
	case 3:
		if index == 0 {
			return []byte{4, 3, 0x09, 0x04}
		}
		d := []byte{byte(2 + 2*len(camName)), 3}
		for _, c := range []byte(camName) {
			d = append(d, c, 0)
		}
		return d
	}
	return nil
}

func camConfiguration() []byte {
	control := slices.Concat(
		// camera terminal 1: exposure mode, exposure
		[]byte{18, 0x24, 2, 1, 0x01, 0x02, 0, 0, 0, 0, 0, 0, 0, 0, 3, 0x0a, 0, 0},
		[]byte{11, 0x24, 5, 2, 1, 0, 0, 2, 1, 0, 0}, // processing unit 2: brightness
		[]byte{9, 0x24, 3, 3, 0x01, 0x01, 0, 2, 0},  // output terminal 3
	)
	frame := func(subtype byte) []byte {
		f := []byte{30, 0x24, subtype, 1, 0, camWidth & 0xff, camWidth >> 8, camHeight & 0xff, camHeight >> 8}
		period := uint32(camPeriod / (100 * time.Nanosecond))
		rate := uint32(maxPicture * 8 * int64(time.Second/camPeriod))
		for _, v := range []uint32{rate, rate, maxPicture, period} {
			f = binary.LittleEndian.AppendUint32(f, v)
		}
		return binary.LittleEndian.AppendUint32(append(f, 1), period)
	}
	formats := slices.Concat(
		[]byte{27, 0x24, 4, formatYUY2, 1, 'Y', 'U', 'Y', '2', 0, 0, 0x10, 0, 0x80, 0, 0, 0xaa, 0, 0x38, 0x9b, 0x71, 16,
			1, 0, 0, 0, 0}, frame(5),
		[]byte{11, 0x24, 6, formatMJPEG, 1, 1, 1, 0, 0, 0, 0}, frame(7),
		[]byte{6, 0x24, 0x0d, 1, 1, 4}, // colours: BT.709's primaries, BT.601's matrix
	)
	const controlHead, streamHead = 13, 15
	total := func(n int) (byte, byte) { return byte(n), byte(n >> 8) }
	c0, c1 := total(controlHead + len(control))
	s0, s1 := total(streamHead + len(formats))
	all := slices.Concat(
		[]byte{9, 2, 0, 0, 2, 1, 0, 0x80, 250},
		[]byte{8, 0x0b, 0, 2, 0x0e, 3, 0, 0}, // interfaces 0 and 1 belong together
		[]byte{9, 4, 0, 0, 0, 0x0e, 1, 0, 0},
		[]byte{controlHead, 0x24, 1, 0, 1, c0, c1, 0x80, 0x8d, 0x5b, 0, 1, 1}, control,
		[]byte{9, 4, 1, 0, 1, 0x0e, 2, 0, 0},
		[]byte{streamHead, 0x24, 1, 2, s0, s1, 0x81, 0, 3, 0, 0, 0, 1, 0, 0}, formats,
		[]byte{7, 5, 0x81, 2, 0, 2, 0}, // bulk, 512 bytes
	)
	all[2], all[3] = total(len(all))
	return all
}
