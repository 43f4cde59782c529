package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"colonnade/jaco/protocol"
	"colonnade/jaco/robot"
	"colonnade/jaco/safety"
	"colonnade/jaco/transport"
	"colonnade/jaco/usbfs"
)

// What to do about faults of cable and connection.
const (
	fixNotFound   = "switch the arm on, plug its USB cable in directly; lsusb -d 22cd: must list it"
	fixPermission = "as root, write this line into " + usbfs.UdevRuleFile + ":\n" + usbfs.UdevRule + "\nthen udevadm control --reload, and plug the arm in again; be in group plugdev"
	fixNoAnswer   = "switch the arm off and on again; if it stays silent, its firmware hangs, or is not one that speaks this protocol"
	fixWrongArm   = robot.DrivenArms
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
	{protocol.ErrMismatch, wrongFirmware, "its answers do not fit the questions, as of broken firmware: let Kinova's own program update it"},
	{transport.ErrTimeout, noAnswer, fixNoAnswer},
}

// cable looks for the arm on the bus and opens it. It reports whether there is one to connect to.
func (h *host) cable(d *diagnosis, s *setup) bool {
	devices, err := usbfs.Find(h.sysfs, usbfs.Vendor)
	switch {
	case errors.Is(err, os.ErrNotExist):
		d.add("USB", unsupported, "doctor must run where the arm is plugged in, on Linux, with /sys mounted", "this machine shows no USB devices: %v", err)
		return false
	case err != nil:
		d.add("USB", otherFault, "", "%v", err)
		return false
	}
	device, ok := chosen(devices, s.rig.Name())
	switch {
	case ok:
		d.add("USB", well, "", "%v", device)
	case len(devices) == 0 && !strings.HasPrefix(s.rig.Name(), "/"):
		d.add("USB", notFound, fixNotFound, "no device of Kinova (vendor 22cd) on the bus")
		return false
	case !strings.HasPrefix(s.rig.Name(), "/"):
		d.add("USB", several, "say -arm PORT", "%s", listing(devices, s.rig.Name()))
		return false
	default: // a path that need not be a device of Kinova
		device = usbfs.Device{Path: s.rig.Name()}
		d.add("USB", well, "", "%s is no device of Kinova's vendor id, as far as the system knows; trying it all the same", device.Path)
	}
	if ok && device.Speed != "" && device.Speed != "12" {
		d.add("USB", well, "a Jaco runs at 12 Mbit/s: is this one?", "it runs at %s Mbit/s", device.Speed)
	}
	if device.Driver != "" && device.Driver != "usbfs" {
		d.add("USB", held, fmt.Sprintf("as root: echo %s:1.0 > /sys/bus/usb/drivers/%s/unbind", device.Port, device.Driver),
			"the kernel's driver %s has taken the arm", device.Driver)
		return false
	}
	return h.claim(d, s, &device)
}

// claim opens the arm as the driver will, and gives it back.
func (h *host) claim(d *diagnosis, s *setup, device *usbfs.Device) bool {
	conn, err := s.rig.Opener()(context.Background())
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

// holders names the programs that have a node open, as far as this user may see: "program (process 12)".
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
