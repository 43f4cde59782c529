package protocol

import (
	"bytes"
	"errors"
	"reflect"
	"testing"
)

func sameType(a, b message) bool { return reflect.TypeOf(a) == reflect.TypeOf(b) }

// The header as libkindrv and the SDK send it: read angular position, first page.
func TestPacketHeader(t *testing.T) {
	var r Reading
	r.Begin(AngularPosition, 1)
	var p Packet
	r.Request(&p)
	var wire [PacketSize]byte
	p.Encode(&wire)
	want := [PacketSize]byte{1, 0, 1, 0, 105, 0, 1, 0, 1}
	if wire != want {
		t.Errorf("request\n% x, want\n% x", wire, want)
	}
}

func TestReplyFlags(t *testing.T) {
	request := Packet{Number: 2, Command: BasicTrajectory}
	for _, c := range []struct {
		reply [PacketSize]byte
		want  error
	}{
		{[PacketSize]byte{0: 2, 4: 0x34, 5: 0x01}, nil},
		{[PacketSize]byte{0: 2, 4: 0x34, 5: 0x81}, ErrNACK},
		{[PacketSize]byte{0: 2, 4: 0x34, 5: 0x41}, ErrFailed},
		{[PacketSize]byte{0: 1, 4: 0x34, 5: 0x01}, ErrMismatch},
		{[PacketSize]byte{0: 2, 4: 0x33, 5: 0x01}, ErrMismatch},
	} {
		var reply Packet
		if err := reply.Decode(c.reply[:]); err != nil {
			t.Fatal(err)
		}
		if err := request.Check(&reply); !errors.Is(err, c.want) {
			t.Errorf("reply % x gave %v, want %v", c.reply[:8], err, c.want)
		}
	}
	if err := new(Packet).Decode(make([]byte, 63)); !errors.Is(err, ErrSize) {
		t.Errorf("a packet of 63 bytes gave %v, want ErrSize", err)
	}
}

// Messages of every size around the borders of packets survive the way through Writing and
// Collector, and the known ones have the number of packets that the SDK was seen to send.
func TestWritingAndCollecting(t *testing.T) {
	counts := map[int]int{0: 1, 1: 1, 52: 1, 56: 1, 57: 2, 148: 3, 152: 3, 168: 3, 3040: 55, 14816: 265, 4408: 79}
	for _, size := range []int{0, 1, 52, 55, 56, 57, 111, 112, 113, 148, 152, 168, 3040, 4408, 14816, MaxMessage} {
		payload := make([]byte, size)
		for i := range payload {
			payload[i] = byte(i*7 + i/256)
		}
		w := Writing{AdvancedTrajectory, payload}
		if want, known := counts[size]; known && w.Count() != want {
			t.Errorf("%d bytes are %d packets, want %d", size, w.Count(), want)
		}
		var c Collector
		for i := 1; i <= w.Count(); i++ {
			var p, q Packet
			w.Packet(i, &p)
			var wire [PacketSize]byte
			p.Encode(&wire)
			if err := q.Decode(wire[:]); err != nil || p != q {
				t.Fatalf("packet %+v comes back as %+v, %v", p, q, err)
			}
			complete, err := c.Add(&q)
			if err != nil || complete != (i == w.Count()) {
				t.Fatalf("%d bytes, packet %d of %d: complete %v, error %v", size, i, w.Count(), complete, err)
			}
		}
		if !bytes.Equal(c.Payload, payload) {
			t.Errorf("%d bytes did not come back as they were", size)
		}
	}
}

func TestCollectorRefusesDisorder(t *testing.T) {
	payload := make([]byte, 152)
	w := Writing{AdvancedTrajectory, payload}
	var p Packet
	for _, disorder := range [][]int{{2}, {1, 3}, {1, 2, 2}, {1, 2, 3, 3}} {
		var c Collector
		for i, number := range disorder {
			w.Packet(number, &p)
			_, err := c.Add(&p)
			if last := i == len(disorder)-1; last != errors.Is(err, ErrMismatch) {
				t.Errorf("packets %v: number %d gave %v", disorder, number, err)
			}
		}
	}
	// A first packet starts again, whatever came before.
	var c Collector
	for _, number := range []int{1, 2, 1, 2, 3} {
		w.Packet(number, &p)
		if _, err := c.Add(&p); err != nil {
			t.Fatal(err)
		}
	}
	if len(c.Payload) != 152 {
		t.Errorf("collected %d bytes, want 152", len(c.Payload))
	}
	other := p
	other.Size = 150
	w.Packet(1, &p)
	c.Add(&p)
	other.Number = 2
	if _, err := c.Add(&other); !errors.Is(err, ErrMismatch) {
		t.Errorf("a packet of another size gave %v", err)
	}
}

// read asks a device that has the given answer.
func read(answer []byte) ([]byte, int, error) {
	var r Reading
	r.Begin(GetConfig, 1)
	for exchanges := 1; ; exchanges++ {
		var request, reply Packet
		r.Request(&request)
		Page(request.Command, answer, request.Number, 1, &reply)
		complete, err := r.Add(&reply)
		if complete || err != nil {
			return r.Payload, exchanges, err
		}
	}
}

func TestReading(t *testing.T) {
	for _, size := range []int{1, 15, 36, 56, 57, 1024, 3040, MaxMessage} {
		answer := make([]byte, size)
		for i := range answer {
			answer[i] = byte(i + 1)
		}
		got, exchanges, err := read(answer)
		if err != nil || !bytes.Equal(got, answer) || exchanges != Packets(size) {
			t.Errorf("answer of %d bytes: %d came in %d exchanges, %v", size, len(got), exchanges, err)
		}
	}
	if _, _, err := read(nil); !errors.Is(err, ErrSize) {
		t.Errorf("an empty answer gave %v, want ErrSize", err)
	}
}

// The second request echoes the size that the arm gave.
func TestReadingEchoesSize(t *testing.T) {
	var r Reading
	r.Begin(GeneralRead, 1)
	var p Packet
	r.Request(&p)
	if _, err := r.Add(&Packet{Number: 1, Command: GeneralRead, Size: 1024}); err != nil {
		t.Fatal(err)
	}
	r.Request(&p)
	if p.Number != 2 || p.Count != 1 || p.Size != 1024 {
		t.Errorf("second request is %+v", p)
	}
	if _, err := r.Add(&Packet{Number: 2, Command: GeneralRead, Size: 1000}); !errors.Is(err, ErrMismatch) {
		t.Errorf("another size on page 2 gave %v, want ErrMismatch", err)
	}
}

// Page answers beyond the end with an empty page of the same size, as libkindrv's fixed page counts
// need.
func TestPageBeyondEnd(t *testing.T) {
	var p Packet
	Page(GeneralRead, bytes.Repeat([]byte{1}, 60), 3, 2, &p)
	if p.Size != 60 || p.Data != [DataSize]byte{} {
		t.Errorf("page 3 of 60 bytes is %+v", p)
	}
	Page(GeneralRead, []byte{1}, 0, 1, &p)
	if p.Data != [DataSize]byte{} {
		t.Errorf("page 0 is %+v", p)
	}
}

// Any stream of replies ends a Reading with an answer of the announced size or with an error.
func FuzzReading(f *testing.F) {
	f.Add([]byte{1, 0, 1, 0, 105, 0, 36, 0})
	f.Add(bytes.Repeat([]byte{1, 0, 1, 0, 105, 0, 200, 0}, 16))
	f.Fuzz(func(t *testing.T, stream []byte) {
		var r Reading
		r.Begin(AngularPosition, 1)
		for len(stream) >= PacketSize {
			var request, reply Packet
			r.Request(&request)
			if err := reply.Decode(stream[:PacketSize]); err != nil {
				t.Fatal(err)
			}
			reply.Number, reply.Command = request.Number, request.Command
			stream = stream[PacketSize:]
			complete, err := r.Add(&reply)
			if err != nil {
				return
			}
			if complete != (len(r.Payload) == int(reply.Size)) || len(r.Payload) > MaxMessage {
				t.Fatalf("complete %v with %d bytes of %d", complete, len(r.Payload), reply.Size)
			}
			if complete {
				return
			}
		}
	})
}

// Any stream of packets leaves the Collector within its bounds.
func FuzzCollector(f *testing.F) {
	var wire [PacketSize]byte
	w := Writing{AdvancedTrajectory, make([]byte, 60)}
	var seed []byte
	for i := 1; i <= w.Count(); i++ {
		var p Packet
		w.Packet(i, &p)
		p.Encode(&wire)
		seed = append(seed, wire[:]...)
	}
	f.Add(seed)
	f.Fuzz(func(t *testing.T, stream []byte) {
		var c Collector
		for ; len(stream) >= PacketSize; stream = stream[PacketSize:] {
			var p Packet
			if err := p.Decode(stream[:PacketSize]); err != nil {
				t.Fatal(err)
			}
			complete, err := c.Add(&p)
			if complete && (err != nil || len(c.Payload) != int(p.Size)) || len(c.Payload) > MaxMessage {
				t.Fatalf("complete %v, error %v, %d bytes of %d", complete, err, len(c.Payload), p.Size)
			}
		}
	})
}

// What happens a hundred times a second allocates nothing.
func TestNoAllocations(t *testing.T) {
	s := Jaco2Settings()
	v := [9]float64{0.1, 6: 0.2}
	buf := make([]byte, 0, 64)
	var wire [PacketSize]byte
	var r Reading
	if n := testing.AllocsPerRun(100, func() {
		point := s.VelocityPoint(&v)
		w := Writing{BasicTrajectory, point.Append(buf[:0], s.BasicPoint)}
		var p, reply Packet
		w.Packet(1, &p)
		p.Encode(&wire)
		r.Begin(AngularPosition, 1)
		r.Request(&p)
		p.Encode(&wire)
		Page(AngularPosition, wire[:36], 1, 1, &reply)
		r.Add(&reply)
		var m JointVector
		m.Decode(r.Payload)
		s.Angles(&m)
	}); n > 0 {
		t.Errorf("a tick allocates %g times", n)
	}
}

func BenchmarkVelocityPoint(b *testing.B) {
	b.Run("size=52", func(b *testing.B) {
		b.ReportAllocs()
		s := Jaco2Settings()
		v := [9]float64{0.1, 6: 0.2}
		buf := make([]byte, 0, 64)
		var wire [PacketSize]byte
		for b.Loop() {
			point := s.VelocityPoint(&v)
			w := Writing{BasicTrajectory, point.Append(buf[:0], s.BasicPoint)}
			var p Packet
			w.Packet(1, &p)
			p.Encode(&wire)
		}
	})
}
