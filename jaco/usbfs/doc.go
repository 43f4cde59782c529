// Package usbfs is the cable of package transport on Linux: the kernel's USB device file system, by
// ioctls, without a library. On other systems, and on other processors than amd64 and arm64,
// everything returns transport.ErrUnsupported.
//
// Devices lists the arms on the bus, Open opens one by the path of its node, and Opener makes a
// transport.Opener that finds the arm again after it was pulled out and put back at another
// address.
//
// # How a transfer goes
//
// Each transfer is an interrupt URB of at most 64 bytes: SUBMITURB; then a goroutine that polls the
// node reaps it with REAPURBNDELAY. Where the time is up, the context cancelled or the connection
// closed, DISCARDURB asks for it back, and the transfer ends when it has come back: with what
// arrived before, if anything did. URBs and buffers lie in memory of their own, outside of Go's
// heap, because the kernel holds their addresses meanwhile.
//
// An endpoint that stalled is told to go on (CLEAR_HALT) before the transfer ends with
// transport.ErrStall: the next one may succeed.
//
// Interface 0 is claimed while a connection is open, and released on every way out.
//
// # Sources
//
// Numbers and layouts are those of the kernel's linux/usbdevice_fs.h, read from the C headers on
// amd64; arm64 has the same. Behaviour was seen on Linux 6.1 through vhci_hcd. What libusb clients
// of the arm do is in jaco/protocol/PROTOCOL.md, section 1.
package usbfs
