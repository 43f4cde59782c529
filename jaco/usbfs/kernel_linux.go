//go:build amd64 || arm64

package usbfs

import (
	"unsafe"

	"golang.org/x/sys/unix"

	"colonnade/jaco/internal/device"
)

// kernel is what a connection asks of the system for one open node. Errors are unix.Errno. Tests have their own.
type kernel interface {
	claim(number uint32) error
	release(number uint32) error
	submit(u *urb) error
	discard(u *urb) error

	// clearHalt makes an endpoint that stalled take transfers again.
	clearHalt(endpoint uint32) error

	// reap returns a finished URB: EAGAIN if there is none, ENODEV if there will never be one again.
	reap() (*urb, error)

	// wait returns when there may be something to reap, or when wake was called.
	wait() (woken bool, err error)
	wake()
	close() error
}

// node is the kernel behind a node of the file system.
type node struct{ *device.Node }

func openNode(path string) (node, error) {
	n, err := device.Open(path, 0)
	return node{n}, err
}

func (n node) claim(number uint32) error {
	return n.Ioctl(ioctlClaimInterface, unsafe.Pointer(&number))
}

func (n node) release(number uint32) error {
	return n.Ioctl(ioctlReleaseInterface, unsafe.Pointer(&number))
}

func (n node) submit(u *urb) error  { return n.Ioctl(ioctlSubmitURB, unsafe.Pointer(u)) }
func (n node) discard(u *urb) error { return n.Ioctl(ioctlDiscardURB, unsafe.Pointer(u)) }

func (n node) clearHalt(endpoint uint32) error {
	return n.Ioctl(ioctlClearHalt, unsafe.Pointer(&endpoint))
}

func (n node) reap() (*urb, error) {
	var u *urb // the kernel writes the address that submit had, which is not in Go's heap
	if err := n.Ioctl(ioctlReapURBNoDelay, unsafe.Pointer(&u)); err != nil {
		return nil, err
	}
	return u, nil
}

func (n node) wait() (bool, error) {
	_, woken, err := n.Await(unix.POLLOUT)
	return woken, err
}

func (n node) wake() { n.Wake() }

func (n node) close() error { return n.Close() }
