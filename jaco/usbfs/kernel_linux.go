//go:build amd64 || arm64

package usbfs

import (
	"unsafe"

	"colonnade/jaco/internal/device"

	"golang.org/x/sys/unix"
)

// kernel is what a connection asks of the system for one open node. Errors are unix.Errno. Tests
// have their own.
type kernel interface {
	claim(number uint32) error
	release(number uint32) error
	submit(u *urb) error
	discard(u *urb) error

	// clearHalt makes an endpoint that stalled take transfers again.
	clearHalt(endpoint uint32) error

	// reap returns a finished URB: EAGAIN if there is none, ENODEV if there will never be one
	// again.
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

// urb is struct usbdevfs_urb of linux/usbdevice_fs.h on a 64-bit system.
//
//	offset  type  field
//	0       u8    kind          3 bulk, 1 interrupt
//	1       u8    endpoint      bit 7: to the host
//	4       s32   status        0 or a negative errno
//	8       u32   flags
//	16      void* buffer
//	24      s32   length
//	28      s32   actual        bytes that went over
//	32      s32   startFrame
//	36      s32   packets       isochronous only
//	40      s32   errorCount    isochronous only
//	44      u32   signal        0: none
//	48      void* context
type urb struct {
	kind, endpoint uint8
	status         int32
	flags          uint32
	buffer         uintptr
	length, actual int32
	startFrame     int32
	packets        int32
	errorCount     int32
	signal         uint32
	context        uintptr
}

const urbInterrupt = 1

// ioc returns the number of an ioctl of usbfs, whose letter is 'U'.
func ioc(direction, number, size uintptr) uintptr { return device.IOC(direction, 'U', number, size) }

// The ioctls in use. The kernel declares CLAIMINTERFACE, RELEASEINTERFACE and CLEAR_HALT with a
// u32, and REAPURBNDELAY with a pointer to where the URB's address goes.
var (
	ioctlSubmitURB        = ioc(device.Read, 10, unsafe.Sizeof(urb{}))
	ioctlDiscardURB       = ioc(device.None, 11, 0)
	ioctlReapURBNoDelay   = ioc(device.Write, 13, unsafe.Sizeof(uintptr(0)))
	ioctlClaimInterface   = ioc(device.Read, 15, 4)
	ioctlReleaseInterface = ioc(device.Read, 16, 4)
	ioctlClearHalt        = ioc(device.Read, 21, 4)
)
