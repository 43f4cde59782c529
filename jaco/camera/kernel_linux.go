//go:build amd64 || arm64

package camera

import (
	"time"
	"unsafe"

	"colonnade/jaco/internal/device"

	"golang.org/x/sys/unix"
)

// kernel is what a Capture asks of the system for one open node. Errors are unix.Errno. Tests have
// their own.
type kernel interface {
	ioctl(request uintptr, argument unsafe.Pointer) error
	mmap(offset int64, length int) ([]byte, error)
	munmap(memory []byte) error

	// wait returns when there may be a picture, or when wake was called. broken means that there
	// will be none.
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

// The structures of linux/videodev2.h in use, on a 64-bit system. Names are the kernel's in Go's
// manner; fields that are not looked at have none.

// capability is struct v4l2_capability.
//
//	offset  type      field
//	0       char[16]  driver
//	16      char[32]  card      the camera's name
//	48      char[32]  bus
//	80      u32       version
//	84      u32       all       what the device can do, with all its nodes
//	88      u32       node      what this node can do, if hasNode is set in all
type capability struct {
	driver    [16]byte
	card, bus [32]byte
	version   uint32
	all, node uint32
	_         [3]uint32
}

const (
	canCapture = 0x1
	canStream  = 0x04000000
	hasNode    = 0x80000000
)

// can returns what the node can do.
func (c *capability) can() uint32 {
	if c.all&hasNode != 0 {
		return c.node
	}
	return c.all
}

// formatEntry is struct v4l2_fmtdesc.
//
//	offset  type      field
//	0       u32       index
//	4       u32       kind
//	8       u32       flags
//	12      char[32]  description
//	44      u32       pixels     four letters
type formatEntry struct {
	index, kind, flags uint32
	description        [32]byte
	pixels             uint32
	_                  [4]uint32
}

// format is struct v4l2_format with its union as v4l2_pix_format.
//
//	offset  type  field
//	0       u32   kind
//	8       u32   width, height
//	16      u32   pixels        four letters
//	20      u32   field
//	24      u32   bytesPerLine
//	28      u32   size          of a picture, at most
//	32      u32   colours
//	40      u32   flags
//	44      u32   encoding      of luminance and colour
//	48      u32   quantization
type format struct {
	kind          uint32
	_             uint32
	width, height uint32
	pixels        uint32
	field         uint32
	bytesPerLine  uint32
	size          uint32
	colours       uint32
	private       uint32
	flags         uint32
	encoding      uint32
	quantization  uint32
	transfer      uint32
	_             [152]byte
}

// request is struct v4l2_requestbuffers.
type request struct {
	count, kind, memory, capabilities, flags uint32
}

// buffer is struct v4l2_buffer.
//
//	offset  type    field
//	0       u32     index
//	4       u32     kind
//	8       u32     used       bytes of the picture
//	12      u32     flags
//	16      u32     field
//	24      s64[2]  seconds, microseconds
//	40      16      time code
//	56      u32     sequence
//	60      u32     memory
//	64      u64     offset     for mmap
//	72      u32     length
//	80      s32     request
type buffer struct {
	index, kind, used, flags, field uint32
	_                               uint32
	seconds, microseconds           int64
	_                               [16]byte
	sequence, memory                uint32
	offset                          uint64
	length                          uint32
	_                               uint32
	request                         int32
	_                               uint32
}

const (
	bufferFailed    = 0x40
	bufferClock     = 0xe000 // mask: where its time is from
	bufferMonotonic = 0x2000
)

// rate is struct v4l2_streamparm with its union as v4l2_captureparm.
//
//	offset  type  field
//	0       u32   kind
//	4       u32   capability, mode
//	12      u32   numerator, denominator of the seconds between two pictures
type rate struct {
	kind, capability, mode uint32
	numerator, denominator uint32
	_                      [184]byte
}

// value is struct v4l2_control.
type value struct {
	id    uint32
	value int32
}

// Kinds and memories of buffers.
const (
	kindCapture = 1
	memoryMap   = 1
)

// recording is the priority with which nobody else may change controls.
const recording = 3

// ioc returns the number of an ioctl of V4L2, whose letter is 'V'.
func ioc(direction, number, size uintptr) uintptr { return device.IOC(direction, 'V', number, size) }

// The ioctls in use.
var (
	ioctlCapability  = ioc(device.Read, 0, unsafe.Sizeof(capability{}))
	ioctlFormats     = ioc(device.Both, 2, unsafe.Sizeof(formatEntry{}))
	ioctlSetFormat   = ioc(device.Both, 5, unsafe.Sizeof(format{}))
	ioctlRequest     = ioc(device.Both, 8, unsafe.Sizeof(request{}))
	ioctlQueryBuffer = ioc(device.Both, 9, unsafe.Sizeof(buffer{}))
	ioctlQueue       = ioc(device.Both, 15, unsafe.Sizeof(buffer{}))
	ioctlDequeue     = ioc(device.Both, 17, unsafe.Sizeof(buffer{}))
	ioctlStart       = ioc(device.Write, 18, 4)
	ioctlStop        = ioc(device.Write, 19, 4)
	ioctlSetRate     = ioc(device.Both, 22, unsafe.Sizeof(rate{}))
	ioctlGetControl  = ioc(device.Both, 27, unsafe.Sizeof(value{}))
	ioctlSetControl  = ioc(device.Both, 28, unsafe.Sizeof(value{}))
	ioctlSetPriority = ioc(device.Write, 68, 4)
)
