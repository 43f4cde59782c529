//go:build amd64 || arm64

package usbfs

import "unsafe"

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

// ioc is the kernel's _IOC for usbfs, whose letter is 'U', as amd64 and arm64 encode it.
func ioc(direction, number, size uintptr) uintptr {
	return direction<<30 | size<<16 | 'U'<<8 | number
}

const (
	iocNone  = 0
	iocWrite = 1
	iocRead  = 2
)

// The ioctls in use. The kernel declares CLAIMINTERFACE, RELEASEINTERFACE and CLEAR_HALT with a u32, and
// REAPURBNDELAY with a pointer to where the URB's address goes.
var (
	ioctlSubmitURB        = ioc(iocRead, 10, unsafe.Sizeof(urb{}))
	ioctlDiscardURB       = ioc(iocNone, 11, 0)
	ioctlReapURBNoDelay   = ioc(iocWrite, 13, unsafe.Sizeof(uintptr(0)))
	ioctlClaimInterface   = ioc(iocRead, 15, 4)
	ioctlReleaseInterface = ioc(iocRead, 16, 4)
	ioctlClearHalt        = ioc(iocRead, 21, 4)
)
