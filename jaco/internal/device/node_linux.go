//go:build amd64 || arm64

package device

import (
	"unsafe"

	"golang.org/x/sys/unix"
)

// Node is an open node. Errors are unix.Errno. Its methods may be called by several goroutines,
// Close when no other is.
type Node struct {
	fd    int
	event int // an eventfd, through which Wake comes
}

// Open opens a node for reading and writing, with further flags of open(2).
func Open(path string, flags int) (*Node, error) {
	fd, err := retry(func() (int, error) { return unix.Open(path, unix.O_RDWR|unix.O_CLOEXEC|flags, 0) })
	if err != nil {
		return nil, err
	}
	event, err := unix.Eventfd(0, unix.EFD_CLOEXEC|unix.EFD_NONBLOCK)
	if err != nil {
		unix.Close(fd)
		return nil, err
	}
	return &Node{fd, event}, nil
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

// Ioctl makes a request, whose number is one of IOC's. What argument points to must be as large as
// the number says.
func (n *Node) Ioctl(request uintptr, argument unsafe.Pointer) error {
	_, err := retry(func() (int, error) {
		if _, _, errno := unix.Syscall(unix.SYS_IOCTL, uintptr(n.fd), request, uintptr(argument)); errno != 0 {
			return 0, errno
		}
		return 0, nil
	})
	return err
}

// Map maps memory of the device; unix.Munmap gives it back.
func (n *Node) Map(offset int64, length int) ([]byte, error) {
	return unix.Mmap(n.fd, offset, length, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED)
}

// Await returns when one of the events of poll(2) has come to the node, which they then are, or
// Wake was called.
func (n *Node) Await(events int16) (come int16, woken bool, err error) {
	fds := []unix.PollFd{{Fd: int32(n.fd), Events: events}, {Fd: int32(n.event), Events: unix.POLLIN}}
	_, err = retry(func() (int, error) { return unix.Poll(fds, -1) })
	return fds[0].Revents, fds[1].Revents != 0, err
}

// Wake ends Await, now and whenever it is called from here on. It writes the number 1 to the
// eventfd, which cannot fail, as nobody else writes.
func (n *Node) Wake() { unix.Write(n.event, []byte{1, 0, 0, 0, 0, 0, 0, 0}) }

// Close closes the node.
func (n *Node) Close() error {
	unix.Close(n.event)
	return unix.Close(n.fd)
}

// Directions of an ioctl's data.
const (
	None  = 0
	Write = 1 // to the kernel
	Read  = 2
	Both  = Read | Write
)

// IOC is the kernel's _IOC, as amd64 and arm64 encode it: the number of an ioctl of the group that
// a letter names.
func IOC(direction uintptr, letter byte, number, size uintptr) uintptr {
	return direction<<30 | size<<16 | uintptr(letter)<<8 | number
}
