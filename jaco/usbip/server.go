// Package usbip serves emulated arms over USB/IP, so that any Linux machine with the kernel module
// vhci_hcd attaches one as a USB device of its own:
//
//	usbip list -r HOST
//	usbip attach -r HOST -b 1-1
//
// The kernel there enumerates it, and programs that know nothing of an emulator use it through
// usbfs. Arms run in real time here.
//
// # The wire
//
// All integers are big-endian, but for the eight bytes of a control request, which are as on USB. A
// client first asks for the list of devices, or for one by its bus id. The connection that got a
// device carries URBs from then on: a header of 48 bytes each way, with the data behind it. Layouts
// are those of the kernel's document usbip_protocol, as tried against Linux 6.1.
//
// # Clients
//
// A device has one client at a time; another is told that it is busy. To attach a device resets its
// bus: what the client before did not read is gone. Whatever a client sends, it costs its own
// connection at most: lengths are bounded before memory is taken, and a client that stops in the
// middle of a message, or does not read its answers, is dropped after ten seconds. Between two
// transfers it may take any time. Where there are too many clients the one that has waited longest
// without asking for an arm makes room. There is no authentication and no encryption in USB/IP, so
// Listen takes loopback addresses only, unless it is told otherwise.
package usbip

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
	"time"

	"colonnade/jaco/transport"
)

// Arm is an arm to be served.
type Arm struct {
	BusID  string // under which clients ask for it, such as "1-1"; at most 31 bytes
	Device transport.Device
}

// Server serves arms to clients.
type Server struct {
	log func(text string)

	mu      sync.Mutex // guards what follows
	exports []*export
	clients map[net.Conn]*visitor

	patience time.Duration // with a client that has begun to say something
}

// visitor is a client as the server sees it.
type visitor struct {
	since  time.Time
	served bool // it has an arm
}

// export is an arm with its present client. It is guarded by Server.mu.
type export struct {
	id     string
	number uint32
	device transport.Device
	plug   bool     // it is there
	client net.Conn // nil: nobody has it
}

// Limits of what clients may cost.
const (
	maxClients = 64
	patience   = 10 * time.Second
)

// alive is how soon the end of a client's machine is noticed.
var alive = net.KeepAliveConfig{Enable: true, Idle: 5 * time.Second, Interval: 5 * time.Second, Count: 3}

// NewServer returns a server of arms, all plugged in. log is told of clients that come, go and
// misbehave; it may be nil.
func NewServer(arms []Arm, log func(text string)) (*Server, error) {
	s := &Server{log: log, clients: map[net.Conn]*visitor{}, patience: patience}
	if log == nil {
		s.log = func(string) {}
	}
	for i, a := range arms {
		if a.BusID == "" || len(a.BusID) >= busIDSize || a.Device == nil {
			return nil, fmt.Errorf("usbip: arm %d needs a Device and a bus id of 1 to %d bytes", i+1, busIDSize-1)
		}
		if s.find(a.BusID) != nil {
			return nil, fmt.Errorf("usbip: bus id %q twice", a.BusID)
		}
		s.exports = append(s.exports, &export{id: a.BusID, number: uint32(i + 2), device: a.Device, plug: true})
	}
	return s, nil
}

// Listen listens on a TCP address such as "127.0.0.1:3240". Addresses that others can reach are
// refused unless remote is set: whoever can connect can move the arm.
func Listen(address string, remote bool) (net.Listener, error) {
	config := net.ListenConfig{KeepAliveConfig: alive}
	l, err := config.Listen(context.Background(), "tcp", address)
	if err != nil {
		return nil, fmt.Errorf("usbip: %w", err)
	}
	if tcp, ok := l.Addr().(*net.TCPAddr); !remote && (!ok || !tcp.IP.IsLoopback()) {
		l.Close()
		return nil, fmt.Errorf("usbip: %s can be reached from other machines: listen on 127.0.0.1, or allow it "+
			"explicitly", address)
	}
	return l, nil
}

// Serve takes clients from l until ctx ends, then drops them all and closes l. It returns nil in
// that case.
func (s *Server) Serve(ctx context.Context, l net.Listener) error {
	var clients sync.WaitGroup
	defer clients.Wait()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	stop := context.AfterFunc(ctx, func() {
		l.Close()
		s.dropAll()
	})
	defer stop()
	defer s.dropAll()
	for {
		conn, err := l.Accept()
		if err != nil {
			if ctx.Err() != nil {
				return nil
			}
			return fmt.Errorf("usbip: %w", err)
		}
		if !s.admit(ctx, conn) {
			conn.Close()
			continue
		}
		clients.Add(1)
		go func() {
			defer clients.Done()
			defer s.forget(conn)
			if err := s.serve(ctx, conn); err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, net.ErrClosed) {
				s.log(fmt.Sprintf("client %s: %v", conn.RemoteAddr(), err))
			}
		}()
	}
}

// admit takes a client in. Where there are too many, the one that has waited longest without an arm
// must go: clients that say nothing shut nobody out.
func (s *Server) admit(ctx context.Context, conn net.Conn) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if ctx.Err() != nil {
		return false
	}
	if len(s.clients) >= maxClients {
		var idlest net.Conn
		for c, v := range s.clients {
			if !v.served && (idlest == nil || v.since.Before(s.clients[idlest].since)) {
				idlest = c
			}
		}
		if idlest == nil {
			s.log(fmt.Sprintf("client %s is refused: %d have an arm each", conn.RemoteAddr(), maxClients))
			return false
		}
		s.log(fmt.Sprintf("client %s is dropped: it has not asked for an arm, and there are %d clients",
			idlest.RemoteAddr(), maxClients))
		idlest.Close()
		delete(s.clients, idlest)
	}
	s.clients[conn] = &visitor{since: time.Now()}
	return true
}

func (s *Server) forget(conn net.Conn) {
	conn.Close()
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.clients, conn)
	for _, e := range s.exports {
		if e.client == conn {
			e.client = nil
			s.log(fmt.Sprintf("arm %s is free", e.id))
		}
	}
}

func (s *Server) dropAll() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for conn := range s.clients {
		conn.Close()
	}
}

// find returns the arm with a bus id, or nil. s.mu is held, or nobody else has s yet.
func (s *Server) find(id string) *export {
	for _, e := range s.exports {
		if e.id == id {
			return e
		}
	}
	return nil
}

// Unplug takes an arm off the bus: its client is dropped, which looks like a pulled cable there. It
// reports whether there is such an arm.
func (s *Server) Unplug(id string) bool { return s.setPlug(id, false) }

// Plug puts it back.
func (s *Server) Plug(id string) bool { return s.setPlug(id, true) }

func (s *Server) setPlug(id string, there bool) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	e := s.find(id)
	if e == nil {
		return false
	}
	if e.plug = there; !there && e.client != nil {
		e.client.Close()
	}
	transport.Reset(e.device)
	return true
}

// serve speaks with one client: the handshake, then URBs if it got an arm.
func (s *Server) serve(ctx context.Context, conn net.Conn) error {
	conn.SetDeadline(time.Now().Add(s.patience))
	var op [opSize]byte
	if _, err := io.ReadFull(conn, op[:]); err != nil {
		return err
	}
	if v := binary.BigEndian.Uint16(op[:]); v != version {
		return fmt.Errorf("speaks version %#04x of USB/IP, not %#04x", v, version)
	}
	switch code := binary.BigEndian.Uint16(op[2:]); code {
	case requestList:
		_, err := conn.Write(s.list())
		return err
	case requestImport:
		var id [busIDSize]byte
		if _, err := io.ReadFull(conn, id[:]); err != nil {
			return err
		}
		return s.hand(ctx, conn, cString(id[:]))
	default:
		return fmt.Errorf("asks for operation %#04x, which there is not", code)
	}
}

func cString(p []byte) string {
	for i, c := range p {
		if c == 0 {
			return string(p[:i])
		}
	}
	return string(p)
}

// list answers with the arms that are plugged in, each with its interface.
func (s *Server) list() []byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	var records []byte
	count := uint32(0)
	for _, e := range s.exports {
		if e.plug {
			records = append(appendRecord(records, e), 0xff, 0, 0, 0)
			count++
		}
	}
	reply := binary.BigEndian.AppendUint32(appendOp(nil, replyList, statusOK), count)
	return append(reply, records...)
}

// hand gives an arm to a client, or says why not, and carries its URBs.
func (s *Server) hand(ctx context.Context, conn net.Conn, id string) error {
	e, reply, refusal := s.claim(conn, id)
	if _, err := conn.Write(reply); err != nil {
		return err
	}
	if refusal != nil {
		return refusal
	}
	s.log(fmt.Sprintf("arm %s goes to %s", id, conn.RemoteAddr()))
	conn.SetDeadline(time.Time{})
	return newSession(conn, e.device, s.patience).run(ctx)
}

func (s *Server) claim(conn net.Conn, id string) (e *export, reply []byte, refusal error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	e = s.find(id)
	switch {
	case e == nil || !e.plug:
		return nil, appendOp(nil, replyImport, statusNoDevice), fmt.Errorf("asks for %q, which is not there", id)
	case e.client != nil:
		return nil, appendOp(nil, replyImport, statusBusy),
			fmt.Errorf("asks for %s, which %s has", id, e.client.RemoteAddr())
	}
	e.client = conn
	if v := s.clients[conn]; v != nil {
		v.served = true
	}
	transport.Reset(e.device)
	return e, appendRecord(appendOp(nil, replyImport, statusOK), e), nil
}
