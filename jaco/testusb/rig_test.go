//go:build linux

package testusb

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"colonnade/jaco/arm"
	"colonnade/jaco/clock"
	"colonnade/jaco/emulator"
	"colonnade/jaco/protocol"
	"colonnade/jaco/transport"
	"colonnade/jaco/usbfs"
	"colonnade/jaco/usbip"
	"colonnade/sim"
)

var background = context.Background()

// patience bounds waits for the kernel: a hub takes 0.5 s to enumerate a device, and this processor
// is emulated.
const patience = 30 * time.Second

// rig is an emulated arm on the kernel's bus.
type rig struct {
	*usbip.Server
	t       *testing.T
	address string
	device  *emulator.Device
	stall   *stubborn
}

// stubborn is a device that refuses packets while it is told to.
type stubborn struct {
	transport.Device
	refuse chan struct{} // each value refuses a packet
}

func (s *stubborn) Out(now time.Time, p []byte) error {
	select {
	case <-s.refuse:
		return errors.New("refused")
	default:
		return s.Device.Out(now, p)
	}
}

// newRig serves an arm and plugs it into the kernel's virtual host controller.
func newRig(t *testing.T) *rig {
	t.Helper()
	home, _ := sim.Canonical().Keyframe("home")
	return newRigAt(t, home)
}

// newRigAt is newRig with an arm that stands at joint angles, rad.
func newRigAt(t *testing.T, start [sim.NumJoints]float64) *rig {
	t.Helper()
	onlyGuest(t)
	options := emulator.NewOptions(protocol.Jaco2)
	options.Start = &start
	device, err := emulator.New(options)
	if err != nil {
		t.Fatal(err)
	}
	r := &rig{t: t, device: device, stall: &stubborn{device, make(chan struct{}, 1)}}
	if r.Server, err = usbip.NewServer([]usbip.Arm{{BusID: "1-1", Device: r.stall}},
		func(text string) { t.Log(text) }); err != nil {
		t.Fatal(err)
	}
	l, err := usbip.Listen("127.0.0.1:0", false)
	if err != nil {
		t.Fatal(err)
	}
	r.address = l.Addr().String()
	ctx, cancel := context.WithCancel(background)
	done := make(chan error)
	go func() { done <- r.Serve(ctx, l) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
		awaitArms(t, 0)
	})
	r.attach()
	return r
}

// attach does what the tool usbip attach does: it asks the server for the arm and gives the
// connection to the kernel.
func (r *rig) attach() usbfs.Device {
	r.t.Helper()
	conn, err := net.Dial("tcp", r.address)
	if err != nil {
		r.t.Fatal(err)
	}
	defer conn.Close() // the kernel has its own reference
	request := make([]byte, 8+32)
	copy(request, []byte{1, 0x11, 0x80, 3})
	copy(request[8:], "1-1")
	conn.Write(request)
	reply := make([]byte, 8+312)
	conn.SetDeadline(time.Now().Add(patience))
	if _, err := io.ReadFull(conn, reply); err != nil || binary.BigEndian.Uint32(reply[4:]) != 0 {
		r.t.Fatalf("the server answers % x, %v", reply[:8], err)
	}
	if err := giveToKernel(conn.(syscall.Conn), binary.BigEndian.Uint32(reply[8+296:])); err != nil {
		r.t.Fatal(err)
	}
	return awaitArms(r.t, 1)[0]
}

const controller = "/sys/devices/platform/vhci_hcd.0/"

// giveToKernel attaches what speaks USB/IP at the other end of a socket to the first free port.
// Speeds are 2 for full and 3 for high.
func giveToKernel(socket syscall.Conn, speed uint32) error {
	raw, err := socket.SyscallConn()
	if err != nil {
		return err
	}
	status, err := os.ReadFile(controller + "status")
	if err != nil {
		return err
	}
	for line := range strings.Lines(string(status)) { // hub port state speed device socket local-id
		f := strings.Fields(line)
		if len(f) < 3 || f[0] != "hs" || f[2] != "004" {
			continue
		}
		var attached error
		err := raw.Control(func(fd uintptr) {
			attached = os.WriteFile(controller+"attach", fmt.Appendf(nil, "%s %d 65538 %d", f[1], fd, speed), 0)
		})
		return errors.Join(err, attached)
	}
	return errors.New("the virtual host controller has no free port")
}

// awaitArms waits until the kernel knows n arms, configured.
func awaitArms(t *testing.T, n int) []usbfs.Device {
	t.Helper()
	for end := time.Now().Add(patience); ; time.Sleep(10 * time.Millisecond) {
		arms, err := usbfs.Devices()
		ready := err == nil && len(arms) == n
		for _, a := range arms {
			configuration, _ := os.ReadFile("/sys/bus/usb/devices/" + a.Port + "/bConfigurationValue")
			ready = ready && strings.TrimSpace(string(configuration)) != ""
		}
		if ready {
			return arms
		}
		if time.Now().After(end) {
			t.Fatalf("the kernel has arms %v, %v, want %d", arms, err, n)
		}
	}
}

// open opens the arm through usbfs.
func (r *rig) open() transport.Conn {
	r.t.Helper()
	c, err := usbfs.Opener("")(background)
	if err != nil {
		r.t.Fatal(err)
	}
	r.t.Cleanup(func() { c.Close() })
	return c
}

// exchange asks the arm for who it is and returns the reply.
func exchange(ctx context.Context, c transport.Conn) (reply protocol.Packet, err error) {
	wire := whoAreYou()
	if _, err := c.Write(ctx, wire[:]); err != nil {
		return reply, err
	}
	n, err := c.Read(ctx, wire[:])
	if err != nil {
		return reply, err
	}
	return reply, reply.Decode(wire[:n])
}

func whoAreYou() (wire [protocol.PacketSize]byte) {
	p := protocol.Packet{Number: 1, Count: 1, Command: protocol.InfoRead, Size: 1}
	p.Encode(&wire)
	return wire
}

// drive connects a driver with the patience that an emulated processor needs.
func drive(t *testing.T) *arm.Arm {
	t.Helper()
	a, err := arm.Connect(background, arm.Options{
		Clock: clock.Real(), Open: usbfs.Opener(""), Timeout: 2 * time.Second, Stale: 10 * time.Second,
		Log: func(_ time.Time, text string) { t.Log(text) },
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { a.Close() })
	return a
}
