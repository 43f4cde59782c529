//go:build amd64 || arm64

package usbfs

import (
	"testing"
	"unsafe"
)

// Sizes, offsets and numbers as a C program printed them from linux/usbdevice_fs.h on amd64.
func TestABI(t *testing.T) {
	var u urb
	for _, c := range []struct {
		name      string
		got, want uintptr
	}{
		{"sizeof urb", unsafe.Sizeof(u), 56},
		{"endpoint", unsafe.Offsetof(u.endpoint), 1},
		{"status", unsafe.Offsetof(u.status), 4},
		{"flags", unsafe.Offsetof(u.flags), 8},
		{"buffer", unsafe.Offsetof(u.buffer), 16},
		{"buffer_length", unsafe.Offsetof(u.length), 24},
		{"actual_length", unsafe.Offsetof(u.actual), 28},
		{"start_frame", unsafe.Offsetof(u.startFrame), 32},
		{"number_of_packets", unsafe.Offsetof(u.packets), 36},
		{"error_count", unsafe.Offsetof(u.errorCount), 40},
		{"signr", unsafe.Offsetof(u.signal), 44},
		{"usercontext", unsafe.Offsetof(u.context), 48},
		{"SUBMITURB", ioctlSubmitURB, 0x8038550A},
		{"DISCARDURB", ioctlDiscardURB, 0x550B},
		{"REAPURBNDELAY", ioctlReapURBNoDelay, 0x4008550D},
		{"CLAIMINTERFACE", ioctlClaimInterface, 0x8004550F},
		{"RELEASEINTERFACE", ioctlReleaseInterface, 0x80045510},
		{"CLEAR_HALT", ioctlClearHalt, 0x80045515},
	} {
		if c.got != c.want {
			t.Errorf("%s is %#x, want %#x", c.name, c.got, c.want)
		}
	}
}
