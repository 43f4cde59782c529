//go:build linux && (amd64 || arm64)

package testusb

import (
	"bytes"
	"errors"
	"image"
	"image/color"
	"image/jpeg"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"colonnade/jaco/camera"
	"colonnade/jaco/clock"
	"colonnade/jaco/transport"
)

// awaitCamera waits for a camera whose name has a word in it.
func awaitCamera(t *testing.T, word string) (path string) {
	t.Helper()
	onlyGuest(t)
	for end := time.Now().Add(patience); ; time.Sleep(20 * time.Millisecond) {
		found, err := camera.Devices()
		for _, d := range found {
			if strings.Contains(d.Name, word) {
				return d.Path
			}
		}
		if time.Now().After(end) {
			t.Fatalf("there are cameras %v, %v, and none called %s", found, err, word)
		}
	}
}

// openCamera opens one with the patience that an emulated processor needs.
func openCamera(t *testing.T, opt camera.Options) *camera.Capture {
	t.Helper()
	opt.MaxAge, opt.Timeout = 5*time.Second, patience
	c, err := camera.Open(opt)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

// pixel compares a pixel of a picture with a colour.
func pixel(t *testing.T, picture []uint8, x, y int, want [3]uint8, tolerance int) {
	t.Helper()
	got := picture[3*(y*camera.Side+x):][:3]
	for i := range got {
		if d := int(got[i]) - int(want[i]); d < -tolerance || d > tolerance {
			t.Errorf("pixel %d, %d is %v, want %v", x, y, got, want)
			return
		}
	}
}

// frames takes some pictures and checks that their times make sense.
func frames(t *testing.T, c *camera.Capture, n int) (last []uint8) {
	t.Helper()
	last = make([]uint8, camera.FrameSize)
	before, began := time.Duration(0), time.Now()
	oldest := time.Duration(0)
	for range n {
		at, err := c.Frame(last)
		if err != nil {
			t.Fatal(err)
		}
		age := time.Since(clock.Epoch.Add(at))
		if at <= before || age < 0 || age > 5*time.Second {
			t.Fatalf("a picture of %v after one of %v, %v old", at, before, age)
		}
		before, oldest = at, max(oldest, age)
	}
	t.Logf("measured: %.1f pictures/s, at most %v old when they can be used; %+v",
		float64(n)/time.Since(began).Seconds(), oldest, c.Stats())
	return last
}

// The kernel's virtual camera shows bars of 75 % colour, and they come out as they should.
func TestGuestVivid(t *testing.T) {
	path := awaitCamera(t, "vivid")
	c := openCamera(t, camera.Options{Path: path, Width: 640, Height: 360, Pixels: camera.YUYV, Rate: 25,
		Crop: image.Rect(0, 0, 640, 360)})
	picture := frames(t, c, 20)
	const full = 191
	for i, want := range [][3]uint8{
		{full, full, full}, {full, full, 0}, {0, full, full}, {0, full, 0}, {full, 0, full}, {full, 0, 0},
		{0, 0, full}, {0, 0, 0},
	} {
		pixel(t, picture, 8*i+4, 56, want, 4)
	}
	if _, err := camera.Open(camera.Options{Path: path}); !errors.Is(err, transport.ErrBusy) {
		t.Errorf("a second program gets %v", err)
	}
	if err := c.Close(); err != nil {
		t.Error(err)
	}
	c = openCamera(t, camera.Options{Path: path}) // it is free again
	frames(t, c, 2)
	c.Close()
	for what, opt := range map[string]camera.Options{
		"format": {Path: path, Pixels: camera.MJPEG}, "size": {Path: path, Width: 1000, Height: 1000},
		"rate": {Path: path, Rate: 77},
	} {
		if _, err := camera.Open(opt); !errors.Is(err, camera.ErrFormat) {
			t.Errorf("another %s: %v", what, err)
		}
	}
}

// Somebody who may not use the camera reads what to do about it.
func TestGuestCameraPermission(t *testing.T) {
	path := awaitCamera(t, "vivid")
	somebody := exec.Command("/init", "-guest", "-test.run", "^TestHelperCamera$", "-test.v")
	somebody.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 1000, Gid: 1000}}
	somebody.Env = []string{"TEST_USB_CAMERA=" + path}
	if said, err := somebody.CombinedOutput(); err != nil || !bytes.Contains(said, []byte("group video")) {
		t.Errorf("%v\n%s", err, said)
	}
}

// TestHelperCamera is what TestGuestCameraPermission runs as somebody else.
func TestHelperCamera(t *testing.T) {
	path := os.Getenv("TEST_USB_CAMERA")
	if path == "" {
		t.Skip("is run by TestGuestCameraPermission")
	}
	_, err := camera.Open(camera.Options{Path: path})
	if !errors.Is(err, transport.ErrPermission) {
		t.Fatalf("open gave %v", err)
	}
	t.Log(err)
}

// shots returns the webcam's pictures: red at the left, blue at the right, and a corner that
// changes as by noise.
func shots() func(mjpeg bool) []byte {
	n := 0
	return func(mjpeg bool) []byte {
		n++
		noise := uint8(n % 2 * 60)
		if !mjpeg {
			half := bytes.Repeat([]byte{81, 90, 81, 240}, camWidth/4)
			p := bytes.Repeat(append(half, bytes.Repeat([]byte{41, 240, 41, 110}, camWidth/4)...), camHeight)
			for x := range corner {
				for y := range corner {
					p[2*(y*camWidth+camWidth/2+x)] += noise
				}
			}
			return p
		}
		p := image.NewRGBA(image.Rect(0, 0, camWidth, camHeight))
		for y := range camHeight {
			for x := range camWidth {
				p.SetRGBA(x, y, color.RGBA{R: 255, A: 255})
				if x >= camWidth/2 {
					p.SetRGBA(x, y, color.RGBA{B: 255, A: 255})
				}
				if x >= camWidth/2 && x < camWidth/2+corner && y < corner {
					p.SetRGBA(x, y, color.RGBA{G: noise, B: 255, A: 255})
				}
			}
		}
		var b bytes.Buffer
		jpeg.Encode(&b, p, nil)
		whole := b.Bytes()
		at := bytes.Index(whole, []byte{0xff, 0xc4}) // the Huffman tables, one segment: MJPEG does without
		length := 2 + int(whole[at+2])<<8 + int(whole[at+3])
		return append(whole[:at:at], whole[at+length:]...)
	}
}

// corner is a side of the part of the webcam's picture that changes, pixels.
const corner = 16

// A webcam behind the kernel's own driver: both formats, exposure by hand, a camera that hangs, and
// one that is unplugged.
func TestGuestWebcam(t *testing.T) {
	w := newWebcam(t, shots())
	path := awaitCamera(t, camName)
	for _, pixels := range []camera.Pixels{camera.YUYV, camera.MJPEG} {
		c := openCamera(t, camera.Options{Path: path, Width: camWidth, Height: camHeight, Pixels: pixels, Rate: 20,
			Exposure: 12300 * time.Microsecond})
		picture := frames(t, c, 10)
		pixel(t, picture, 16, 32, [3]uint8{255, 0, 0}, 4)
		pixel(t, picture, 48, 32, [3]uint8{0, 0, 255}, 4)
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	}
	if mode, exposure := w.setting(camExposureMode), w.setting(camExposure); mode != 1 || exposure != 123 {
		t.Errorf("exposure mode %d, %d x 100 µs", mode, exposure)
	}
	gain := 3
	if _, err := camera.Open(camera.Options{Path: path, Gain: &gain}); !errors.Is(err, camera.ErrFormat) {
		t.Errorf("a gain that it does not have: %v", err)
	}

	c, err := camera.Open(camera.Options{Path: path, MaxAge: 5 * time.Second, Timeout: 3 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	frames(t, c, 2)
	w.hang()
	dst := make([]uint8, camera.FrameSize)
	for err = nil; err == nil; { // those that were under way
		_, err = c.Frame(dst)
	}
	if !errors.Is(err, camera.ErrStale) {
		t.Errorf("a camera that hangs: %v", err)
	}
	ended := make(chan error)
	go func() {
		_, err := c.Frame(dst)
		ended <- err
	}()
	began := time.Now()
	w.unplug()
	if err := <-ended; !errors.Is(err, transport.ErrNoDevice) {
		t.Errorf("unplugged: %v", err)
	}
	t.Logf("measured: the camera's end was noticed after %v", time.Since(began))
	if err := c.Close(); err != nil {
		t.Error(err)
	}
}
