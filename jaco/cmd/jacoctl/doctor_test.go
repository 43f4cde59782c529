package main

import (
	"context"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"colonnade/jaco/camera"
	"colonnade/jaco/emulator"
	"colonnade/jaco/protocol"
	"colonnade/jaco/robot"
	"colonnade/jaco/tracker"
	"colonnade/jaco/transport"
	"colonnade/jaco/usbfs"
)

// Every fault is named, with what to do about it, and alone.
func TestDoctorNamesFaults(t *testing.T) {
	open := func(kind error) error {
		return &transport.Error{Op: "open", Name: "/dev/x", Kind: kind, Cause: unix.EACCES}
	}
	for _, c := range []struct {
		name  string
		build func(*emulator.Options)
		spoil func(*emulatedCell)
		want  fault
		words []string
	}{
		{name: "nothing", want: well, words: []string{"no fault found", "PJ00000000000000001", "pictures", "12 points",
			"jacoctl home -fingers"}},
		{name: "not found", spoil: func(l *emulatedCell) { os.RemoveAll(filepath.Join(l.sysfs, "1-1.2")) },
			want: notFound, words: []string{"vendor 22cd", "lsusb"}},
		{name: "no USB", spoil: func(l *emulatedCell) { os.RemoveAll(l.sysfs) }, want: unsupported,
			words: []string{"no USB devices"}},
		{name: "several", spoil: func(l *emulatedCell) { l.plug("1-1.3", 9) }, want: several,
			words: []string{"1-1.2, 1-1.3", "-arm PORT"}},
		{name: "permission", spoil: func(l *emulatedCell) { l.openArm = open(transport.ErrPermission) },
			want:  noPermission,
			words: []string{usbfs.UdevRule, usbfs.UdevRuleFile, "udevadm"}},
		{name: "another program", spoil: func(l *emulatedCell) {
			l.openArm = open(transport.ErrBusy)
			l.hold("/dev/bus/usb/001/007", "kinova_driver")
		}, want: held, words: []string{"kinova_driver (process 4711)"}},
		{name: "a hidden program", spoil: func(l *emulatedCell) { l.openArm = open(transport.ErrBusy) }, want: held,
			words: []string{"end the other program"}},
		{name: "kernel driver", spoil: func(l *emulatedCell) {
			dir := filepath.Join(l.sysfs, "1-1.2", "1-1.2:1.0")
			os.MkdirAll(dir, 0o777)
			os.Symlink("../../../../bus/usb/drivers/cdc_acm", filepath.Join(dir, "driver"))
		}, want: held, words: []string{"cdc_acm", "echo 1-1.2:1.0 > /sys/bus/usb/drivers/cdc_acm/unbind"}},
		{name: "silent", spoil: func(l *emulatedCell) { l.stall = make(chan struct{}) }, want: noAnswer,
			words: []string{"off and on again"}},
		{name: "old firmware", build: func(o *emulator.Options) { o.Firmware = [3]uint8{4, 9, 0} }, want: wrongFirmware,
			words: []string{"4.9.0", "update"}},
		{name: "no version", build: func(o *emulator.Options) { o.Firmware = [3]uint8{} }, want: wrongFirmware,
			words: []string{"does not say"}},
		{name: "no serial number", build: func(o *emulator.Options) { o.Serial = "Not set" }, want: well,
			words: []string{"blank", "the USB port does"}},
		{name: "velocities that are none", build: func(o *emulator.Options) { o.Settings.VelocityWraps = true },
			want: wrongFirmware, words: []string{"reports 6.2"}},
		{name: "at a limit", build: func(o *emulator.Options) {
			q := *o.Start
			q[1] = 0.83 // joint 2 ends at 0.82
			o.Start = &q
		}, want: well, words: []string{"within its safety margins"}},
		{name: "a pose that cannot be", spoil: func(l *emulatedCell) {
			l.device.Break(l.clock.Now(), 1, emulator.Angle, emulator.Fault{Scale: 1, Offset: 2 * math.Pi})
		}, want: armState, words: []string{"joint_2 reports 9.2", "0.82 to 5.46", "off and on again"}},
		{name: "a way home that failed", spoil: func(l *emulatedCell) {
			l.socket.Plug(&unwell{l.device,
				func(s *protocol.QuickStatus) { s.Retract = uint8(protocol.RetractError & 0xff) }})
		}, want: armState, words: []string{"its way home ended in an error", "switch the arm off"}},
		{name: "a limit fault", spoil: func(l *emulatedCell) {
			l.socket.Plug(&unwell{l.device, func(s *protocol.QuickStatus) { s.CartesianFault = 1 }})
		}, want: armState, words: []string{"a joint stands at its limit", "jacoctl home"}},
		{name: "camera busy", spoil: func(l *emulatedCell) {
			l.openEye = open(transport.ErrBusy)
			l.hold("/dev/video3",
				"cheese")
		}, want: cameraBusy,
			words: []string{"cheese (process 4711)"}},
		{name: "no room for the camera", spoil: func(l *emulatedCell) { l.openEye = open(camera.ErrRoom) },
			want: cameraBusy, words: []string{"format=mjpeg"}},
		{name: "camera denied", spoil: func(l *emulatedCell) { l.openEye = open(transport.ErrPermission) },
			want: cameraDenied, words: []string{"group video"}},
		{name: "camera missing", spoil: func(l *emulatedCell) { l.openEye = open(transport.ErrNoDevice) },
			want: cameraMissing, words: []string{"/dev/video3 webcam"}},
		{name: "camera format", spoil: func(l *emulatedCell) { l.openEye = open(camera.ErrFormat) }, want: cameraFormat,
			words: []string{"v4l2-ctl"}},
		{name: "camera hangs",
			spoil: func(l *emulatedCell) { l.quirk = func(e *eye) { e.err = open(camera.ErrStale) } },
			want:  cameraStale, words: []string{"another port"}},
		{name: "camera pulled",
			spoil: func(l *emulatedCell) { l.quirk = func(e *eye) { e.err = open(transport.ErrNoDevice) } },
			want:  cameraMissing, words: []string{"plug it in again"}},
		{name: "camera slow",
			spoil: func(l *emulatedCell) { l.quirk = func(e *eye) { e.slow = 200 * time.Millisecond } },
			want:  cameraSlow,
			words: []string{"pictures a second", "exposure="}},
		{name: "another crop", spoil: func(l *emulatedCell) {
			plane, _ := tracker.Load(l.table)
			plane.SetView("640x480, crop 80,0,560,480")
			plane.Save(l.table)
			l.quirk = func(e *eye) { e.view = "640x480, crop 0,0,480,480" }
		}, want: calibration, words: []string{"crop 80,0,560,480", "crop 0,0,480,480", "calibrate anew"}},
		{name: "a late machine", spoil: func(l *emulatedCell) { l.host.latest = -1 }, want: lateClock,
			words: []string{"end other programs"}},
		{name: "calibration", spoil: func(l *emulatedCell) { os.WriteFile(l.table, []byte("{}"), 0o666) },
			want: calibration, words: []string{"jacoctl calibrate"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			l := newCell(t, c.build)
			if c.spoil != nil {
				c.spoil(l)
			}
			var d diagnosis
			said, err := l.do(context.Background(), &d, strings.NewReader(""), l.real("doctor")...)
			var want []fault
			if c.want != well {
				want = []fault{c.want}
				if err == nil || isUsage(err) {
					t.Errorf("ended with %v", err)
				}
			}
			if !slices.Equal(d.Faults, want) {
				t.Errorf("found %q, want %q:\n%s", d.Faults, want, said)
			}
			has(t, said, c.words...)
			if n := l.changed(); n != 0 {
				t.Errorf("doctor changed something %d times", n)
			}
		})
	}
}

// unwell is an arm whose quick status says what change makes of it.
type unwell struct {
	*emulator.Device
	change func(s *protocol.QuickStatus)
}

func (u *unwell) In(now time.Time, p []byte) (int, time.Time) {
	n, ready := u.Device.In(now, p)
	var packet protocol.Packet
	var s protocol.QuickStatus
	if n > 0 && packet.Decode(p[:n]) == nil && packet.Command == protocol.QuickStatusRead &&
		s.Decode(packet.Data[:]) == nil {
		u.change(&s)
		copy(p[protocol.HeaderSize:n], s.Append(nil))
	}
	return n, ready
}

func TestDoctorStopFile(t *testing.T) {
	l := newCell(t, nil)
	t.Chdir(t.TempDir())
	write(t, "halt", "")
	var d diagnosis
	said, err := l.doHere(context.Background(), &d, nil, l.real("doctor", "-stop-file", "halt")...)
	if err == nil || !slices.Contains(d.Faults, stopFile) {
		t.Errorf("%v, %v", d.Faults, err)
	}
	has(t, said, "the file halt is there")
}

// An arm that the model does not describe is named as such by doctor, is not moved, and status
// computes nothing by the model.
func TestWrongArms(t *testing.T) {
	for _, c := range []struct {
		kind     protocol.DeviceType
		fingers  int
		readable bool
		word     string
	}{
		{protocol.Jaco1, 3, true, "Jaco 1"},
		{protocol.Mico6, 2, false, "2 fingers"},
		{protocol.Mico6, 3, true, "Mico, 6 joints"},
		{protocol.Spherical6, 3, true, "spherical, 6 joints"},
		{protocol.ErrorRobot, 3, true, "robot in error"},
		{protocol.Spherical7, 3, false, "spherical, 7 joints"},
		{protocol.Jaco2, 2, false, "2 fingers"},
	} {
		l := newCell(t, nil)
		l.socket.Plug(other{l.device, c.kind, c.fingers})
		var d diagnosis
		said, err := l.do(context.Background(), &d, nil, l.real("doctor")...)
		if err == nil || !slices.Equal(d.Faults, []fault{wrongArm}) || !strings.Contains(said, c.word) ||
			!strings.Contains(said, robot.DrivenArms) {
			t.Errorf("%v with %d fingers: %q, %v\n%s", c.kind, c.fingers, d.Faults, err, said)
		}
		var r statusResult
		var into any
		if c.readable {
			into = &r
		}
		said, err = l.do(context.Background(), into, nil, l.real("status")...)
		if c.readable != (err == nil) || r.Driven || r.Palm != nil || r.Near != nil || err == nil &&
			(!strings.Contains(said, "only read") || strings.Contains(said, "palm at")) {
			t.Errorf("status of %v: %v, %+v\n%s", c.kind, err, r, said)
		}
		said, err = l.do(context.Background(), nil, nil, l.real("home", "-move", "-fingers")...)
		if err == nil || !strings.Contains(err.Error(), c.word) {
			t.Errorf("%v with %d fingers goes home: %v\n%s", c.kind, c.fingers, err, said)
		}
		if n := l.changed(); n != 0 {
			t.Errorf("%v: something was changed %d times", c.kind, n)
		}
	}
}

// other says that it is of another kind, with so many fingers.
type other struct {
	*emulator.Device
	kind    protocol.DeviceType
	fingers int
}

func (o other) In(now time.Time, p []byte) (int, time.Time) {
	n, ready := o.Device.In(now, p)
	var packet protocol.Packet
	if n == 0 || packet.Decode(p[:n]) != nil {
		return n, ready
	}
	var info protocol.Info
	switch {
	case packet.Command == protocol.InfoRead && info.Decode(packet.Data[:]) == nil:
		info.Type = o.kind
		copy(packet.Data[:], info.Append(nil))
	case packet.Command == protocol.InventoryRead && o.fingers == 2:
		const last = 20*8 + 4 // where the type of the ninth part is
		if at := last - (int(packet.Number)-1)*protocol.DataSize; at >= 0 && at < protocol.DataSize {
			packet.Data[at] = 0
		}
	}
	var wire [protocol.PacketSize]byte
	packet.Encode(&wire)
	copy(p, wire[:])
	return n, ready
}

// The emulated arm is well.
func TestDoctorEmulated(t *testing.T) {
	var d diagnosis
	l := newCell(t, nil)
	said, err := l.do(context.Background(), &d, nil, "doctor")
	if err != nil || len(d.Faults) != 0 {
		t.Errorf("%v, %v\n%s", d.Faults, err, said)
	}
	if l.device.State(l.clock.Now()).Packets != 0 {
		t.Error("it spoke to the real arm")
	}
}
