//go:build amd64 || arm64

package camera

import (
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// kernel is what a Capture asks of the system for one open node. Errors are unix.Errno. Tests have their own.
type kernel interface {
	ioctl(request uintptr, argument unsafe.Pointer) error
	mmap(offset int64, length int) ([]byte, error)
	munmap(memory []byte) error

	// wait returns when there may be a picture, or when wake was called. broken means that there will be none.
	wait() (woken, broken bool, err error)
	wake()

	monotonic() time.Duration // what pictures are stamped with
	close() error
}

// node is the kernel behind a node of a camera. wake comes through an eventfd.
type node struct{ fd, event int }

func openNode(path string) (*node, error) {
	fd, err := retry(func() (int, error) { return unix.Open(path, unix.O_RDWR|unix.O_CLOEXEC|unix.O_NONBLOCK, 0) })
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
		if _, _, errno := unix.Syscall(unix.SYS_IOCTL, uintptr(n.fd), request, uintptr(argument)); errno != 0 {
			return 0, errno
		}
		return 0, nil
	})
	return err
}

func (n *node) mmap(offset int64, length int) ([]byte, error) {
	return unix.Mmap(n.fd, offset, length, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED)
}

func (n *node) munmap(memory []byte) error { return unix.Munmap(memory) }

func (n *node) wait() (woken, broken bool, err error) {
	fds := []unix.PollFd{{Fd: int32(n.fd), Events: unix.POLLIN}, {Fd: int32(n.event), Events: unix.POLLIN}}
	_, err = retry(func() (int, error) { return unix.Poll(fds, -1) })
	return fds[1].Revents != 0, fds[0].Revents&(unix.POLLERR|unix.POLLHUP|unix.POLLNVAL) != 0, err
}

// wake writes the number 1 to the eventfd: it cannot fail, as nobody else writes.
func (n *node) wake() { unix.Write(n.event, []byte{1, 0, 0, 0, 0, 0, 0, 0}) }

func (n *node) monotonic() time.Duration {
	var t unix.Timespec
	if unix.ClockGettime(unix.CLOCK_MONOTONIC, &t) != nil { // never on Linux
		return 0
	}
	return time.Duration(t.Nano())
}

func (n *node) close() error {
	unix.Close(n.event)
	return unix.Close(n.fd)
}
