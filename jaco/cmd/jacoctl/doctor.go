package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"colonnade/a3c/cli"
	"colonnade/jaco/cmd/workcell"
	"colonnade/jaco/protocol"
	"colonnade/jaco/robot"
	"colonnade/jaco/safety"
	"colonnade/jaco/transport"
	"colonnade/jaco/usbfs"
)

// fault is the kind of a finding that keeps the arm or the camera from working.
type fault string

// The faults.
const (
	well          fault = ""
	notFound      fault = "not found"
	several       fault = "several"
	noPermission  fault = "no permission"
	held          fault = "held"
	noAnswer      fault = "no answer"
	wrongFirmware fault = "wrong firmware"
	wrongArm      fault = "wrong arm"
	armState      fault = "arm's state"
	cameraMissing fault = "camera not found"
	cameraDenied  fault = "no permission for the camera"
	cameraBusy    fault = "camera busy"
	cameraFormat  fault = "camera's format"
	cameraStale   fault = "camera hangs"
	cameraSlow    fault = "camera too slow"
	calibration   fault = "calibration"
	lateClock     fault = "late"
	stopFile      fault = "stop file"
	unsupported   fault = "not supported"
	otherFault    fault = "other"
)

// finding is what one check has found.
type finding struct {
	Check string `json:"check"`
	Fault fault  `json:"fault,omitempty"` // empty: all is well
	Text  string `json:"text"`
	Fix   string `json:"fix,omitempty"` // what to do about it
}

// diagnosis is the result of doctor.
type diagnosis struct {
	Findings []finding `json:"findings"`
	Faults   []fault   `json:"faults"`
}

func (d *diagnosis) add(check string, f fault, fix, format string, args ...any) {
	d.Findings = append(d.Findings, finding{check, f, fmt.Sprintf(format, args...), fix})
	if f != well && !slices.Contains(d.Faults, f) {
		d.Faults = append(d.Faults, f)
	}
}

func (d *diagnosis) write(w io.Writer) {
	for _, f := range d.Findings {
		mark := "well "
		if f.Fault != well {
			mark = "FAULT"
		}
		fmt.Fprintf(w, "%s  %-12s %s\n", mark, f.Check, f.Text)
		if f.Fix != "" {
			fmt.Fprintf(w, "       %-12s %s\n", "", strings.ReplaceAll(f.Fix, "\n", "\n"+strings.Repeat(" ", 20)))
		}
	}
}

func doctor(ctx context.Context, args []string, c console) (any, error) {
	s := newSetup("doctor -arm usb -camera /dev/video0 -calibration table.json", c)
	if err := s.parse(args); err != nil {
		return nil, err
	}
	return c.host.examine(ctx, s)
}

// examine runs all checks that make sense, in the order in which one depends on the other.
func (h *host) examine(ctx context.Context, s *setup) (any, error) {
	d := &diagnosis{Faults: []fault{}}
	if _, err := os.Lstat(s.workcell.StopFile()); err == nil {
		d.add("stop file", stopFile, "remove it when all is well again", "the file %s is there: nothing may move",
			s.workcell.StopFile())
	}
	if s.workcell.Real() {
		if h.cable(d, s) {
			h.arm(ctx, d, s)
		}
		if s.workcell.HasCamera() {
			h.camera(d, s)
		} else {
			d.add("camera", well, "-camera /dev/video0 looks at one", "not looked at")
		}
		h.timing(d)
	} else {
		h.arm(ctx, d, s)
	}
	d.write(s.stderr)
	if len(d.Faults) == 0 {
		fmt.Fprintln(s.stderr, "no fault found")
		return d, nil
	}
	words := make([]string, len(d.Faults))
	for i, f := range d.Faults {
		words[i] = string(f)
	}
	return d, cli.Hint(fmt.Errorf("found: %s", strings.Join(words, ", ")), "each line marked FAULT says what to do")
}

// arm connects, with nothing but questions, and looks at what the arm says of itself.
func (h *host) arm(ctx context.Context, d *diagnosis, s *setup) {
	at, err := s.open(ctx, workcell.Wants{})
	if err != nil {
		f, fix := connectFault(err)
		d.add("connection", f, fix, "%v", err)
		return
	}
	h.firmware(d, at)
	h.state(d, at)
	h.velocities(ctx, d, at)
	if at.Camera != nil {
		look(d, at.Camera, at.Plane)
	}
	if err := at.close(nil); err != nil {
		d.add("connection", otherFault, "", "closing it: %v", err)
	}
}

// connectFault names the fault of a connection that failed.
func connectFault(err error) (fault, string) {
	for _, known := range connectFaults {
		if errors.Is(err, known.is) {
			return known.fault, known.fix
		}
	}
	return otherFault, ""
}

// What to do about faults of cable and connection.
const (
	fixNotFound   = "switch the arm on, plug its USB cable in directly; lsusb -d 22cd: must list it"
	fixPermission = "as root, write this line into " + usbfs.UdevRuleFile + ":\n" + usbfs.UdevRule +
		"\nthen udevadm control --reload, and plug the arm in again; be in group plugdev"
	fixNoAnswer = "switch the arm off and on again; if it stays silent, its firmware hangs, or is not one that " +
		"speaks this protocol"
	fixWrongArm = robot.DrivenArms
)

var connectFaults = []struct {
	is    error
	fault fault
	fix   string
}{
	{transport.ErrNoDevice, notFound, fixNotFound},
	{transport.ErrPermission, noPermission, fixPermission},
	{transport.ErrBusy, held, "end the other program: one at a time has the arm"},
	{transport.ErrUnsupported, unsupported, "Linux on amd64 or arm64 is needed"},
	{safety.ErrUnsupported, wrongArm, fixWrongArm},
	{protocol.ErrMismatch, wrongFirmware,
		"its answers do not fit the questions, as of broken firmware: let Kinova's own program update it"},
	{transport.ErrTimeout, noAnswer, fixNoAnswer},
}

// cable looks for the arm on the bus and opens it. It reports whether there is one to connect to.
func (h *host) cable(d *diagnosis, s *setup) bool {
	devices, err := usbfs.Find(h.sysfs, usbfs.Vendor)
	switch {
	case errors.Is(err, os.ErrNotExist):
		d.add("USB", unsupported, "doctor must run where the arm is plugged in, on Linux, with /sys mounted",
			"this machine shows no USB devices: %v", err)
		return false
	case err != nil:
		d.add("USB", otherFault, "", "%v", err)
		return false
	}
	device, ok := chosen(devices, s.workcell.Name())
	switch {
	case ok:
		d.add("USB", well, "", "%v", device)
	case len(devices) == 0 && !strings.HasPrefix(s.workcell.Name(), "/"):
		d.add("USB", notFound, fixNotFound, "no device of Kinova (vendor 22cd) on the bus")
		return false
	case !strings.HasPrefix(s.workcell.Name(), "/"):
		d.add("USB", several, "say -arm PORT", "%s", listing(devices, s.workcell.Name()))
		return false
	default: // a path that need not be a device of Kinova
		device = usbfs.Device{Path: s.workcell.Name()}
		d.add("USB", well, "",
			"%s is no device of Kinova's vendor id, as far as the system knows; trying it all the same", device.Path)
	}
	if ok && device.Speed != "" && device.Speed != "12" {
		d.add("USB", well, "a Jaco runs at 12 Mbit/s: is this one?", "it runs at %s Mbit/s", device.Speed)
	}
	if device.Driver != "" && device.Driver != "usbfs" {
		d.add("USB", held, fmt.Sprintf("as root: echo %s:1.0 > /sys/bus/usb/drivers/%s/unbind", device.Port,
			device.Driver),
			"the kernel's driver %s has taken the arm", device.Driver)
		return false
	}
	return h.claim(d, s, &device)
}

// claim opens the arm as the driver will, and gives it back.
func (h *host) claim(d *diagnosis, s *setup, device *usbfs.Device) bool {
	conn, err := s.workcell.Opener()(context.Background())
	if err == nil {
		if err = conn.Close(); err == nil {
			d.add("permission", well, "", "the arm can be opened")
			return true
		}
	}
	f, fix := connectFault(err)
	if f == held {
		if who := h.holders(device.Path); who != "" {
			fix = "end " + who + ": one program at a time has the arm"
		}
	}
	d.add("permission", f, fix, "%v", err)
	return false
}

// chosen finds the device that -arm means.
func chosen(devices []usbfs.Device, name string) (usbfs.Device, bool) {
	for _, d := range devices {
		if d.Path == name || d.Port == name || name == "usb" && len(devices) == 1 {
			return d, true
		}
	}
	return usbfs.Device{}, false
}

func listing(devices []usbfs.Device, name string) string {
	ports := make([]string, len(devices))
	for i, d := range devices {
		ports[i] = d.Port
	}
	text := fmt.Sprintf("there are arms at ports %s", strings.Join(ports, ", "))
	if name != "usb" {
		text += ", none at " + name
	}
	return text
}

// holders names the programs that have a node open, as far as this user may see: "program (process
// 12)".
func (h *host) holders(node string) string {
	links, _ := filepath.Glob(filepath.Join(h.proc, "[0-9]*", "fd", "*")) // the pattern is well-formed
	var found []string
	seen := map[string]bool{}
	for _, link := range links {
		to, err := os.Readlink(link)
		if err != nil || to != node {
			continue
		}
		process := filepath.Dir(filepath.Dir(link))
		if seen[process] {
			continue
		}
		seen[process] = true
		name, err := os.ReadFile(filepath.Join(process, "comm"))
		if err != nil {
			name = []byte("a program")
		}
		found = append(found, fmt.Sprintf("%s (process %s)", strings.TrimSpace(string(name)), filepath.Base(process)))
	}
	return strings.Join(found, " and ")
}
