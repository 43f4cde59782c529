package usbfs

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"colonnade/jaco/transport"
)

// plant makes a tree like sysfs from lines "device/attribute value".
func plant(t *testing.T, lines string) string {
	t.Helper()
	root := t.TempDir()
	for line := range strings.Lines(lines) {
		path, value, _ := strings.Cut(strings.TrimSpace(line), " ")
		if path == "" {
			continue
		}
		file := filepath.Join(root, path)
		if err := os.MkdirAll(filepath.Dir(file), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(value+"\n"), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

const bus = `
	usb1/idVendor 1d6b
	usb1/idProduct 0002
	usb1/busnum 1
	usb1/devnum 1
	3-2/idVendor 22cd
	3-2/idProduct 0000
	3-2/busnum 3
	3-2/devnum 14
	3-2/speed 12
	1-1.4/idVendor 22cd
	1-1.4/idProduct 0001
	1-1.4/busnum 1
	1-1.4/devnum 7
	1-1.4/speed 12
	1-1.4/manufacturer Kinova inc.` + "\x00\u4e2d\u6587" + `
	1-1.4:1.0/bInterfaceNumber 00
	1-9/idVendor 22cd
	1-9/busnum x
	1-8/idVendor zz
	1-7/idVendor 22cd
	1-7/idProduct 0000
	1-7/busnum 1
	1-7/devnum 999
`

func TestFind(t *testing.T) {
	root := plant(t, bus)
	held := filepath.Join(root, "3-2", "3-2:1.0")
	if err := os.MkdirAll(held, 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("../../../bus/usb/drivers/cdc_acm", filepath.Join(held, "driver")); err != nil {
		t.Fatal(err)
	}
	found, err := Find(root, Vendor)
	if err != nil {
		t.Fatal(err)
	}
	want := []Device{
		{"1-1.4", "/dev/bus/usb/001/007", 1, 7, 0x22cd, 1, "12", "Kinova inc.", ""},
		{"3-2", "/dev/bus/usb/003/014", 3, 14, 0x22cd, 0, "12", "", "cdc_acm"},
	}
	if len(found) != 2 || found[0] != want[0] || found[1] != want[1] {
		t.Errorf("found %+v, want %+v", found, want)
	}
	if got, want := found[0].String(), "22cd:0001 at port 1-1.4, /dev/bus/usb/001/007"; got != want {
		t.Errorf("reads %q, want %q", got, want)
	}
	if _, err := Find(filepath.Join(t.TempDir(), "none"), Vendor); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a missing tree gave %v", err)
	}
}

func TestChoose(t *testing.T) {
	both, err := Find(plant(t, bus), Vendor)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		found []Device
		port  string
		want  string // port of the one chosen, or a part of the error
		kind  error
	}{
		{both[:1], "", "1-1.4", nil},
		{both, "3-2", "3-2", nil},
		{nil, "", "Kinova arm", transport.ErrNoDevice},
		{both, "1-2", "1-1.4, 3-2", transport.ErrNoDevice},
		{both, "", "say which", errors.ErrUnsupported},
	} {
		d, err := choose(c.found, c.port)
		if c.kind == nil && (err != nil || d.Port != c.want) {
			t.Errorf("port %q chose %v, %v, want %s", c.port, d, err, c.want)
		}
		if c.kind != nil && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("port %q gave %v, want %q", c.port, err, c.want)
		}
		if c.kind == transport.ErrNoDevice && !errors.Is(err, c.kind) {
			t.Errorf("port %q gave %v, want ErrNoDevice", c.port, err)
		}
	}
}

// Whoever asks for the only arm gets that one again, not another that is alone by now, nor none
// because there are two.
func TestOpenerKeepsThePort(t *testing.T) {
	both, err := Find(plant(t, bus), Vendor)
	if err != nil {
		t.Fatal(err)
	}
	var found []Device
	opened := ""
	o := opener{devices: func() ([]Device, error) { return found, nil },
		open: func(path string) (transport.Conn, error) { opened = path; return nil, nil }}
	for _, c := range []struct {
		found []Device
		want  string // path; "": none
	}{{nil, ""}, {both[:1], both[0].Path}, {both[1:], ""}, {both, both[0].Path}, {nil, ""}, {both[:1], both[0].Path}} {
		found, opened = c.found, ""
		if _, err := o.conn(context.Background()); opened != c.want || (err == nil) != (c.want != "") {
			t.Errorf("of %v it opened %q, want %q: %v", c.found, opened, c.want, err)
		} else if err != nil && !errors.Is(err, transport.ErrNoDevice) {
			t.Errorf("%v, want ErrNoDevice", err)
		}
	}
}

func TestOpenWhatIsNotThere(t *testing.T) {
	want := transport.ErrNoDevice
	if runtime.GOOS != "linux" {
		want = transport.ErrUnsupported
	}
	if _, err := Opener(filepath.Join(t.TempDir(), "none"))(context.Background()); !errors.Is(err, want) {
		t.Errorf("open gave %v, want %v", err, want)
	}
	cancelled, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := Opener("")(cancelled); !errors.Is(err, context.Canceled) {
		t.Errorf("a cancelled open gave %v", err)
	}
}
