//go:build amd64 || arm64

package camera

import (
	"testing"
	"unsafe"
)

// Sizes, offsets and numbers as a C program printed them from linux/videodev2.h on amd64.
func TestABI(t *testing.T) {
	var (
		c capability
		e formatEntry
		f format
		b buffer
		r rate
	)
	for _, x := range []struct {
		name      string
		got, want uintptr
	}{
		{"sizeof capability", unsafe.Sizeof(c), 104},
		{"card", unsafe.Offsetof(c.card), 16},
		{"bus_info", unsafe.Offsetof(c.bus), 48},
		{"capabilities", unsafe.Offsetof(c.all), 84},
		{"device_caps", unsafe.Offsetof(c.node), 88},
		{"sizeof fmtdesc", unsafe.Sizeof(e), 64},
		{"fmtdesc pixelformat", unsafe.Offsetof(e.pixels), 44},
		{"sizeof format", unsafe.Sizeof(f), 208},
		{"width", unsafe.Offsetof(f.width), 8},
		{"pixelformat", unsafe.Offsetof(f.pixels), 16},
		{"bytesperline", unsafe.Offsetof(f.bytesPerLine), 24},
		{"sizeimage", unsafe.Offsetof(f.size), 28},
		{"colorspace", unsafe.Offsetof(f.colours), 32},
		{"ycbcr_enc", unsafe.Offsetof(f.encoding), 44},
		{"quantization", unsafe.Offsetof(f.quantization), 48},
		{"xfer_func", unsafe.Offsetof(f.transfer), 52},
		{"sizeof requestbuffers", unsafe.Sizeof(request{}), 20},
		{"sizeof buffer", unsafe.Sizeof(b), 88},
		{"bytesused", unsafe.Offsetof(b.used), 8},
		{"buffer flags", unsafe.Offsetof(b.flags), 12},
		{"timestamp", unsafe.Offsetof(b.seconds), 24},
		{"sequence", unsafe.Offsetof(b.sequence), 56},
		{"memory", unsafe.Offsetof(b.memory), 60},
		{"m.offset", unsafe.Offsetof(b.offset), 64},
		{"length", unsafe.Offsetof(b.length), 72},
		{"request_fd", unsafe.Offsetof(b.request), 80},
		{"sizeof streamparm", unsafe.Sizeof(r), 204},
		{"timeperframe", unsafe.Offsetof(r.numerator), 12},
		{"sizeof control", unsafe.Sizeof(value{}), 8},
		{"QUERYCAP", ioctlCapability, 0x80685600},
		{"ENUM_FMT", ioctlFormats, 0xc0405602},
		{"S_FMT", ioctlSetFormat, 0xc0d05605},
		{"REQBUFS", ioctlRequest, 0xc0145608},
		{"QUERYBUF", ioctlQueryBuffer, 0xc0585609},
		{"QBUF", ioctlQueue, 0xc058560f},
		{"DQBUF", ioctlDequeue, 0xc0585611},
		{"STREAMON", ioctlStart, 0x40045612},
		{"STREAMOFF", ioctlStop, 0x40045613},
		{"S_PARM", ioctlSetRate, 0xc0cc5616},
		{"G_CTRL", ioctlGetControl, 0xc008561b},
		{"S_CTRL", ioctlSetControl, 0xc008561c},
		{"S_PRIORITY", ioctlSetPriority, 0x40045644},
		{"PIX_FMT_YUYV", uintptr(YUYV), 0x56595559},
		{"PIX_FMT_MJPEG", uintptr(MJPEG), 0x47504a4d},
		{"CID_EXPOSURE_AUTO", uintptr(exposureMode), 0x9a0901},
		{"CID_EXPOSURE_ABSOLUTE", uintptr(exposureTime), 0x9a0902},
		{"CID_EXPOSURE_AUTO_PRIORITY", uintptr(exposureRate), 0x9a0903},
		{"CID_AUTO_WHITE_BALANCE", uintptr(whiteAuto), 0x98090c},
		{"CID_WHITE_BALANCE_TEMPERATURE", uintptr(whiteKelvin), 0x98091a},
		{"CID_AUTOGAIN", uintptr(gainAuto), 0x980912},
		{"CID_GAIN", uintptr(gain), 0x980913},
		{"CID_FOCUS_AUTO", uintptr(focusAuto), 0x9a090c},
		{"CID_FOCUS_ABSOLUTE", uintptr(focus), 0x9a090a},
	} {
		if x.got != x.want {
			t.Errorf("%s is %#x, want %#x", x.name, x.got, x.want)
		}
	}
}
