//go:build amd64 || arm64

package usbfs

import (
	"unsafe"

	"golang.org/x/sys/unix"
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

// node is the kernel behind a node of the file system. wake comes through an eventfd.
type node struct{ fd, event int }

func openNode(path string) (*node, error) {
	fd, err := retry(func() (int, error) { return unix.Open(path, unix.O_RDWR|unix.O_CLOEXEC, 0) })
	if err != nil {
		return nil, err
	}
	event, err := unix.Eventfd(0, unix.EFD_CLOEXEC|unix.EFD_NONBLOCK)
	if err != nil {
		unix.Close(fd)
		return nil, err
	}
	return &node{fd, event}, nil
}

// retry calls f until no signal interrupts it; Go's scheduler sends some.
func retry(f func() (int, error)) (int, error) {
	for {
		n, err := f()
		if err != unix.EINTR {
			return n, err
		}
	}
}

func (n *node) ioctl(request uintptr, argument unsafe.Pointer) error {
	_, err := retry(func() (int, error) {
		_, _, errno := unix.Syscall(unix.SYS_IOCTL, uintptr(n.fd), request, uintptr(argument))
		if errno != 0 {
			return 0, errno
		}
		return 0, nil
	})
	return err
}

func (n *node) claim(number uint32) error {
	return n.ioctl(ioctlClaimInterface, unsafe.Pointer(&number))
}

func (n *node) release(number uint32) error {
	return n.ioctl(ioctlReleaseInterface, unsafe.Pointer(&number))
}

func (n *node) submit(u *urb) error  { return n.ioctl(ioctlSubmitURB, unsafe.Pointer(u)) }
func (n *node) discard(u *urb) error { return n.ioctl(ioctlDiscardURB, unsafe.Pointer(u)) }

func (n *node) clearHalt(endpoint uint32) error {
	return n.ioctl(ioctlClearHalt, unsafe.Pointer(&endpoint))
}

func (n *node) reap() (*urb, error) {
	var u *urb // the kernel writes the address that submit had, which is not in Go's heap
	if err := n.ioctl(ioctlReapURBNoDelay, unsafe.Pointer(&u)); err != nil {
		return nil, err
	}
	return u, nil
}

func (n *node) wait() (bool, error) {
	fds := []unix.PollFd{{Fd: int32(n.fd), Events: unix.POLLOUT}, {Fd: int32(n.event), Events: unix.POLLIN}}
	_, err := retry(func() (int, error) { return unix.Poll(fds, -1) })
	return fds[1].Revents != 0, err
}

// wake writes the number 1 to the eventfd: it cannot fail, as nobody else writes.
func (n *node) wake() { unix.Write(n.event, []byte{1, 0, 0, 0, 0, 0, 0, 0}) }

func (n *node) close() error {
	unix.Close(n.event)
	return unix.Close(n.fd)
}
