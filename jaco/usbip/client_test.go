package usbip

import (
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"sync"
	"testing"
	"time"

	"colonnade/jaco/emulator"
	"colonnade/jaco/protocol"
	"colonnade/jaco/transport"
	"colonnade/sim"
)

var background = context.Background()

// serveArms serves emulated arms on the loopback interface and returns server, address and the
// arms.
func serveArms(t testing.TB, ids ...string) (*Server, string, []*emulator.Device) {
	t.Helper()
	var devices []*emulator.Device
	var arms []Arm
	home, _ := sim.Canonical().Keyframe("home")
	for _, id := range ids {
		o := emulator.NewOptions(protocol.Jaco2)
		o.Start = &home
		d, err := emulator.New(o)
		if err != nil {
			t.Fatal(err)
		}
		arms, devices = append(arms, Arm{id, d}), append(devices, d)
	}
	s, address := serve(t, arms)
	return s, address, devices
}

// serveDevices serves other devices, the first as 1-1.
func serveDevices(t testing.TB, devices ...transport.Device) string {
	t.Helper()
	var arms []Arm
	for i, d := range devices {
		arms = append(arms, Arm{fmt.Sprintf("1-%d", i+1), d})
	}
	_, address := serve(t, arms)
	return address
}

// serve starts a server, changed before it takes its first client.
func serve(t testing.TB, arms []Arm, change ...func(s *Server)) (*Server, string) {
	t.Helper()
	s, err := NewServer(arms, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range change {
		f(s)
	}
	l, err := Listen("127.0.0.1:0", false)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(background)
	done := make(chan error)
	go func() { done <- s.Serve(ctx, l) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("Serve ended with %v", err)
		}
	})
	return s, l.Addr().String()
}

// dial connects and sends p.
func dial(t testing.TB, address string, p []byte) net.Conn {
	t.Helper()
	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	conn.SetDeadline(time.Now().Add(20 * time.Second))
	if _, err := conn.Write(p); err != nil {
		t.Fatal(err)
	}
	return conn
}

func importRequest(id string) []byte {
	p := []byte{1, 0x11, 0x80, 3, 0, 0, 0, 0}
	return append(append(p, id...), make([]byte, busIDSize-len(id))...)
}

// client speaks as vhci_hcd does: it numbers its URBs and takes answers in any order.
type client struct {
	t    testing.TB
	conn net.Conn

	mu      sync.Mutex // guards what follows
	last    uint32
	waiting map[uint32]chan answer
	in      map[uint32]bool // answers with data behind them
	dead    bool
}

type answer struct {
	command uint32
	status  int32
	actual  int
	data    []byte
	err     error
}

func attach(t testing.TB, address, id string) *client {
	t.Helper()
	conn := dial(t, address, importRequest(id))
	head := make([]byte, opSize+recordSize)
	if _, err := io.ReadFull(conn, head); err != nil {
		t.Fatal(err)
	}
	if status := binary.BigEndian.Uint32(head[4:]); status != 0 {
		t.Fatalf("import refused with status %d", status)
	}
	c := &client{t: t, conn: conn, waiting: map[uint32]chan answer{}, in: map[uint32]bool{}}
	go c.read()
	return c
}

func (c *client) read() {
	var raw [headerSize]byte
	for {
		_, err := io.ReadFull(c.conn, raw[:])
		h := answer{command: binary.BigEndian.Uint32(raw[0:]), status: int32(binary.BigEndian.Uint32(raw[20:]))}
		sequence := binary.BigEndian.Uint32(raw[4:])
		c.mu.Lock()
		if err == nil && h.command == retSubmit {
			h.actual = int(binary.BigEndian.Uint32(raw[24:]))
			if c.in[sequence] {
				h.data = make([]byte, h.actual)
				_, err = io.ReadFull(c.conn, h.data)
			}
		}
		if err != nil {
			c.dead = true
			for _, w := range c.waiting {
				w <- answer{err: err}
			}
			c.waiting = nil
			c.mu.Unlock()
			return
		}
		if w, ok := c.waiting[sequence]; ok {
			w <- h
			delete(c.waiting, sequence)
		}
		c.mu.Unlock()
	}
}

// submit sends a URB and returns its number and where the answer comes.
func (c *client) submit(in bool, endpoint uint32, setup [8]byte, length int, data []byte) (uint32, chan answer) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.last++
	w := make(chan answer, 1)
	if c.dead {
		w <- answer{err: io.ErrClosedPipe}
		return c.last, w
	}
	c.waiting[c.last], c.in[c.last] = w, in
	var h [headerSize]byte
	binary.BigEndian.PutUint32(h[0:], cmdSubmit)
	binary.BigEndian.PutUint32(h[4:], c.last)
	binary.BigEndian.PutUint32(h[8:], 0x10002)
	if in {
		binary.BigEndian.PutUint32(h[12:], 1)
	}
	binary.BigEndian.PutUint32(h[16:], endpoint)
	binary.BigEndian.PutUint32(h[24:], uint32(length))
	copy(h[40:], setup[:])
	c.conn.Write(append(h[:], data...))
	return c.last, w
}

// unlink takes a URB back and returns where the answer comes.
func (c *client) unlink(sequence uint32) chan answer {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.last++
	w := make(chan answer, 1)
	if c.dead {
		w <- answer{err: io.ErrClosedPipe}
		return w
	}
	c.waiting[c.last] = w
	var h [headerSize]byte
	binary.BigEndian.PutUint32(h[0:], cmdUnlink)
	binary.BigEndian.PutUint32(h[4:], c.last)
	binary.BigEndian.PutUint32(h[20:], sequence)
	c.conn.Write(h[:])
	return w
}

// control makes a control transfer to the host.
func (c *client) control(setup ...byte) answer {
	length := int(setup[6]) | int(setup[7])<<8
	_, w := c.submit(true, 0, [8]byte(setup), length, nil)
	return <-w
}

// Write and Read make a transport.Conn of the client, as usbfs is one of a kernel that has attached
// the arm.
func (c *client) Write(ctx context.Context, p []byte) (int, error) {
	_, w := c.submit(false, 2, [8]byte{}, len(p), p)
	a := <-w
	return a.actual, c.failure("write", a)
}

func (c *client) Read(ctx context.Context, p []byte) (int, error) {
	sequence, w := c.submit(true, 2, [8]byte{}, len(p), nil)
	var passed <-chan time.Time
	if deadline, ok := ctx.Deadline(); ok {
		passed = time.After(time.Until(deadline))
	}
	select {
	case a := <-w:
		return copy(p, a.data), c.failure("read", a)
	case <-passed:
	}
	if a := <-c.unlink(sequence); a.err == nil && a.status == 0 { // it was complete before
		a := <-w
		return copy(p, a.data), c.failure("read", a)
	}
	return 0, transport.Interrupted("read", "", context.DeadlineExceeded)
}

func (c *client) failure(op string, a answer) error {
	switch {
	case a.err != nil:
		return &transport.Error{Op: op, Kind: transport.ErrNoDevice, Cause: a.err}
	case a.status == statusStall:
		return &transport.Error{Op: op, Kind: transport.ErrStall}
	case a.status != 0:
		return &transport.Error{Op: op, Kind: transport.ErrBus, Cause: fmt.Errorf("status %d", a.status)}
	}
	return nil
}

func (c *client) Close() error { return c.conn.Close() }
