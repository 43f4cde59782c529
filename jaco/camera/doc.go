// Package camera takes the pictures that a policy sees: 64x64 pixels, from a real camera or of the
// emulated arm.
//
// A Camera hands out one picture at a time, with the time at which it was taken. There are two, and
// Reopening, which has one of them and opens another when that was unplugged:
//
//   - Capture is a camera of Linux (V4L2), such as a webcam. A goroutine takes every picture off
//     the driver as it comes, so that Frame gives the newest and not the oldest one. It crops and
//     scales it by the simulator's own area average. On other systems, and on other processors than
//     amd64 and arm64, Open returns transport.ErrUnsupported.
//   - Emulated draws the emulated arm in a domain's looks, through its lens and sensor, as late as
//     the domain says. It draws 64x64 pixels at once: another size first would cost 90 times as
//     much and show the same.
//
// # Capture
//
// Pictures come as YUYV (two bytes a pixel) or MJPEG; Huffman tables that MJPEG may leave out are
// the standard ones (ITU-T T.81, K.3). A picture that cannot be decoded is skipped and counted.
// What could change by itself or by others is fixed where Options say so: size, format, frame rate,
// exposure, white balance, gain, focus; other programs are kept from changing controls meanwhile
// (V4L2's priority).
//
// Frame never returns the same picture twice, nor one older than Options.MaxAge; it waits for a new
// one instead, and gives up with ErrStale after Options.Timeout: a camera that hangs looks like
// this. So does one that repeats the very same picture with fresh times, for half a second or
// longer: sensors have noise. One that is unplugged gives transport.ErrNoDevice, and stays dead; a
// Reopening opens another when it is back, with the same Options, and where one has hung for two
// seconds.
//
// # Cost
//
// On one core of an AMD EPYC (Zen 4) that others used as well, the best of some rounds:
//
//	go test ./jaco/camera -bench .
//	YUYV, 640x480, the square in the middle   4 ms, no allocation
//	MJPEG, the same                          14 ms, 0.5 MB
//	emulated, domain robot                  0.2 ms, no allocation
//
// # Sources
//
// Numbers and layouts are those of the kernel's linux/videodev2.h, printed by a C program on amd64;
// arm64 has the same. Behaviour was seen on Linux 6.1 with its virtual camera vivid, and with
// uvcvideo and an emulated webcam (make test-usb). No real camera was at hand.
package camera
