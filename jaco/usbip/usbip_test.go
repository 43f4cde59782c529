package usbip

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"testing"
	"time"

	"colonnade/jaco/arm"
	"colonnade/jaco/clock"
	"colonnade/jaco/protocol"
	"colonnade/jaco/transport"
)

// What `usbip list -r` asks and gets.
func TestList(t *testing.T) {
	s, address, _ := serveArms(t, "1-1", "1-2")
	ask := func() []byte {
		all, err := io.ReadAll(dial(t, address, []byte{1, 0x11, 0x80, 5, 0, 0, 0, 0}))
		if err != nil {
			t.Fatal(err)
		}
		return all
	}
	all := ask()
	if len(all) != 12+2*(recordSize+4) || !bytes.Equal(all[:12], []byte{1, 0x11, 0, 5, 0, 0, 0, 0, 0, 0, 0, 2}) {
		t.Fatalf("%d bytes, beginning % x", len(all), all[:12])
	}
	first := all[12:]
	if id := cString(first[256:288]); id != "1-1" {
		t.Errorf("bus id %q", id)
	}
	want := []byte{0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 2, 0x22, 0xcd, 0, 0, 1, 0, 0, 0, 0, 1, 1, 1, 0xff, 0, 0, 0}
	if got := first[288 : recordSize+4]; !bytes.Equal(got, want) {
		t.Errorf("record ends % x, want % x", got, want)
	}
	s.Unplug("1-1")
	if all := ask(); len(all) != 12+recordSize+4 {
		t.Errorf("with one arm unplugged %d bytes", len(all))
	}
}

// What a kernel asks when a full-speed device appears.
func TestEnumeration(t *testing.T) {
	_, address, _ := serveArms(t, "1-1")
	c := attach(t, address, "1-1")
	for _, q := range []struct {
		name  string
		setup []byte
		want  int // length; -1: stall
		check []byte
	}{
		{"device", []byte{0x80, 6, 0, 1, 0, 0, 64, 0}, 18, []byte{18, 1, 0, 2, 0, 0, 0, 64, 0xcd, 0x22, 0, 0}},
		{"configuration, head", []byte{0x80, 6, 0, 2, 0, 0, 9, 0}, 9, []byte{9, 2, 46, 0, 1, 1}},
		{"configuration", []byte{0x80, 6, 0, 2, 0, 0, 46, 0}, 46, configurationDescriptor},
		{"languages", []byte{0x80, 6, 0, 3, 0, 0, 255, 0}, 4, languages},
		{"manufacturer", []byte{0x80, 6, 1, 3, 9, 4, 255, 0}, 24, []byte{24, 3, 'K', 0, 'i', 0}},
		{"serial", []byte{0x80, 6, 3, 3, 9, 4, 255, 0}, -1, nil},
		{"qualifier", []byte{0x80, 6, 0, 6, 0, 0, 10, 0}, -1, nil},
		{"set configuration", []byte{0, 9, 1, 0, 0, 0, 0, 0}, 0, nil},
		{"configuration 7", []byte{0, 9, 7, 0, 0, 0, 0, 0}, -1, nil},
		{"status", []byte{0x80, 0, 0, 0, 0, 0, 2, 0}, 2, []byte{1, 0}},
		{"vendor request", []byte{0xc0, 0x51, 0, 0, 0, 0, 8, 0}, -1, nil},
	} {
		a := c.control(q.setup...)
		if q.want < 0 {
			if a.status != statusStall {
				t.Errorf("%s: status %d, want a stall", q.name, a.status)
			}
			continue
		}
		if a.err != nil || a.status != 0 || len(a.data) != q.want || !bytes.HasPrefix(a.data, q.check) {
			t.Errorf("%s: status %d, % x, %v", q.name, a.status, a.data, a.err)
		}
	}
	if len(configurationDescriptor) != int(configurationDescriptor[2]) || len(deviceDescriptor) != 18 {
		t.Error("descriptors are not as long as they say")
	}
}

// The whole chain in real time: driver, USB/IP, emulator.
func TestDriver(t *testing.T) {
	_, address, devices := serveArms(t, "1-1")
	before := devices[0].State(time.Now()).Q[0]
	a, err := arm.Connect(background, arm.Options{
		Clock: clock.Real(), Timeout: 2 * time.Second, Stale: 5 * time.Second,
		Open: func(context.Context) (transport.Conn, error) { return attach(t, address, "1-1"), nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := a.Enable(background); err != nil {
		t.Fatal(err)
	}
	if err := a.SetVelocity(&[arm.NumJoints]float64{0.5}); err != nil {
		t.Fatal(err)
	}
	for range 20 {
		if _, err := a.Angles(background, time.Now()); err != nil {
			t.Fatal(err)
		}
	}
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	if turned := devices[0].State(time.Now()).Q[0] - before; turned < 0.02 {
		t.Errorf("joint 1 turned by %.3f rad", turned)
	}
}

// Two clients want one arm, a third one that does not exist.
func TestBusy(t *testing.T) {
	s, address, _ := serveArms(t, "1-1")
	first := attach(t, address, "1-1")
	refused := func(id string) uint32 {
		conn := dial(t, address, importRequest(id))
		reply, err := io.ReadAll(conn)
		if err != nil || len(reply) != opSize {
			t.Fatalf("%d bytes, %v", len(reply), err)
		}
		return binary.BigEndian.Uint32(reply[4:])
	}
	if got := refused("1-1"); got != statusBusy {
		t.Errorf("a second client got status %d, want %d", got, statusBusy)
	}
	if got := refused("9-9"); got != statusNoDevice {
		t.Errorf("for an arm that is not there: status %d, want %d", got, statusNoDevice)
	}
	// Unplugged, the first one's transfers end; then the arm can be had again.
	failed := make(chan error)
	go func() {
		_, err := first.Read(background, make([]byte, 64))
		failed <- err
	}()
	s.Unplug("1-1")
	if err := <-failed; !errors.Is(err, transport.ErrNoDevice) {
		t.Errorf("unplugged: %v", err)
	}
	if got := refused("1-1"); got != statusNoDevice {
		t.Errorf("unplugged: status %d", got)
	}
	s.Plug("1-1")
	for tries := 0; ; tries++ { // until the server has noticed that the first is gone
		conn := dial(t, address, importRequest("1-1"))
		var op [opSize]byte
		if _, err := io.ReadFull(conn, op[:]); err != nil || tries > 1000 {
			t.Fatalf("the arm cannot be had again: %v", err)
		}
		if binary.BigEndian.Uint32(op[4:]) == statusOK {
			return
		}
		time.Sleep(time.Millisecond)
	}
}

// The kernel cancels a transfer that waits: it gets ECONNRESET for it and nothing else; one that is
// over cannot be cancelled. The reply then goes to the next transfer.
func TestUnlink(t *testing.T) {
	_, address, _ := serveArms(t, "1-1")
	c := attach(t, address, "1-1")
	first, w := c.submit(true, 2, [8]byte{}, 64, nil)
	if a := <-c.unlink(first); a.command != retUnlink || a.status != statusUnlinked {
		t.Errorf("unlink: command %d, status %d", a.command, a.status)
	}
	select {
	case a := <-w:
		t.Errorf("the cancelled transfer was answered: %+v", a)
	default:
	}
	if a := <-c.unlink(first); a.status != 0 {
		t.Errorf("a second unlink: status %d", a.status)
	}
	var wire [protocol.PacketSize]byte
	p := protocol.Packet{Number: 1, Count: 1, Command: protocol.InfoRead, Size: 1}
	p.Encode(&wire)
	if _, err := c.Write(background, wire[:]); err != nil {
		t.Fatal(err)
	}
	n, err := c.Read(background, wire[:])
	if err != nil || n != 64 || wire[4] != 121 {
		t.Errorf("reply of %d bytes, command %d, %v", n, wire[4], err)
	}
	// Too little room.
	p.Encode(&wire)
	c.Write(background, wire[:])
	_, w = c.submit(true, 2, [8]byte{}, 10, nil)
	if a := <-w; a.status != statusOverflow || len(a.data) != 10 {
		t.Errorf("a transfer of 10 bytes: status %d, %d bytes", a.status, len(a.data))
	}
}

// picky refuses packets that begin with 13, and answers the others with themselves.
type picky struct{ last []byte }

func (p *picky) Out(_ time.Time, data []byte) error {
	if data[0] == 13 {
		return errors.New("refused")
	}
	p.last = bytes.Clone(data)
	return nil
}

func (p *picky) In(_ time.Time, to []byte) (int, time.Time) {
	n := copy(to, p.last)
	p.last = nil
	return n, time.Time{}
}

// A pipe that stalled does so until the client clears it, as on a wire; the other direction goes
// on.
func TestStall(t *testing.T) {
	address := serveDevices(t, &picky{})
	c := attach(t, address, "1-1")
	bad, good := append([]byte{13}, make([]byte, 63)...), append([]byte{14}, make([]byte, 63)...)
	status := func() byte { return c.control(0x82, 0, 0, 0, 2, 0, 2, 0).data[0] }
	if s := status(); s != 0 {
		t.Errorf("the endpoint's status is %d to begin with", s)
	}
	if n, err := c.Write(background, append(good, bad...)); n != 64 || !errors.Is(err, transport.ErrStall) {
		t.Errorf("a good and a refused packet: %d bytes, %v", n, err)
	}
	if n, err := c.Read(background, make([]byte, 64)); n != 64 || err != nil {
		t.Errorf("the other direction: %d, %v", n, err)
	}
	if _, err := c.Write(background, good); !errors.Is(err, transport.ErrStall) {
		t.Errorf("the next packet: %v, want a stall", err)
	}
	if s := status(); s != 1 {
		t.Errorf("the endpoint's status is %d, want 1: halted", s)
	}
	if a := c.control(0x02, 1, 0, 0, 2, 0, 0, 0); a.status != 0 {
		t.Errorf("clearing it gave status %d", a.status)
	}
	if n, err := c.Write(background, good); n != 64 || err != nil {
		t.Errorf("then: %d, %v", n, err)
	}
	if a := c.control(0x02, 1, 0, 0, 9, 0, 0, 0); a.status != statusStall {
		t.Errorf("clearing an endpoint that is not there gave status %d", a.status)
	}
}

// stalling answers every packet with a stall, then with 64 zeros.
type stalling struct{ replies []int }

func (d *stalling) Out(time.Time, []byte) error {
	d.replies = append(d.replies, transport.Stalled, endpointSize)
	return nil
}

func (d *stalling) In(_ time.Time, p []byte) (n int, ready time.Time) {
	if len(d.replies) > 0 {
		n, d.replies = d.replies[0], d.replies[1:]
	}
	return n, ready
}

// A reply that stalls halts the endpoint, with all transfers that wait there, until the client
// clears it.
func TestStalledReply(t *testing.T) {
	c := attach(t, serveDevices(t, &stalling{}), "1-1")
	_, first := c.submit(true, 2, [8]byte{}, 64, nil)
	_, second := c.submit(true, 2, [8]byte{}, 64, nil)
	if n, err := c.Write(background, make([]byte, 64)); n != 64 || err != nil {
		t.Fatalf("%d bytes, %v", n, err)
	}
	for i, w := range []chan answer{first, second} {
		if a := <-w; a.status != statusStall {
			t.Errorf("transfer %d ends with status %d", i+1, a.status)
		}
	}
	if a := c.control(0x02, 1, 0, 0, 0x82, 0, 0, 0); a.status != 0 {
		t.Errorf("clearing it gave status %d", a.status)
	}
	if n, err := c.Read(background, make([]byte, 64)); n != 64 || err != nil {
		t.Errorf("then: %d, %v", n, err)
	}
}

// Replies that nobody read do not outlive the client, nor the cable.
func TestUnreadRepliesEnd(t *testing.T) {
	s, address, arms := serveArms(t, "1-1")
	for _, how := range []string{"client", "cable"} {
		c := attach(t, address, "1-1")
		var wire [protocol.PacketSize]byte
		p := protocol.Packet{Number: 1, Count: 1, Command: protocol.InfoRead, Size: 1}
		p.Encode(&wire)
		if _, err := c.Write(background, wire[:]); err != nil {
			t.Fatal(err)
		}
		if how == "cable" {
			s.Unplug("1-1")
			if n, _ := arms[0].In(time.Now().Add(time.Second), wire[:]); n != 0 {
				t.Errorf("%s: a reply of %d bytes is left", how, n)
			}
			s.Plug("1-1")
		}
		c.Close()
		for free := false; !free; time.Sleep(time.Millisecond) {
			s.mu.Lock()
			free = s.exports[0].client == nil
			s.mu.Unlock()
		}
		c = attach(t, address, "1-1")
		ctx, cancel := context.WithTimeout(background, 50*time.Millisecond)
		if n, err := c.Read(ctx, wire[:]); n != 0 || !errors.Is(err, transport.ErrTimeout) {
			t.Errorf("%s: the next client reads %d bytes, %v", how, n, err)
		}
		cancel()
		c.Close()
		for free := false; !free; time.Sleep(time.Millisecond) {
			s.mu.Lock()
			free = s.exports[0].client == nil
			s.mu.Unlock()
		}
	}
}
