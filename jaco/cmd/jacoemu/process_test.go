package main

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"io"
	"net"
	"regexp"
	"sync"
	"testing"
	"time"

	"colonnade/jaco/protocol"
)

// process is a jacoemu at work.
type process struct {
	t       *testing.T
	address string
	control io.Writer
	stderr  *text
	stdout  bytes.Buffer
	cancel  context.CancelFunc
	ended   chan error
}

// text is what was written, for two goroutines.
type text struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (w *text) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.buf.Write(p)
}

func (w *text) String() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.buf.String()
}

// patience bounds waits for another goroutine.
const patience = 2 * time.Minute

// await returns what the expression finds in standard error, which may still have to come.
func (p *process) await(expression string) []string {
	p.t.Helper()
	r := regexp.MustCompile(expression)
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(time.Millisecond) {
		if found := r.FindStringSubmatch(p.stderr.String()); found != nil {
			return found
		}
		select {
		case err := <-p.ended:
			p.t.Fatalf("ended early: %v\n%s", err, p.stderr)
		default:
		}
	}
	p.t.Fatalf("no %q in:\n%s", expression, p.stderr)
	return nil
}

// start runs jacoemu at a port of its own.
func start(t *testing.T, args ...string) *process {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	stdin, control := io.Pipe()
	p := &process{t: t, control: control, stderr: new(text), cancel: cancel, ended: make(chan error, 1)}
	go func() {
		p.ended <- run(ctx, append([]string{"-listen", "127.0.0.1:0"}, args...), stdin, &p.stdout, p.stderr)
	}()
	t.Cleanup(func() { cancel(); control.Close() })
	p.address = "127.0.0.1:" + p.await(`--tcp-port (\d+) `)[1]
	return p
}

// stop ends it and returns the result.
func (p *process) stop() (r result) {
	p.t.Helper()
	p.cancel()
	if err := <-p.ended; err != nil {
		p.t.Fatal(err)
	}
	if err := json.Unmarshal(p.stdout.Bytes(), &r); err != nil {
		p.t.Fatalf("the result is %q: %v", p.stdout.String(), err)
	}
	return r
}

// attach asks for an arm as a kernel's tool does; status is 0 if it was given.
func (p *process) attach(id string) (conn net.Conn, status uint32) {
	p.t.Helper()
	conn, err := net.Dial("tcp", p.address)
	if err != nil {
		p.t.Fatal(err)
	}
	p.t.Cleanup(func() { conn.Close() })
	conn.SetDeadline(time.Now().Add(patience))
	request := make([]byte, 8+32)
	copy(request, []byte{1, 0x11, 0x80, 3})
	copy(request[8:], id)
	conn.Write(request)
	reply := make([]byte, 8)
	if _, err := io.ReadFull(conn, reply); err != nil {
		p.t.Fatal(err)
	}
	if status = binary.BigEndian.Uint32(reply[4:]); status == 0 {
		if _, err := io.ReadFull(conn, make([]byte, 312)); err != nil {
			p.t.Fatal(err)
		}
	}
	return conn, status
}

// exchange sends a packet as a URB and returns the reply.
func (p *process) exchange(conn net.Conn, request protocol.Packet) (reply protocol.Packet) {
	p.t.Helper()
	var wire [protocol.PacketSize]byte
	request.Encode(&wire)
	for in := range uint32(2) {
		var h [48]byte
		for at, v := range map[int]uint32{0: 1, 4: 1 + in, 12: in, 16: 2, 24: protocol.PacketSize} {
			binary.BigEndian.PutUint32(h[at:], v)
		}
		conn.Write(h[:])
		if in == 0 {
			conn.Write(wire[:])
		}
		if _, err := io.ReadFull(conn, h[:]); err != nil {
			p.t.Fatal(err)
		}
	}
	if _, err := io.ReadFull(conn, wire[:]); err != nil {
		p.t.Fatal(err)
	}
	if err := reply.Decode(wire[:]); err != nil {
		p.t.Fatal(err)
	}
	return reply
}

// Two arms of two generations: who they say they are, what is written down, and what is counted.
