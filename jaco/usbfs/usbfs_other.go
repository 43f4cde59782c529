//go:build !linux || (!amd64 && !arm64)

package usbfs

import "colonnade/jaco/transport"

// Devices is not possible on this system.
func Devices() ([]Device, error) {
	return nil, &transport.Error{Op: "list USB devices", Kind: transport.ErrUnsupported}
}

// Open is not possible on this system.
func Open(path string) (transport.Conn, error) {
	return nil, &transport.Error{Op: "open", Name: path, Kind: transport.ErrUnsupported}
}
