package camera

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"time"

	"colonnade/jaco/clock"
)

// Side is the width and height of a picture, FrameSize the bytes of one: rows from the top,
// interleaved red, green, blue.
const (
	Side      = 64
	FrameSize = Side * Side * 3
)

// Camera takes pictures. It belongs to one goroutine, but for Close.
type Camera interface {
	// Frame writes a picture into dst, FrameSize bytes: rows from the top, interleaved red, green,
	// blue. at is when it was taken, by the camera's clock, counted from clock.Epoch. After an
	// error dst is undefined.
	Frame(dst []uint8) (at time.Duration, err error)

	// Close gives the camera free. It ends a Frame under way. Only the first call does anything.
	Close() error
}

// Viewer is a Camera that says which part of which pictures it hands out. A calibration holds for
// one view.
type Viewer interface {
	View() string // such as "640x480, crop 80,0,560,480"
}

// ViewOf returns the view of a camera; empty: it does not say.
func ViewOf(c Camera) string {
	if v, ok := c.(Viewer); ok {
		return v.View()
	}
	return ""
}

// What can go wrong, beside the errors of package transport.
var (
	ErrStale  = errors.New("no new picture in time")
	ErrFormat = errors.New("the camera does not have what was asked for")
	ErrRoom   = errors.New("the USB bus has no room for the camera's pictures")
	ErrFrame  = errors.New("a picture that cannot be decoded")
)

// checkBuffer reports a buffer of the wrong size.
func checkBuffer(dst []uint8) error {
	if len(dst) != FrameSize {
		return fmt.Errorf("camera: the buffer has %d bytes, want %d", len(dst), FrameSize)
	}
	return nil
}

// Options says which camera to use and how. The zero value takes the only camera there is, as it
// is.
type Options struct {
	Path string // of its node, such as /dev/video0; "": the only camera there is

	// Width and Height are the size of its pictures; both 0: what the camera has nearest to
	// 640x480. Pixels is their format; 0: YUYV if the camera has it, else MJPEG. Rate is how many
	// it takes a second; 0: about 30. What is given is had, or Open fails.
	Width, Height int
	Pixels        Pixels
	Rate          int

	// Crop is the part that becomes the 64x64 pixels; empty: the largest square in the middle.
	Crop image.Rectangle

	// What the camera would otherwise choose by itself, and so change while a policy looks:
	// Exposure (in steps of 100 µs) and WhiteBalance (K) are fixed if they are not 0, Gain and
	// Focus (in the camera's own units) if they are not nil. A camera that has no such control
	// fails to open.
	Exposure     time.Duration
	WhiteBalance int
	Gain, Focus  *int

	MaxAge  time.Duration // of a picture that Frame returns; 0: 100 ms
	Timeout time.Duration // how long Frame waits for one; 0: 500 ms

	Clock clock.Clock // in whose time Frame says when; nil: clock.Real(), and no other makes sense before a real camera
}

// fill sets what was left out, and reports what makes no sense.
func (o *Options) fill() error {
	switch {
	case o.Width < 0 || o.Height < 0 || o.Width > maxSide || o.Height > maxSide || (o.Width == 0) != (o.Height == 0):
		return fmt.Errorf("camera: pictures of %dx%d: want both sides, 1 to %d, or neither", o.Width, o.Height, maxSide)
	case o.Pixels != 0 && o.Pixels != YUYV && o.Pixels != MJPEG:
		return fmt.Errorf("camera: pictures in the format %v, want %v or %v", o.Pixels, YUYV, MJPEG)
	case o.Rate < 0 || o.Exposure < 0 || o.WhiteBalance < 0 || o.MaxAge < 0 || o.Timeout < 0:
		return fmt.Errorf("camera: rate, exposure, white balance and times must not be below 0")
	case o.Exposure%exposureUnit != 0:
		return fmt.Errorf("camera: an exposure of %v, want a multiple of %v", o.Exposure, exposureUnit)
	}
	if o.MaxAge == 0 {
		o.MaxAge = 100 * time.Millisecond
	}
	if o.Timeout == 0 {
		o.Timeout = 500 * time.Millisecond
	}
	if o.Clock == nil {
		o.Clock = clock.Real()
	}
	return nil
}

// exposureUnit is that of the control for the time of exposure.
const exposureUnit = 100 * time.Microsecond

// Device is a camera that could be opened.
type Device struct {
	Path string // of its node
	Name string // as its driver calls it
}

// Stats counts what came from a camera.
type Stats struct {
	Pictures int // that the driver delivered whole
	Failed   int // that it marked as damaged
	Bad      int // that Frame could not decode
	Missed   int // that the driver had no room for, by their numbers
}

// A camera that hangs may hand out its last picture again and again, with fresh times. A sensor has
// noise: of the 12,288 values of a picture, each the mean of dozens of its pixels, some differ from
// one picture to the next however little noise is left. A bridge may repeat each picture of a slow
// sensor, down to five a second: that is why the same picture is believed for a while, as long as
// Frame waits for one that does not come.
const (
	frozenFor   = 500 * time.Millisecond
	frozenLeast = 5 // pictures: one that is looked at now and then is no proof
)

// What the same picture again and again comes from.
var (
	errFrozen = errors.New("the very same picture again and again, though a sensor has noise: the camera hangs")
	errBlank  = errors.New("all pictures are of one colour, without any noise: is the lens covered, the room dark, " +
		"or everything too bright?")
)

// repeats counts how often the very same picture came.
type repeats struct {
	picture [FrameSize]uint8
	first   time.Time // when it was taken first
	count   int       // pictures in a row; 0: there was none yet
}

// note takes a picture into account, taken at a time, and returns why it is not believed, or nil.
func (r *repeats) note(frame []uint8, at time.Time) error {
	if r.count == 0 || !bytes.Equal(frame, r.picture[:]) {
		copy(r.picture[:], frame)
		r.first, r.count = at, 1
		return nil
	}
	if r.count++; r.count < frozenLeast || at.Sub(r.first) < frozenFor {
		return nil
	}
	if bytes.Equal(frame[3:], frame[:len(frame)-3]) {
		return errBlank
	}
	return errFrozen
}
