package main

import (
	"time"

	"colonnade/jaco/camera"
	"colonnade/jaco/clock"
	"colonnade/jaco/transport"
	"colonnade/jaco/usbfs"
)

// host is the machine that arm and camera are plugged into. Tests have others.
type host struct {
	sysfs   string                          // where USB devices are listed
	proc    string                          // where processes are
	cameras func() ([]camera.Device, error) // that there are
	periods int                             // of 10 ms, by which its punctuality is judged
	latest  time.Duration                   // how late they may begin: two points in the arm's queue bridge 20 ms

	open       func(name string) transport.Opener
	openCamera func(camera.Options) (camera.Camera, error)
	clock      clock.Clock // of the real arm
}

func thisHost() *host {
	return &host{
		sysfs: usbfs.SysfsDevices, proc: "/proc", cameras: camera.Devices, periods: 100, latest: 15 * time.Millisecond, open: usbfs.Opener, clock: clock.Real(),
		openCamera: func(o camera.Options) (camera.Camera, error) { return camera.OpenReopening(o) },
	}
}
