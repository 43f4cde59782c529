//go:build linux

package testusb

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// TestMain is process 1 in the guest.
func TestMain(m *testing.M) {
	if os.Getpid() == 1 && os.Args[0] == "/init" {
		runGuest()
	}
	os.Exit(m.Run())
}

// runGuest prepares the guest, runs its tests in a process of their own, and ends the machine.
func runGuest() {
	err := prepare()
	if err == nil {
		tests := exec.Command("/init", "-guest", "-test.v", "-test.run", "^TestGuest", "-test.timeout", guestTime)
		tests.Stdout, tests.Stderr, tests.Env = os.Stdout, os.Stderr, []string{"PATH=/bin"}
		err = tests.Run()
	}
	if err != nil {
		fmt.Println("test-usb:", err)
	} else {
		fmt.Println(success)
	}
	for { // process 1 must not end: the kernel would panic
		fmt.Println("test-usb: the machine does not stop:", stop(err == nil))
		time.Sleep(time.Hour)
	}
}

// stop ends QEMU with exitStatus or, after a failure, another one. It waits for the console first:
// the machine stops at once.
func stop(well bool) error {
	unix.IoctlSetInt(1, unix.TCSBRK, 1)
	port, err := os.OpenFile("/dev/port", os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	value := byte(1)
	if well {
		value = exitStatus >> 1
	}
	_, err = port.WriteAt([]byte{value}, 0xf4) // QEMU's isa-debug-exit
	return err
}

func prepare() error {
	began := time.Now()
	for _, m := range []struct{ kind, at string }{
		{"proc", "/proc"}, {"sysfs", "/sys"}, {"devtmpfs", "/dev"}, {"tmpfs", "/tmp"}, {"tmpfs", "/var"},
	} {
		if err := unix.Mount(m.kind, m.at, m.kind, 0, ""); err != nil {
			return fmt.Errorf("mount %s: %w", m.at, err)
		}
	}
	if err := os.Mkdir("/var/run", 0o755); err != nil { // the usbip tool keeps notes there
		return err
	}
	os.Chmod("/tmp", 0o777)
	list, err := os.ReadFile("/modules/list")
	if err != nil {
		return err
	}
	for line := range strings.Lines(string(list)) {
		path, parameters, _ := strings.Cut(strings.TrimSpace(line), " ")
		if err := loadModule("/"+path, parameters); err != nil {
			return err
		}
	}
	fmt.Printf("modules loaded in %.1f s\n", time.Since(began).Seconds())
	return bringUpLoopback()
}

func loadModule(path, parameters string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	if err := unix.FinitModule(int(f.Fd()), parameters, 0); err != nil && !errors.Is(err, unix.EEXIST) {
		return fmt.Errorf("load %s: %w", path, err)
	}
	return nil
}

func bringUpLoopback() error {
	s, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return err
	}
	defer unix.Close(s)
	r, err := unix.NewIfreq("lo")
	if err != nil {
		return err
	}
	r.SetUint16(unix.IFF_UP | unix.IFF_RUNNING)
	if err := unix.IoctlIfreq(s, unix.SIOCSIFFLAGS, r); err != nil {
		return fmt.Errorf("bring up the loopback interface: %w", err)
	}
	return nil
}
