package usbip

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"sync"
	"time"

	"colonnade/jaco/clock"
	"colonnade/jaco/transport"
)

// The pipes of the arm.
const (
	pipeControl = 0
	pipeRS485   = 1 // takes everything and answers nothing: RS-485 mode is not emulated
	pipeCommand = 2
)

// session carries the URBs of one client. One goroutine reads them; another completes transfers to
// the host when the arm has data.
type session struct {
	conn     net.Conn
	device   transport.Device
	clock    clock.Clock
	poke     *clock.Signal // there may be something to complete
	patience time.Duration

	mu      sync.Mutex // guards what follows and the order of what is written
	pending []transfer
	halted  [2][pipeCommand + 1]bool // [to the host][endpoint]: it stalled, and does until the client clears it
	out     []byte                   // what is written, its memory used again
	failed  error                    // of a write: the client is gone
}

// transfer is a URB to the host that waits for data.
type transfer struct {
	sequence uint32
	endpoint uint32
	length   int
	data     []byte
}

func newSession(conn net.Conn, device transport.Device, patience time.Duration) *session {
	real := clock.Real()
	return &session{conn: conn, device: device, clock: real, poke: real.NewSignal(), patience: patience}
}

// run returns when the client is gone or misbehaves.
func (s *session) run(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		s.pump(ctx)
	}()
	err := s.read()
	s.conn.Close() // ends a write of the pump's, too
	cancel()
	<-done
	return err
}

// read takes URBs from the client. It must send its first soon, as a kernel that enumerates the arm
// does, and each that it begins without a break; between two it may take any time.
func (s *session) read() error {
	var raw [headerSize]byte
	var data []byte
	from := bufio.NewReader(s.conn)
	s.conn.SetReadDeadline(time.Now().Add(s.patience))
	for {
		if _, err := from.Peek(1); err != nil {
			return err
		}
		s.conn.SetReadDeadline(time.Now().Add(s.patience))
		if _, err := io.ReadFull(from, raw[:]); err != nil {
			return err
		}
		h := parseHeader(&raw)
		switch {
		case h.command == cmdUnlink:
			s.conn.SetReadDeadline(time.Time{})
			if err := s.unlink(h); err != nil {
				return err
			}
			continue
		case h.command != cmdSubmit:
			return fmt.Errorf("sends command %d, which there is not", h.command)
		case h.length > maxURB:
			return fmt.Errorf("wants a transfer of %d bytes, at most %d are allowed", h.length, maxURB)
		case h.isochronous != 0 && h.isochronous != 0xffffffff:
			return errors.New("wants an isochronous transfer, which no endpoint has")
		}
		if data = data[:0]; !h.in {
			data = slices.Grow(data, int(h.length))[:h.length]
			if _, err := io.ReadFull(from, data); err != nil {
				return err
			}
		}
		s.conn.SetReadDeadline(time.Time{})
		if err := s.submit(h, data); err != nil {
			return err
		}
	}
}

// submit begins a transfer; all but those to the host from the arm's pipes are complete at once.
func (s *session) submit(h header, data []byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case h.endpoint == pipeControl:
		answer, ok := s.control(h.setup)
		switch {
		case !ok:
			return s.send(retSubmit, h.sequence, statusStall, 0, nil)
		case h.in:
			answer = answer[:min(len(answer), int(h.length))]
			return s.send(retSubmit, h.sequence, 0, len(answer), answer)
		}
		return s.send(retSubmit, h.sequence, 0, len(data), nil)
	case h.endpoint != pipeCommand && h.endpoint != pipeRS485:
		return s.send(retSubmit, h.sequence, statusStall, 0, nil)
	case s.halted[direction(h.in)][h.endpoint]:
		return s.send(retSubmit, h.sequence, statusStall, 0, nil)
	case h.in:
		if len(s.pending) >= maxPending {
			return fmt.Errorf("has over %d transfers under way", maxPending)
		}
		s.pending = append(s.pending, transfer{sequence: h.sequence, endpoint: h.endpoint, length: int(h.length)})
		s.poke.Raise()
		return nil
	}
	status := int32(0)
	if h.endpoint == pipeCommand {
		for rest := data; len(rest) > 0 && status == 0; rest = rest[min(len(rest), endpointSize):] {
			if s.device.Out(s.clock.Now(), rest[:min(len(rest), endpointSize)]) != nil {
				status, data = statusStall, data[:len(data)-len(rest)]
				s.halted[0][pipeCommand] = true
			}
		}
		s.poke.Raise()
	}
	return s.send(retSubmit, h.sequence, status, len(data), nil)
}

// direction is the first index of session.halted.
func direction(in bool) int {
	if in {
		return 1
	}
	return 0
}

// control answers a control request; those about an endpoint's halt are the session's own. s.mu is
// held.
func (s *session) control(r setup) (data []byte, ok bool) {
	code := r.code()
	if code != getStatusPipe && code != clearHalt {
		return control(r)
	}
	endpoint := int(r.index & 0x0f)
	if endpoint > pipeCommand {
		return nil, false
	}
	halted := &s.halted[direction(r.index&0x80 != 0)][endpoint]
	if code == clearHalt {
		*halted = false
		return nil, r.value == 0 // ENDPOINT_HALT, the only feature of an endpoint
	}
	data = []byte{0, 0}
	if *halted {
		data[0] = 1
	}
	return data[:min(len(data), int(r.length))], true
}

// unlink takes a transfer back: one that is still under way never gets an answer of its own.
func (s *session) unlink(h header) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i, t := range s.pending {
		if t.sequence == h.unlink {
			s.pending = append(s.pending[:i], s.pending[i+1:]...)
			return s.send(retUnlink, h.sequence, statusUnlinked, 0, nil)
		}
	}
	return s.send(retUnlink, h.sequence, 0, 0, nil)
}

// send writes an answer. s.mu is held, which keeps answers in the order of the decisions.
func (s *session) send(command, sequence uint32, status int32, actual int, data []byte) error {
	if s.failed != nil {
		return s.failed
	}
	s.out = appendReturn(s.out[:0], command, sequence, status, actual, data)
	s.conn.SetWriteDeadline(time.Now().Add(s.patience))
	_, s.failed = s.conn.Write(s.out)
	return s.failed
}

// pump completes transfers to the host until ctx ends.
func (s *session) pump(ctx context.Context) {
	for {
		seen := s.poke.Count()
		ready, err := s.complete()
		if err != nil {
			s.conn.Close() // the reader ends by it
			return
		}
		if err := s.clock.Wait(ctx, s.poke, seen, ready); err != nil && ctx.Err() != nil {
			return
		}
	}
}

// complete fills transfers with what the arm has, and returns when to look again; zero: when
// something changes.
func (s *session) complete() (time.Time, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for {
		i := 0
		for i < len(s.pending) && s.pending[i].endpoint != pipeCommand {
			i++
		}
		if i == len(s.pending) {
			return time.Time{}, nil
		}
		t := &s.pending[i]
		var packet [endpointSize]byte
		n, ready := transport.Stalled, time.Time{}
		if !s.halted[1][pipeCommand] {
			n, ready = s.device.In(s.clock.Now(), packet[:])
		}
		switch n {
		case 0:
			return ready, nil
		case transport.Stalled:
			s.halted[1][pipeCommand] = true
			sequence := t.sequence
			s.pending = append(s.pending[:i], s.pending[i+1:]...)
			if err := s.send(retSubmit, sequence, statusStall, 0, nil); err != nil {
				return time.Time{}, err
			}
			continue
		}
		status := int32(0)
		if room := t.length - len(t.data); n > room {
			n, status = room, statusOverflow
		}
		t.data = append(t.data, packet[:n]...)
		if status == 0 && n == endpointSize && len(t.data) < t.length {
			continue // a full packet does not end a transfer that has room for more
		}
		sequence, data := t.sequence, t.data
		s.pending = append(s.pending[:i], s.pending[i+1:]...)
		if err := s.send(retSubmit, sequence, status, len(data), data); err != nil {
			return time.Time{}, err
		}
	}
}
