// Package usbfs is the cable of package transport on Linux: the kernel's USB device file system, by
// ioctls, without a library. On other systems, and on other processors than amd64 and arm64,
// everything returns transport.ErrUnsupported.
//
// Devices lists the arms on the bus, Open opens one by the path of its node, and Opener makes a
// transport.Opener that finds the arm again after it was pulled out and put back at another
// address.
//
// # How a transfer goes
//
// Each transfer is an interrupt URB of at most 64 bytes: SUBMITURB; then a goroutine that polls the
// node reaps it with REAPURBNDELAY. Where the time is up, the context cancelled or the connection
// closed, DISCARDURB asks for it back, and the transfer ends when it has come back: with what
// arrived before, if anything did. URBs and buffers lie in memory of their own, outside of Go's
// heap, because the kernel holds their addresses meanwhile.
//
// An endpoint that stalled is told to go on (CLEAR_HALT) before the transfer ends with
// transport.ErrStall: the next one may succeed.
//
// Interface 0 is claimed while a connection is open, and released on every way out.
//
// # Sources
//
// Numbers and layouts are those of the kernel's linux/usbdevice_fs.h, read from the C headers on
// amd64; arm64 has the same. Behaviour was seen on Linux 6.1 through vhci_hcd. What libusb clients
// of the arm do is in jaco/protocol/PROTOCOL.md, section 1.
package usbfs

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strconv"
	"strings"
	"sync"

	"colonnade/jaco/transport"
)

// Vendor is the vendor id of Kinova (K, S, R: see package protocol for the marks). The product id
// is 0 for every arm seen, and may change, so nothing here looks at it; nor at the strings, which
// are malformed.
const Vendor = 0x22cd

// UdevRule is the line that lets members of group plugdev, and whoever sits at the machine, use an
// arm. It belongs into the file UdevRuleFile, and acts when the arm is plugged in again. The file's
// name must sort before 73-seat-late for the tag to count. It asks for the vendor alone, as
// everything here does.
const (
	UdevRule     = `SUBSYSTEM=="usb", ENV{DEVTYPE}=="usb_device", ATTR{idVendor}=="22cd", MODE="0660", GROUP="plugdev", TAG+="uaccess"`
	UdevRuleFile = "/etc/udev/rules.d/70-kinova-jaco.rules"
)

const adviceOnPermission = "write the udev rule " + UdevRule + " into " + UdevRuleFile + " and plug the arm in again"

// Device is a USB device as sysfs shows it.
type Device struct {
	Port            string // where it is plugged in, such as "1-1.2": the same after re-plugging
	Path            string // of its node, such as "/dev/bus/usb/001/002": another after re-plugging
	Bus, Address    int
	Vendor, Product uint16
	Speed           string // in Mbit/s, as the kernel writes it: "12" for full speed
	Manufacturer    string // as far as it can be read
	Driver          string // of the kernel, that holds interface 0; "" is usual, "usbfs" a program that has it
}

// String names the device for people.
func (d Device) String() string {
	return fmt.Sprintf("%04x:%04x at port %s, %s", d.Vendor, d.Product, d.Port, d.Path)
}

// SysfsDevices is where Linux lists its USB devices.
const SysfsDevices = "/sys/bus/usb/devices"

const (
	nodes        = "/dev/bus/usb"
	maxAttribute = 4096 // bytes of a sysfs file: a page of memory
)

// Find lists the devices of a vendor in a tree like /sys/bus/usb/devices, in the order of bus and
// address. Entries that cannot be read are left out: devices come and go while one looks.
func Find(sysfs string, vendor uint16) ([]Device, error) {
	entries, err := os.ReadDir(sysfs)
	if err != nil {
		return nil, fmt.Errorf("list USB devices: %w", err)
	}
	var found []Device
	for _, e := range entries {
		if strings.Contains(e.Name(), ":") { // an interface
			continue
		}
		// Of others nothing more is read: their texts wait while the kernel is at work on them, a
		// hub's for as long as it hangs.
		dir := filepath.Join(sysfs, e.Name())
		if v, ok := attributeNumber(dir, "idVendor", 16, 0xffff); !ok || uint16(v) != vendor {
			continue
		}
		if d, ok := readDevice(dir); ok {
			d.Port = e.Name()
			d.Driver = driver(dir, d.Port)
			found = append(found, d)
		}
	}
	sort.Slice(found, func(i, j int) bool {
		if found[i].Bus != found[j].Bus {
			return found[i].Bus < found[j].Bus
		}
		return found[i].Address < found[j].Address
	})
	return found, nil
}

func readDevice(dir string) (d Device, ok bool) {
	vendor, ok1 := attributeNumber(dir, "idVendor", 16, 0xffff)
	product, ok2 := attributeNumber(dir, "idProduct", 16, 0xffff)
	bus, ok3 := attributeNumber(dir, "busnum", 10, 999)
	address, ok4 := attributeNumber(dir, "devnum", 10, 127)
	if !ok1 || !ok2 || !ok3 || !ok4 {
		return d, false
	}
	d = Device{
		Path:    fmt.Sprintf("%s/%03d/%03d", nodes, bus, address),
		Bus:     bus,
		Address: address,
		Vendor:  uint16(vendor),
		Product: uint16(product),
	}
	d.Speed, _ = attribute(dir, "speed")
	d.Manufacturer, _ = attribute(dir, "manufacturer")
	return d, true
}

// driver returns the name of the kernel driver that has interface 0 of the device at a port, in any
// configuration.
func driver(dir, port string) string {
	// the pattern is well-formed: ports are numbers and dots
	links, _ := filepath.Glob(filepath.Join(dir, port+":*.0", "driver"))
	for _, link := range links {
		if to, err := os.Readlink(link); err == nil {
			return filepath.Base(to)
		}
	}
	return ""
}

// attribute reads a sysfs file, without what is not printable.
func attribute(dir, name string) (string, bool) {
	f, err := os.Open(filepath.Join(dir, name))
	if err != nil {
		return "", false
	}
	defer f.Close()
	buf := make([]byte, maxAttribute)
	n, _ := f.Read(buf)
	text := strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' {
			return -1
		}
		return r
	}, string(buf[:n]))
	return strings.TrimSpace(text), true
}

func attributeNumber(dir, name string, base, most int) (int, bool) {
	text, ok := attribute(dir, name)
	if !ok {
		return 0, false
	}
	n, err := strconv.ParseUint(text, base, 16)
	return int(n), err == nil && int(n) <= most
}

// Opener returns an Opener for the arm that name means: the path of a node (it begins with a slash,
// and need not be a device of Vendor), a port such as "1-1.2", or "" for the only arm there is.
// That is where it was opened first: an arm at another port is another one, since serial numbers
// can be blank.
func Opener(name string) transport.Opener {
	if strings.HasPrefix(name, "/") {
		return func(ctx context.Context) (transport.Conn, error) {
			if err := ctx.Err(); err != nil {
				return nil, transport.Interrupted("open", name, err)
			}
			return Open(name)
		}
	}
	return (&opener{port: name, devices: Devices, open: Open}).conn
}

// opener opens the arm at a port.
type opener struct {
	port    string // "": not known yet
	devices func() ([]Device, error)
	open    func(path string) (transport.Conn, error)
	mu      sync.Mutex
}

func (o *opener) conn(ctx context.Context) (transport.Conn, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return nil, transport.Interrupted("open", o.port, err)
	}
	found, err := o.devices()
	if err != nil {
		return nil, err
	}
	d, err := choose(found, o.port)
	if err != nil {
		return nil, err
	}
	c, err := o.open(d.Path)
	if err == nil {
		o.port = d.Port
	}
	return c, err
}

// choose finds the device that port means.
func choose(found []Device, port string) (Device, error) {
	var names []string
	for _, d := range found {
		if d.Port == port || port == "" && len(found) == 1 {
			return d, nil
		}
		names = append(names, d.Port)
	}
	switch {
	case len(found) == 0:
		return Device{}, &transport.Error{Op: "find", Name: "Kinova arm", Kind: transport.ErrNoDevice}
	case port == "":
		return Device{}, fmt.Errorf("there are %d arms, at ports %s: say which", len(found), strings.Join(names, ", "))
	}
	return Device{}, &transport.Error{Op: "find", Name: "arm at port " + port, Kind: transport.ErrNoDevice,
		Cause: fmt.Errorf("there are arms at ports %s", strings.Join(names, ", "))}
}
