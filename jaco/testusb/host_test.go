//go:build linux

package testusb

import (
	"context"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

var (
	packages = flag.String("packages", "", "boot a kernel from the Debian packages in this `folder`")
	guest    = flag.Bool("guest", false, "run the guest's tests")
)

const (
	success    = "test-usb: all guest tests passed" // on the console
	exitStatus = 33                                 // of QEMU: 16<<1 | 1
	guestTime  = "4m"                               // for the tests in the guest
	bootTime   = 5 * time.Minute                    // for all of it; half a minute is usual on an idle machine
)

// TestBoot boots a kernel whose user space is this test binary.
func TestBoot(t *testing.T) {
	if *packages == "" {
		t.Skip("needs -packages: run make test-usb")
	}
	if runtime.GOARCH != "amd64" {
		t.Fatal("the kernel is one for amd64, and so must this binary be")
	}
	began := time.Now()
	dir := t.TempDir()
	kernel, initrd := buildImage(t, *packages, dir)
	t.Logf("kernel and file system made in %.1f s", time.Since(began).Seconds())

	began = time.Now()
	console := filepath.Join(dir, "console.log")
	ctx, cancel := context.WithTimeout(context.Background(), bootTime)
	defer cancel()
	// One processor: with two, emulated on two cores, an exchange was seen to take seven times as
	// long.
	qemu := exec.CommandContext(ctx, "qemu-system-x86_64", "-accel", "tcg", "-cpu", "max", "-m", "512", "-smp", "1",
		"-no-reboot",
		"-nodefaults", "-no-user-config", "-display", "none", "-serial", "file:"+console,
		"-device", "isa-debug-exit,iobase=0xf4,iosize=0x04",
		"-kernel", kernel, "-initrd", initrd, "-append", "console=ttyS0 panic=-1 quiet")
	said, err := qemu.CombinedOutput()
	text, _ := os.ReadFile(console)
	t.Logf("the guest took %.1f s:\n%s%s", time.Since(began).Seconds(), said, text)
	if qemu.ProcessState == nil {
		t.Fatal(err)
	}
	if status := qemu.ProcessState.ExitCode(); status != exitStatus || !strings.Contains(string(text), success) {
		t.Errorf("QEMU ended with status %d, want %d and %q on the console", status, exitStatus, success)
	}
}

// onlyGuest skips a test outside of the guest.
func onlyGuest(t *testing.T) {
	t.Helper()
	if !*guest {
		t.Skip("runs in the guest of make test-usb")
	}
}
