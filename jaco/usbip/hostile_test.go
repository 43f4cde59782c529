package usbip

import (
	"bytes"
	"encoding/binary"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"colonnade/jaco/protocol"
)

// Clients that say nothing shut nobody out, and the log tells of them.
func TestIdleClientsMakeRoom(t *testing.T) {
	var mu sync.Mutex
	var told []string
	s, address := serve(t, []Arm{{"1-1", mute{}}}, func(s *Server) {
		s.log = func(text string) { mu.Lock(); told = append(told, text); mu.Unlock() }
	})
	holder := attach(t, address, "1-1")
	for range maxClients + 10 {
		dial(t, address, nil)
	}
	began := time.Now()
	conn := dial(t, address, []byte{1, 0x11, 0x80, 5, 0, 0, 0, 0})
	if reply, err := io.ReadAll(conn); len(reply) < opSize || time.Since(began) > s.patience/2 {
		t.Errorf("the list came as %d bytes after %v, %v", len(reply), time.Since(began), err)
	}
	if a := holder.control(0x80, 0, 0, 0, 0, 0, 2, 0); a.err != nil {
		t.Errorf("the client with the arm was dropped: %v", a.err)
	}
	mu.Lock()
	defer mu.Unlock()
	if !strings.Contains(strings.Join(told, "\n"), "has not asked for an arm") {
		t.Errorf("the log says %q", told)
	}
}

// A client that imports an arm and then says nothing, or half of something, loses it.
func TestHalfHeaderLosesTheArm(t *testing.T) {
	s, address := serve(t, []Arm{{"1-1", mute{}}}, func(s *Server) { s.patience = 50 * time.Millisecond })
	h := make([]byte, headerSize)
	binary.BigEndian.PutUint32(h, cmdSubmit)
	binary.BigEndian.PutUint32(h[16:], 2)
	binary.BigEndian.PutUint32(h[24:], 64)
	for name, p := range map[string][]byte{"nothing": nil, "half a header": h[:20],
		"half the data": append(h, make([]byte, 30)...)} {
		conn := dial(t, address, append(importRequest("1-1"), p...))
		if reply, err := io.ReadAll(conn); len(reply) != opSize+recordSize || err != nil &&
			!strings.Contains(err.Error(), "reset") {
			t.Errorf("%s: %d bytes, then %v", name, len(reply), err)
		}
		for free := false; !free; time.Sleep(time.Millisecond) {
			s.mu.Lock()
			free = s.exports[0].client == nil
			s.mu.Unlock()
		}
	}
	c := attach(t, address, "1-1") // one that is idle between two transfers keeps it
	c.control(0x80, 0, 0, 0, 0, 0, 2, 0)
	time.Sleep(3 * s.patience)
	if a := c.control(0x80, 0, 0, 0, 0, 0, 2, 0); a.err != nil {
		t.Errorf("idle, the client lost the arm: %v", a.err)
	}
}

// An RS-485 transfer waits for ever, and does not hold up the others.
func TestSilentPipe(t *testing.T) {
	_, address, _ := serveArms(t, "1-1")
	c := attach(t, address, "1-1")
	silent, _ := c.submit(true, 1, [8]byte{}, 64, nil)
	var wire [protocol.PacketSize]byte
	p := protocol.Packet{Number: 1, Count: 1, Command: protocol.InfoRead, Size: 1}
	p.Encode(&wire)
	c.Write(background, wire[:])
	if n, err := c.Read(background, wire[:]); n != 64 || err != nil {
		t.Errorf("reply of %d bytes, %v", n, err)
	}
	if a := <-c.unlink(silent); a.status != statusUnlinked {
		t.Errorf("status %d", a.status)
	}
}

func TestHostileClients(t *testing.T) {
	_, address, _ := serveArms(t, "1-1")
	urb := func(change func(h []byte)) []byte {
		h := make([]byte, headerSize)
		binary.BigEndian.PutUint32(h, cmdSubmit)
		binary.BigEndian.PutUint32(h[16:], 2)
		change(h)
		return append(importRequest("1-1"), h...)
	}
	for _, c := range []struct {
		name string
		p    []byte
		half bool // the client goes away in the middle; otherwise it waits, and the server must end it
	}{
		{"version", []byte{9, 9, 0x80, 5, 0, 0, 0, 0}, false},
		{"operation", []byte{1, 0x11, 7, 7, 0, 0, 0, 0}, false},
		{"nothing", nil, true},
		{"half an op", []byte{1, 0x11, 0x80}, true},
		{"half an id", importRequest("1-1")[:20], true},
		{"half a URB", urb(func(h []byte) { h[27] = 64 }), true},
		{"huge", urb(func(h []byte) { binary.BigEndian.PutUint32(h[24:], 1<<31) }), false},
		{"isochronous", urb(func(h []byte) { binary.BigEndian.PutUint32(h[32:], 5) }), false},
		{"no command", urb(func(h []byte) { h[3] = 77 }), false},
	} {
		for tries, ended := 0, false; !ended; tries++ { // until the arm is free again after the one before
			conn := dial(t, address, c.p)
			if c.half {
				conn.(*net.TCPConn).CloseWrite()
			}
			reply, err := io.ReadAll(conn)
			if err != nil && !strings.Contains(err.Error(), "reset") || tries > 1000 {
				t.Fatalf("%s: the connection ends with %v", c.name, err)
			}
			if ended = len(reply) != opSize; !ended {
				time.Sleep(time.Millisecond)
			}
		}
	}
	// Too many transfers that wait.
	h := make([]byte, headerSize)
	binary.BigEndian.PutUint32(h, cmdSubmit)
	binary.BigEndian.PutUint32(h[12:], 1)
	binary.BigEndian.PutUint32(h[16:], 1)
	for tries := 0; ; tries++ {
		conn := dial(t, address, append(importRequest("1-1"), bytes.Repeat(h, maxPending+1)...))
		reply, _ := io.ReadAll(conn)
		if len(reply) == opSize+recordSize {
			break
		}
		if tries > 1000 {
			t.Fatalf("the arm is not free after the others: %d bytes", len(reply))
		}
		time.Sleep(time.Millisecond)
	}
}

func TestServerRefuses(t *testing.T) {
	_, _, devices := serveArms(t, "1-1")
	for name, arms := range map[string][]Arm{
		"no id":     {{"", devices[0]}},
		"long id":   {{strings.Repeat("1", 32), devices[0]}},
		"no device": {{"1-1", nil}},
		"twice":     {{"1-1", devices[0]}, {"1-1", devices[0]}},
	} {
		if _, err := NewServer(arms, nil); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	if l, err := Listen(":0", false); err == nil {
		l.Close()
		t.Error("listens to the whole world unasked")
	}
	if l, err := Listen(":0", true); err != nil {
		t.Error(err)
	} else {
		l.Close()
	}
}

// scripted is a connection that has received p and nothing more; what is written to it is counted.
type scripted struct {
	net.Conn
	r       *bytes.Reader
	written int
}

func (c *scripted) Read(p []byte) (int, error)       { return c.r.Read(p) }
func (c *scripted) Write(p []byte) (int, error)      { c.written += len(p); return len(p), nil }
func (c *scripted) Close() error                     { return nil }
func (c *scripted) SetDeadline(time.Time) error      { return nil }
func (c *scripted) SetReadDeadline(time.Time) error  { return nil }
func (c *scripted) SetWriteDeadline(time.Time) error { return nil }
func (c *scripted) RemoteAddr() net.Addr             { return &net.TCPAddr{} }

// mute takes packets and never answers.
type mute struct{}

func (mute) Out(time.Time, []byte) error           { return nil }
func (mute) In(time.Time, []byte) (int, time.Time) { return 0, time.Time{} }

// Whatever a client sends, its connection ends and the arm is free again.
func FuzzClient(f *testing.F) {
	f.Add([]byte{1, 0x11, 0x80, 5, 0, 0, 0, 0})
	h := make([]byte, headerSize)
	binary.BigEndian.PutUint32(h, cmdSubmit)
	f.Add(append(importRequest("1-1"), h...))
	binary.BigEndian.PutUint32(h, cmdUnlink)
	f.Add(append(importRequest("1-1"), h...))
	f.Fuzz(func(t *testing.T, p []byte) {
		s, err := NewServer([]Arm{{"1-1", mute{}}}, nil)
		if err != nil {
			t.Fatal(err)
		}
		conn := &scripted{r: bytes.NewReader(p)}
		if err := s.serve(background, conn); err == nil && !bytes.HasPrefix(p, []byte{1, 0x11, 0x80, 5}) {
			t.Fatal("a connection that ends is no error")
		}
		s.forget(conn)
		if s.exports[0].client != nil {
			t.Fatal("the arm is not free")
		}
		if conn.written > opSize+recordSize+64*(len(p)+64) {
			t.Fatalf("%d bytes were answered with %d", len(p), conn.written)
		}
	})
}
