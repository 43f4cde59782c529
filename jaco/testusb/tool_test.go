//go:build linux

package testusb

import (
	"io"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"
)

// Debian's own tool finds jacoemu and attaches its arm, as on any other machine.
func TestGuestTool(t *testing.T) {
	onlyGuest(t)
	emulator := exec.Command("/bin/jacoemu", "-control", "-log", "/tmp/exchanges", "-start", "home")
	control, err := emulator.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	var stdout strings.Builder
	emulator.Stdout = &stdout
	stderr, err := os.Create("/tmp/jacoemu")
	if err != nil {
		t.Fatal(err)
	}
	emulator.Stderr = stderr
	if err := emulator.Start(); err != nil {
		t.Fatal(err)
	}
	defer emulator.Process.Kill()
	awaitText(t, "/tmp/jacoemu", "usbip attach -r 127.0.0.1 -b 1-1")

	if list := usbipTool(t, "list", "-r", "127.0.0.1"); !regexp.MustCompile(`1-1: .*\(22cd:0000\)`).MatchString(list) {
		t.Errorf("usbip list -r says:\n%s", list)
	}
	usbipTool(t, "attach", "-r", "127.0.0.1", "-b", "1-1")
	awaitArms(t, 1)
	port := regexp.MustCompile(`Port (\d+): <Port in Use> at Full Speed`).FindStringSubmatch(usbipTool(t, "port"))
	if port == nil {
		t.Fatal("usbip port does not show the arm")
	}
	a := drive(t)
	if err := a.Enable(background); err != nil {
		t.Fatal(err)
	}
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	usbipTool(t, "detach", "-p", port[1])
	awaitArms(t, 0)
	awaitText(t, "/tmp/jacoemu", "arm 1-1 is free")
	usbipTool(t, "attach", "-r", "127.0.0.1", "-b", "1-1")
	awaitArms(t, 1)
	io.WriteString(control, "unplug 1-1\n")
	awaitArms(t, 0)

	emulator.Process.Signal(syscall.SIGINT)
	if err := emulator.Wait(); err != nil {
		t.Errorf("jacoemu ended with %v", err)
	}
	if !strings.Contains(stdout.String(), `"id":"1-1"`) {
		t.Errorf("jacoemu's result is %q", stdout.String())
	}
	awaitText(t, "/tmp/exchanges", "302 (start API control)")
}

// usbipTool runs the tool and returns what it says.
func usbipTool(t *testing.T, args ...string) string {
	t.Helper()
	said, err := exec.Command("/bin/usbip", args...).CombinedOutput()
	if err != nil {
		t.Fatalf("usbip %s: %v\n%s", strings.Join(args, " "), err, said)
	}
	return string(said)
}

// awaitText waits for words in a file.
func awaitText(t *testing.T, path, want string) {
	t.Helper()
	for end := time.Now().Add(patience); ; time.Sleep(10 * time.Millisecond) {
		text, _ := os.ReadFile(path)
		if strings.Contains(string(text), want) {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("no %q in %s:\n%s", want, path, text)
		}
	}
}
