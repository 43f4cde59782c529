package emulator

import (
	"math"
	"testing"
	"time"

	"colonnade/jaco/clock"
	"colonnade/jaco/protocol"
	"colonnade/sim"
)

// host speaks to a Device directly, with a time of its own.
type host struct {
	t   *testing.T
	d   *Device
	now time.Time
}

func newHost(t *testing.T, change func(o *Options)) *host {
	t.Helper()
	o := NewOptions(protocol.Jaco2)
	if change != nil {
		change(&o)
	}
	d, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	h := &host{t, d, clock.Epoch}
	d.State(h.now)
	return h
}

// atHome starts an arm at its ready pose.
func atHome(o *Options) {
	q, _ := sim.Canonical().Keyframe("home")
	o.Start = &q
}

func (h *host) sleep(d time.Duration) { h.now = h.now.Add(d) }

// exchange sends a packet and returns the reply, after 2 ms.
func (h *host) exchange(p *protocol.Packet) (reply protocol.Packet) {
	h.t.Helper()
	var wire [protocol.PacketSize]byte
	p.Encode(&wire)
	if err := h.d.Out(h.now, wire[:]); err != nil {
		h.t.Fatal(err)
	}
	h.sleep(2 * time.Millisecond)
	buf := make([]byte, protocol.PacketSize)
	if n, _ := h.d.In(h.now, buf); n != protocol.PacketSize {
		h.t.Fatalf("command %s: a reply of %d bytes", p.Command, n)
	}
	if err := reply.Decode(buf); err != nil {
		h.t.Fatal(err)
	}
	if reply.Command != p.Command || reply.Number != p.Number {
		h.t.Fatalf("packet %+v answered with %+v", p, reply)
	}
	return reply
}

// set writes a message and reports whether every packet was acknowledged.
func (h *host) set(c protocol.Command, payload []byte) bool {
	h.t.Helper()
	w := protocol.Writing{Command: c, Payload: payload}
	for i := 1; i <= w.Count(); i++ {
		var p protocol.Packet
		w.Packet(i, &p)
		if reply := h.exchange(&p); reply.NACK || reply.Failed {
			return false
		}
	}
	return true
}

func (h *host) must(c protocol.Command, payload []byte) {
	h.t.Helper()
	if !h.set(c, payload) {
		h.t.Fatalf("command %s refused", c)
	}
}

// get reads an answer into m.
func (h *host) get(c protocol.Command, m interface{ Decode([]byte) error }) {
	h.t.Helper()
	var r protocol.Reading
	for r.Begin(c, 1); ; {
		var p protocol.Packet
		r.Request(&p)
		reply := h.exchange(&p)
		complete, err := r.Add(&reply)
		if err != nil {
			h.t.Fatal(err)
		}
		if complete {
			break
		}
	}
	if err := m.Decode(r.Payload); err != nil {
		h.t.Fatal(err)
	}
}

func (h *host) angles() [9]float64 {
	h.t.Helper()
	var m protocol.JointVector
	h.get(protocol.AngularPosition, &m)
	q, err := h.d.opt.Settings.Angles(&m)
	if err != nil {
		h.t.Fatal(err)
	}
	return q
}

// point sends a velocity point.
func (h *host) point(v [9]float64) bool {
	h.t.Helper()
	s := protocol.Jaco2Settings()
	b := s.VelocityPoint(&v)
	return h.set(protocol.BasicTrajectory, b.Append(nil, protocol.BasicPointNew))
}

// stream sends a velocity point each period for the time d, and returns how far joint 1 has turned
// when the queue ran empty.
func (h *host) stream(v float64, period, d time.Duration) float64 {
	h.t.Helper()
	start := h.d.State(h.now).Q[0]
	next := h.now
	for end := h.now.Add(d); next.Before(end); next = next.Add(period) {
		h.now = next
		if !h.point([9]float64{v}) {
			h.t.Fatal("a point was refused")
		}
	}
	h.now = next
	return h.d.State(h.now).Q[0] - start
}

func near(a, b, tolerance float64) bool { return math.Abs(a-b) <= tolerance }
