//go:build amd64 || arm64

package camera

import (
	"time"
	"unsafe"

	"golang.org/x/sys/unix"

	"colonnade/jaco/internal/device"
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

// node is the kernel behind a node of a camera.
type node struct{ *device.Node }

func openNode(path string) (node, error) {
	n, err := device.Open(path, unix.O_NONBLOCK)
	return node{n}, err
}

func (n node) ioctl(request uintptr, argument unsafe.Pointer) error {
	return n.Ioctl(request, argument)
}

func (n node) mmap(offset int64, length int) ([]byte, error) { return n.Map(offset, length) }

func (n node) munmap(memory []byte) error { return unix.Munmap(memory) }

func (n node) wait() (woken, broken bool, err error) {
	come, woken, err := n.Await(unix.POLLIN)
	return woken, come&(unix.POLLERR|unix.POLLHUP|unix.POLLNVAL) != 0, err
}

func (n node) wake() { n.Wake() }

func (n node) monotonic() time.Duration {
	var t unix.Timespec
	if unix.ClockGettime(unix.CLOCK_MONOTONIC, &t) != nil { // never on Linux
		return 0
	}
	return time.Duration(t.Nano())
}

func (n node) close() error { return n.Close() }
