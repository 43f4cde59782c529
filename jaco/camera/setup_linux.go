//go:build amd64 || arm64

package camera

import (
	"bytes"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"unsafe"

	"golang.org/x/sys/unix"

	"colonnade/jaco/transport"
)

// Controls.
const (
	gainAuto     = 0x980912
	gain         = 0x980913
	whiteAuto    = 0x98090c
	whiteKelvin  = 0x98091a
	exposureMode = 0x9a0901 // 1: by hand
	exposureTime = 0x9a0902 // in exposureUnit
	exposureRate = 0x9a0903 // may it slow the camera down?
	focus        = 0x9a090a
	focusAuto    = 0x9a090c
)

// Devices lists the cameras that this system has, by their nodes. One that cannot be opened is
// listed, too, so that Open says why.
func Devices() ([]Device, error) {
	paths, err := filepath.Glob("/dev/video*")
	if err != nil {
		return nil, fmt.Errorf("list cameras: %w", err)
	}
	var found []Device
	for _, path := range paths {
		n, err := openNode(path)
		if err != nil {
			found = append(found, Device{Path: path})
			continue
		}
		if c, err := ask(path, n); err == nil {
			found = append(found, Device{Path: path, Name: text(c.card[:])})
		}
		n.close()
	}
	return found, nil
}

// choose returns the path of the only camera.
func choose(found []Device) (string, error) {
	switch len(found) {
	case 0:
		return "", &transport.Error{Op: "find", Name: "camera", Kind: transport.ErrNoDevice}
	case 1:
		return found[0].Path, nil
	}
	var names []string
	for _, d := range found {
		names = append(names, strings.TrimSpace(d.Path+" "+d.Name))
	}
	return "", fmt.Errorf("there are %d cameras, %s: say which", len(found), strings.Join(names, ", "))
}

// text is a zero-terminated string.
func text(p []byte) string {
	if i := bytes.IndexByte(p, 0); i >= 0 {
		p = p[:i]
	}
	return string(p)
}

// ask finds out whether a node is a camera's that gives pictures.
func ask(path string, k kernel) (c capability, err error) {
	if err := k.ioctl(ioctlCapability, unsafe.Pointer(&c)); err != nil {
		return c, failure("ask", path, err)
	}
	if c.can()&canCapture == 0 || c.can()&canStream == 0 {
		return c, &transport.Error{Op: "open", Name: path, Kind: ErrFormat, Cause: errors.New("it gives no pictures")}
	}
	return c, nil
}

// setUp sets all that opt asks for and returns a decoder for what the camera will send.
func setUp(path string, k kernel, opt *Options) (*decoder, error) {
	level := uint32(recording)
	if err := k.ioctl(ioctlSetPriority, unsafe.Pointer(&level)); err != nil && !errors.Is(err, unix.ENOTTY) &&
		!errors.Is(err, unix.EINVAL) {
		return nil, failure("reserve", path, err)
	}
	f, err := setFormat(path, k, opt)
	if err != nil {
		return nil, err
	}
	if err := setRate(path, k, opt.Rate); err != nil {
		return nil, err
	}
	if err := setControls(path, k, opt); err != nil {
		return nil, err
	}
	return newDecoder(Pixels(f.pixels), int(f.width), int(f.height), int(f.bytesPerLine), opt.Crop, f.meaning())
}

// formats lists what the camera can send.
func formats(k kernel) (list []Pixels) {
	const most = 256 // vivid has 83
	for i := range uint32(most) {
		e := formatEntry{index: i, kind: kindCapture}
		if k.ioctl(ioctlFormats, unsafe.Pointer(&e)) != nil {
			break
		}
		list = append(list, Pixels(e.pixels))
	}
	return list
}

func setFormat(path string, k kernel, opt *Options) (f format, err error) {
	have := formats(k)
	want := opt.Pixels
	if want == 0 {
		want = MJPEG
		if slices.Contains(have, YUYV) {
			want = YUYV
		}
	}
	f = format{kind: kindCapture, width: uint32(opt.Width), height: uint32(opt.Height), pixels: uint32(want)}
	if opt.Width == 0 {
		f.width, f.height = 640, 480
	}
	if err := k.ioctl(ioctlSetFormat, unsafe.Pointer(&f)); err != nil {
		return f, failure("set the format of", path, err)
	}
	if Pixels(f.pixels) != want {
		return f, &transport.Error{Op: "open", Name: path, Kind: ErrFormat,
			Cause: fmt.Errorf("pictures in the format %v; it has %v", want, have)}
	}
	if opt.Width != 0 && (int(f.width) != opt.Width || int(f.height) != opt.Height) {
		return f, &transport.Error{Op: "open", Name: path, Kind: ErrFormat,
			Cause: fmt.Errorf("pictures of %dx%d; the nearest are %dx%d", opt.Width, opt.Height, f.width, f.height)}
	}
	return f, nil
}

// Colour spaces, encodings and quantizations in use; 0 leaves them to the others (the kernel's
// defaults of videodev2.h).
const (
	spaceBT709   = 3
	spaceJPEG    = 7
	encodeBT709  = 2
	encodeXV709  = 4
	quantizeFull = 1
)

// meaning returns how YUYV is to be read.
func (f *format) meaning() colours {
	return colours{
		bt709: f.encoding == encodeBT709 || f.encoding == encodeXV709 || f.encoding == 0 && f.colours == spaceBT709,
		full:  f.quantization == quantizeFull || f.quantization == 0 && f.colours == spaceJPEG,
	}
}

// setRate sets the pictures per second; 0: about 30, or what the camera does.
func setRate(path string, k kernel, want int) error {
	r := rate{kind: kindCapture, numerator: 1, denominator: uint32(want)}
	if want == 0 {
		r.denominator = 30
	}
	err := k.ioctl(ioctlSetRate, unsafe.Pointer(&r))
	if want == 0 && (err == nil || errors.Is(err, unix.ENOTTY) || errors.Is(err, unix.EINVAL)) {
		return nil // nobody asked for it
	}
	if err != nil {
		return failure("set the rate of", path, err)
	}
	if uint64(r.denominator) != uint64(want)*uint64(r.numerator) {
		return &transport.Error{Op: "open", Name: path, Kind: ErrFormat,
			Cause: fmt.Errorf("%d pictures a second; the nearest is %d in %d s", want, r.denominator, r.numerator)}
	}
	return nil
}

// setControls fixes what opt asks for.
func setControls(path string, k kernel, opt *Options) error {
	type setting struct {
		name     string
		id       uint32
		value    int
		optional bool // a camera without it does not do it anyway
	}
	var all []setting
	if opt.Exposure != 0 {
		all = append(all, setting{"automatic exposure", exposureMode, 1, false},
			setting{"exposure instead of frame rate", exposureRate, 0, true},
			setting{"exposure", exposureTime, int(opt.Exposure / exposureUnit), false})
	}
	if opt.WhiteBalance != 0 {
		all = append(all, setting{"automatic white balance", whiteAuto, 0, true},
			setting{"white balance", whiteKelvin, opt.WhiteBalance, false})
	}
	if opt.Gain != nil {
		all = append(all, setting{"automatic gain", gainAuto, 0, true}, setting{"gain", gain, *opt.Gain, false})
	}
	if opt.Focus != nil {
		all = append(all, setting{"automatic focus", focusAuto, 0, true}, setting{"focus", focus, *opt.Focus, false})
	}
	for _, s := range all {
		v := value{id: s.id, value: int32(s.value)}
		if err := k.ioctl(ioctlSetControl, unsafe.Pointer(&v)); err != nil {
			if s.optional && (errors.Is(err, unix.EINVAL) || errors.Is(err, unix.ENOTTY)) {
				continue
			}
			if errors.Is(err, unix.EINVAL) || errors.Is(err, unix.ENOTTY) || errors.Is(err, unix.ERANGE) {
				return &transport.Error{Op: "open", Name: path, Kind: ErrFormat,
					Cause: fmt.Errorf("%s of %d: %w", s.name, s.value, err)}
			}
			return failure("set "+s.name+" of", path, err)
		}
		v.value = 0
		if err := k.ioctl(ioctlGetControl, unsafe.Pointer(&v)); err != nil {
			return failure("read "+s.name+" of", path, err)
		}
		if int(v.value) != s.value {
			return &transport.Error{Op: "open", Name: path, Kind: ErrFormat,
				Cause: fmt.Errorf("%s of %d; it took %d", s.name, s.value, v.value)}
		}
	}
	return nil
}

// failure turns an errno into an error of package transport.
func failure(op, path string, err error) error {
	e := &transport.Error{Op: op, Name: path, Cause: err}
	switch {
	case errors.Is(err, unix.ENODEV), errors.Is(err, unix.ENOENT), errors.Is(err, unix.ENXIO):
		e.Kind = transport.ErrNoDevice
	case errors.Is(err, unix.EBUSY):
		e.Kind = transport.ErrBusy
	case errors.Is(err, unix.EACCES), errors.Is(err, unix.EPERM):
		e.Kind = transport.ErrPermission
		e.Cause = fmt.Errorf("%w: become a member of group video", err)
	case errors.Is(err, unix.ENOTTY):
		e.Kind = ErrFormat
		e.Cause = fmt.Errorf("%w: it is no camera", err)
	case errors.Is(err, unix.ENOSPC):
		e.Kind = ErrRoom
		e.Cause = fmt.Errorf("%w: another camera takes it, on the same hub or controller: plug one into another, or "+
			"ask for less by "+
			"-camera-settings, such as format=mjpeg, a smaller size or a lower rate", err)
	case errors.Is(err, unix.EIO), errors.Is(err, unix.EINVAL), errors.Is(err, unix.EPROTO),
		errors.Is(err, unix.ETIMEDOUT):
		e.Kind = transport.ErrBus
	}
	return e
}
