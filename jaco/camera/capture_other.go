//go:build !linux || (!amd64 && !arm64)

package camera

import (
	"time"

	"colonnade/jaco/transport"
)

// Capture is not possible on this system.
type Capture struct{}

var errUnsupported = &transport.Error{Op: "open", Name: "camera", Kind: transport.ErrUnsupported}

// Devices is not possible on this system.
func Devices() ([]Device, error) { return nil, errUnsupported }

// Open is not possible on this system.
func Open(Options) (*Capture, error) { return nil, errUnsupported }

// Frame always fails.
func (*Capture) Frame([]uint8) (time.Duration, error) { return 0, errUnsupported }

// Stats returns zeros.
func (*Capture) Stats() Stats { return Stats{} }

// Close does nothing.
func (*Capture) Close() error { return nil }
