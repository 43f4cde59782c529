package arm

import (
	"errors"
	"testing"
	"time"

	"colonnade/jaco/emulator"
	"colonnade/jaco/protocol"
)

// disguised is an arm that says it is of another kind, or does not say.
type disguised struct {
	*emulator.Device
	kind   protocol.DeviceType
	silent bool // refuses 121, as a Jaco 1 does
}

func (d *disguised) In(now time.Time, p []byte) (int, time.Time) {
	n, ready := d.Device.In(now, p)
	var packet protocol.Packet
	var info protocol.Info
	if n == 0 || packet.Decode(p[:n]) != nil || packet.Command != protocol.InfoRead ||
		info.Decode(packet.Data[:protocol.InfoSize]) != nil {
		return n, ready
	}
	info.Type, packet.NACK = d.kind, d.silent
	copy(packet.Data[:], info.Append(nil))
	packet.Encode((*[protocol.PacketSize]byte)(p))
	return n, ready
}

func TestOnlyKnownKindsAreDriven(t *testing.T) {
	for kind, driven := range map[protocol.DeviceType]bool{
		protocol.Jaco2: true, protocol.Jaco2Assistive: true, protocol.Mico6: false, protocol.Mico6Assistive: false,
		protocol.Spherical6: false, protocol.GenericRobot: false, protocol.ErrorRobot: false, 77: false,
	} {
		r := newRig(t, "", nil)
		r.socket.Plug(&disguised{Device: r.device, kind: kind})
		r.connect()
		if r.arm.Info().Type != kind || r.arm.State().QTime.IsZero() {
			t.Errorf("%v cannot be read", kind)
		}
		err := r.arm.Enable(background)
		if driven != (err == nil) || err != nil && !errors.Is(err, ErrUnsupported) {
			t.Errorf("%v: Enable gave %v", kind, err)
		}
		if s := r.state(); s.API != driven {
			t.Errorf("%v: API control %v", kind, s.API)
		}
	}
	for _, kind := range []protocol.DeviceType{protocol.Mico4, protocol.Jaco2Four, protocol.Spherical7} {
		r := newRig(t, "", nil)
		r.socket.Plug(&disguised{Device: r.device, kind: kind})
		if _, err := Connect(background, r.opt); !errors.Is(err, ErrUnsupported) {
			t.Errorf("%v: Connect gave %v", kind, err)
		}
	}
}

// An arm that is of another kind after it was lost, by a refused question perhaps, is not driven
// with that kind's scale.
func TestKindStaysWhatItWas(t *testing.T) {
	r := connected(t, "", nil)
	r.socket.Plug(&disguised{Device: r.device, silent: true})
	r.sleep(100 * time.Millisecond)
	if err := r.arm.Recover(background); !errors.Is(err, ErrUnsupported) {
		t.Errorf("Recover gave %v", err)
	}
	r.socket.Plug(r.device)
	if err := r.arm.Recover(background); err != nil || r.arm.Info().Type != protocol.Jaco2 {
		t.Fatalf("Recover gave %v, %v", err, r.arm.Info().Type)
	}
	before := r.state().Q[7]
	if err := r.drive([NumJoints]float64{7: 0.3}, time.Second); err != nil {
		t.Fatal(err)
	}
	if turned := r.state().Q[7] - before; !near(turned, 0.3, 0.03) {
		t.Errorf("finger 2 turned by %.3f rad, want 0.3", turned)
	}
}
