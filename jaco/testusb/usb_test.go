//go:build linux

package testusb

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"colonnade/jaco/arm"
	"colonnade/jaco/protocol"
	"colonnade/jaco/transport"
	"colonnade/jaco/usbfs"
)

// The kernel enumerates the emulated arm as kernel logs show a real one.
func TestGuestEnumeration(t *testing.T) {
	newRig(t)
	d := awaitArms(t, 1)[0]
	if d.Vendor != usbfs.Vendor || d.Product != 0 || d.Speed != "12" || d.Manufacturer != "Kinova inc." {
		t.Errorf("the kernel has %+v", d)
	}
	if info, err := os.Stat(d.Path); err != nil || info.Mode()&os.ModeCharDevice == 0 {
		t.Errorf("node %s: %v, %v", d.Path, info, err)
	}
}

// How long a question takes from usbfs to the emulated arm and back, whose own share is 1 ms.
func TestGuestLatency(t *testing.T) {
	r := newRig(t)
	c := r.open()
	took := make([]time.Duration, 200)
	for i := range took {
		began := time.Now()
		if _, err := exchange(background, c); err != nil {
			t.Fatal(err)
		}
		took[i] = time.Since(began)
	}
	slices.Sort(took)
	t.Logf("measured: an exchange takes %v to %v, %v in the median", took[0], took[len(took)-1], took[len(took)/2])
}

// The driver moves the arm, through all of it.
func TestGuestDriver(t *testing.T) {
	r := newRig(t)
	a := drive(t)
	if info := a.Info(); info.Type != protocol.Jaco2 {
		t.Errorf("the arm is a %v", info.Type)
	}
	if err := a.Enable(background); err != nil {
		t.Fatal(err)
	}
	before := r.device.State(time.Now()).Q[0]
	if err := a.SetVelocity(&[arm.NumJoints]float64{0.5}); err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	for time.Since(began) < 2*time.Second {
		if _, err := a.Angles(background, time.Now()); err != nil {
			t.Fatal(err)
		}
	}
	if err := a.Stop(background); err != nil {
		t.Fatal(err)
	}
	if turned := r.device.State(time.Now()).Q[0] - before; turned < 0.02 || turned > 2 {
		t.Errorf("joint 1 turned by %.3f rad in some 2 s at 0.5 rad/s", turned)
	}
	s := a.Stats()
	t.Logf("measured: an exchange takes %v, at most %v; periods begin up to %v late, %d by over 5 ms; %d points sent",
		s.ExchangeTime/time.Duration(max(s.Exchanges, 1)), s.MaxExchange, s.MaxLateness, s.Late, s.Points)
	if s.Failures > 0 || s.Stops > 0 {
		t.Errorf("%+v", s)
	}
	if err := a.Close(); err != nil {
		t.Error(err)
	}
}

// The cable comes out while the arm moves, and is put back elsewhere.
func TestGuestUnplug(t *testing.T) {
	r := newRig(t)
	a := drive(t)
	if err := a.Enable(background); err != nil {
		t.Fatal(err)
	}
	if err := a.SetVelocity(&[arm.NumJoints]float64{0.3}); err != nil {
		t.Fatal(err)
	}
	if _, err := a.Angles(background, time.Now()); err != nil {
		t.Fatal(err)
	}
	address := awaitArms(t, 1)[0].Address
	r.Unplug("1-1")
	began := time.Now()
	_, err := a.Angles(background, time.Now())
	t.Logf("measured: the driver noticed after %v", time.Since(began))
	if !errors.Is(err, transport.ErrNoDevice) || !errors.Is(a.Err(), transport.ErrNoDevice) {
		t.Fatalf("unplugged: %v; the watchdog says %v", err, a.Err())
	}
	awaitArms(t, 0)
	r.Plug("1-1")
	if d := r.attach(); d.Address == address {
		t.Errorf("the arm is at address %d again: this tests nothing", address)
	}
	ctx, cancel := context.WithTimeout(background, patience)
	defer cancel()
	if err := a.Recover(ctx); err != nil {
		t.Fatal(err)
	}
	if _, err := a.Angles(background, time.Now()); err != nil {
		t.Error(err)
	}
}

// Unplugging ends a transfer that waits.
func TestGuestUnplugWhileReading(t *testing.T) {
	r := newRig(t)
	c := r.open()
	ended := make(chan error)
	go func() {
		_, err := c.Read(background, make([]byte, protocol.PacketSize))
		ended <- err
	}()
	time.Sleep(100 * time.Millisecond) // so that it does wait; without, the test is weaker, not wrong
	r.Unplug("1-1")
	if err := <-ended; !errors.Is(err, transport.ErrNoDevice) {
		t.Errorf("the read ended with %v", err)
	}
	if _, err := c.Write(background, make([]byte, 64)); !errors.Is(err, transport.ErrNoDevice) {
		t.Errorf("a write afterwards gave %v", err)
	}
	if err := c.Close(); err != nil {
		t.Errorf("close: %v", err)
	}
}

// An endpoint that stalls is cleared, and goes on.
func TestGuestStall(t *testing.T) {
	r := newRig(t)
	c := r.open()
	r.stall.refuse <- struct{}{}
	if _, err := exchange(background, c); !errors.Is(err, transport.ErrStall) || !errors.Is(err, syscall.EPIPE) {
		t.Errorf("a refused packet: %v", err)
	}
	for range 3 {
		if reply, err := exchange(background, c); err != nil || reply.Command != protocol.InfoRead {
			t.Errorf("after it: %+v, %v", reply, err)
		}
	}
}

// A read that is cancelled, by time or by hand, takes nothing from the next.
func TestGuestCancel(t *testing.T) {
	r := newRig(t)
	c := r.open()
	buf := make([]byte, protocol.PacketSize)
	for range 20 {
		ctx, cancel := context.WithTimeout(background, 5*time.Millisecond)
		if n, err := c.Read(ctx, buf); n != 0 || !errors.Is(err, transport.ErrTimeout) {
			t.Fatalf("a read in vain: %d bytes, %v", n, err)
		}
		cancel()
		if _, err := exchange(background, c); err != nil {
			t.Fatal(err)
		}
	}
	// The reply comes about when the time is up: it is read now or by the next read, but never
	// lost.
	lost := 0
	for i := range 100 {
		wire := whoAreYou()
		if _, err := c.Write(background, wire[:]); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(background, time.Duration(i)*50*time.Microsecond)
		n, err := c.Read(ctx, buf)
		cancel()
		if err == nil && n == protocol.PacketSize {
			continue
		}
		if !errors.Is(err, transport.ErrTimeout) {
			t.Fatalf("%d bytes, %v", n, err)
		}
		ctx, cancel = context.WithTimeout(background, time.Second)
		if _, err := c.Read(ctx, buf); err != nil {
			lost++
		}
		cancel()
	}
	if lost > 0 {
		t.Errorf("%d of 100 replies were lost", lost)
	}
	// Close ends what waits.
	ended := make(chan error)
	go func() {
		_, err := c.Read(background, buf)
		ended <- err
	}()
	time.Sleep(50 * time.Millisecond)
	if err := c.Close(); err != nil {
		t.Error(err)
	}
	if err := <-ended; !errors.Is(err, transport.ErrClosed) {
		t.Errorf("closed under a read: %v", err)
	}
}

// One program has the arm; when it ends, the next gets it.
func TestGuestBusy(t *testing.T) {
	r := newRig(t)
	c := r.open()
	if _, err := exchange(background, c); err != nil {
		t.Fatal(err)
	}
	if _, err := usbfs.Opener("")(background); !errors.Is(err, transport.ErrBusy) {
		t.Errorf("a second program gets %v", err)
	}
	c.Close()
	if _, err := exchange(background, r.open()); err != nil {
		t.Error(err)
	}
}

// Somebody who is not root reads what to do about it.
func TestGuestPermission(t *testing.T) {
	newRig(t)
	somebody := exec.Command("/init", "-guest", "-test.run", "^TestHelperOpen$", "-test.v")
	somebody.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 1000, Gid: 1000}}
	somebody.Env = []string{"TEST_USB_OPEN=1"}
	said, err := somebody.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, said)
	}
	for _, want := range []string{"permission denied", "udev rule", usbfs.UdevRuleFile, `ATTR{idVendor}=="22cd"`} {
		if !bytes.Contains(said, []byte(want)) {
			t.Errorf("no %q in: %s", want, said)
		}
	}
}

// TestHelperOpen is what TestGuestPermission runs as somebody else.
func TestHelperOpen(t *testing.T) {
	if os.Getenv("TEST_USB_OPEN") == "" {
		t.Skip("is run by TestGuestPermission")
	}
	_, err := usbfs.Opener("")(background)
	if !errors.Is(err, transport.ErrPermission) || !errors.Is(err, syscall.EACCES) {
		t.Fatalf("open gave %v", err)
	}
	t.Log(strings.ReplaceAll(err.Error(), "\n", " "))
}
