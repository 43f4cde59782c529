//go:build amd64 || arm64

package device

import (
	"errors"
	"path/filepath"
	"testing"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// TestNode takes a pipe for a device: it has events, an ioctl that counts its bytes, and Wake ends
// waiting for it.
func TestNode(t *testing.T) {
	path := filepath.Join(t.TempDir(), "pipe")
	if _, err := Open(path, 0); !errors.Is(err, unix.ENOENT) {
		t.Errorf("a node that is not there: %v", err)
	}
	if err := unix.Mkfifo(path, 0o600); err != nil {
		t.Skipf("no pipe with a name here: %v", err)
	}
	n, err := Open(path, unix.O_NONBLOCK)
	if err != nil {
		t.Fatal(err)
	}
	defer n.Close()

	woken := make(chan bool)
	go func() {
		_, is, err := n.Await(unix.POLLIN)
		woken <- is && err == nil
	}()
	time.Sleep(10 * time.Millisecond)
	n.Wake()
	if !<-woken {
		t.Error("Await ended, but not by Wake")
	}

	if come, _, err := n.Await(unix.POLLOUT); err != nil || come != unix.POLLOUT {
		t.Errorf("a pipe that can be written to: %#x, %v", come, err)
	}
	if _, err := unix.Write(n.fd, []byte("four")); err != nil {
		t.Fatal(err)
	}
	var waiting int32
	if err := n.Ioctl(unix.TIOCINQ, unsafe.Pointer(&waiting)); err != nil || waiting != 4 {
		t.Errorf("%d bytes wait, %v", waiting, err)
	}
	if err := n.Ioctl(IOC(Both, '?', 0, 4), unsafe.Pointer(&waiting)); !errors.Is(err, unix.ENOTTY) {
		t.Errorf("an ioctl that there is not: %v", err)
	}
}

// TestIOC: USBDEVFS_CLAIMINTERFACE of linux/usbdevice_fs.h and VIDIOC_QBUF of linux/videodev2.h.
func TestIOC(t *testing.T) {
	if got := IOC(Read, 'U', 15, 4); got != 0x8004550f {
		t.Errorf("%#x", got)
	}
	if got := IOC(Both, 'V', 15, 88); got != 0xc058560f {
		t.Errorf("%#x", got)
	}
}
