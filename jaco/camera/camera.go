package camera

import (
	"errors"
	"fmt"
	"time"
)

// Side is the width and height of a picture, FrameSize the bytes of one: rows from the top, interleaved red, green, blue.
const (
	Side      = 64
	FrameSize = Side * Side * 3
)

// Camera takes pictures. It belongs to one goroutine, but for Close.
type Camera interface {
	// Frame writes a picture into dst, FrameSize bytes: rows from the top, interleaved red, green, blue. at is when
	// it was taken, by the camera's clock, counted from clock.Epoch. After an error dst is undefined.
	Frame(dst []uint8) (at time.Duration, err error)

	// Close gives the camera free. It ends a Frame under way. Only the first call does anything.
	Close() error
}

// Viewer is a Camera that says which part of which pictures it hands out. A calibration holds for one view.
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
