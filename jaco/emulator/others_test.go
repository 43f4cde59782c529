package emulator

import (
	"testing"
	"time"

	"colonnade/jaco/protocol"
)

// Commands that only other programs send are taken with the sizes of PROTOCOL.md, section 4b, and
// what was written is read back.
func TestOtherProgramsCommands(t *testing.T) {
	h := newHost(t, nil)
	h.must(protocol.StartAPI, nil)
	for c, size := range map[protocol.Command]int{
		14: 4, 37: 0, 45: 0, 52: 8, 53: 16, 54: 16, 55: 4, 56: 8, 67: 168, 119: 40, 500: 48, 501: 48, 502: 48, 503: 48, 1000: 40, 1001: 28,
		1004: 4, 1005: 28, 1006: 4, 1007: 28, 1019: 4, 1025: 28, 1026: 28, 1027: 4, 1028: 16, 1044: 4, 5000: 4,
	} {
		if !h.set(c, make([]byte, size)) {
			t.Errorf("command %v with %d bytes was refused", c, size)
		}
	}
	for set, read := range map[protocol.Command]protocol.Command{38: 39, 40: 41, 504: 505, 506: 507} {
		payload := make([]byte, map[protocol.Command]int{38: 4408, 40: 14816, 504: 56, 506: 16}[set])
		payload[0], payload[len(payload)-1] = 1, 2
		h.must(set, payload)
		for _, page := range []int{1, protocol.Packets(len(payload))} {
			reply := h.exchange(&protocol.Packet{Number: uint16(page), Count: 1, Command: read, Size: 1})
			at := 0
			if page > 1 || len(payload) <= protocol.DataSize {
				at = (len(payload) - 1) % protocol.DataSize
			}
			if want := payload[(page-1)*protocol.DataSize+at]; reply.Data[at] != want {
				t.Errorf("%v, page %d: byte %d is %d, want %d", read, page, at, reply.Data[at], want)
			}
		}
	}
	h.must(protocol.EraseZones, nil)
	if reply := h.exchange(&protocol.Packet{Number: 1, Count: 1, Command: protocol.ZonesRead, Size: 1}); reply.Data[0] != 0 {
		t.Error("protection zones are there after 37")
	}
}

// Torque mode ends by itself 250 ms after the last torque, unless 1044 says otherwise; trajectories
// wait meanwhile.
func TestTorqueMode(t *testing.T) {
	h := newHost(t, atHome)
	h.must(protocol.StartAPI, nil)
	mode := func() (m protocol.Word) {
		h.get(protocol.TorqueModeRead, &m)
		return m
	}
	on, off := []byte{1, 0, 0, 0}, []byte{0, 0, 0, 0}
	h.must(protocol.TorqueMode, on)
	for range 5 {
		h.must(protocol.JointTorques, make([]byte, 40))
		h.sleep(200 * time.Millisecond)
		if mode() != 1 {
			t.Fatal("torque mode ended while torques came")
		}
	}
	if turned := h.stream(0.5, Tick, 40*time.Millisecond); !near(turned, 0, 0.002) {
		t.Errorf("in torque mode a trajectory turned joint 1 by %.3f rad", turned)
	}
	h.sleep(300 * time.Millisecond)
	if mode() != 0 {
		t.Error("torque mode went on without torques")
	}
	h.must(protocol.TorqueInactivity, on)
	h.must(protocol.TorqueMode, on)
	h.sleep(time.Second)
	if mode() != 1 {
		t.Error("torque mode ended though 1044 asked for torques of zero")
	}
	h.must(protocol.TorqueMode, off)
	if h.set(protocol.TorqueMode, []byte{7, 0, 0, 0}) || mode() != 0 {
		t.Error("a mode of 7 was taken")
	}
}

// A bus reset drops replies that nobody read and a message of which only a part came.
func TestReset(t *testing.T) {
	h := newHost(t, atHome)
	var point protocol.AdvancedPoint
	point.Position.Type = protocol.AngularVelocities
	w := protocol.Writing{Command: protocol.AdvancedTrajectory, Payload: point.Append(nil, 152)}
	var p protocol.Packet
	var wire [protocol.PacketSize]byte
	w.Packet(1, &p)
	p.Encode(&wire)
	h.d.Out(h.now, wire[:])
	h.d.Reset()
	h.sleep(time.Second)
	if n, _ := h.d.In(h.now, wire[:]); n != 0 {
		t.Error("a reply outlived the reset")
	}
	w.Packet(2, &p)
	if reply := h.exchange(&p); !reply.NACK {
		t.Error("half a message outlived the reset")
	}
}
