package arm

import (
	"context"
	"errors"
	"fmt"
	"time"

	"colonnade/jaco/clock"
	"colonnade/jaco/protocol"
	"colonnade/jaco/transport"
)

// link is the connection, as packets and messages. It belongs to the goroutine that has it.
type link struct {
	opt   *Options
	conn  transport.Conn // nil: there is none
	dirty bool           // an answer may still come to a request that is given up
	stats *Stats

	out, in  [protocol.PacketSize]byte
	deadline clock.Deadline
	reading  protocol.Reading
	payload  []byte // of the SET under way, its memory used again
}

// maxLate is the number of late packets that are read off; a device that always answers would go on
// for ever.
const maxLate = 64

// connect opens the connection and reads off whatever is left of an earlier one, until nothing has
// come for the time quiet.
func (l *link) connect(ctx context.Context, quiet time.Duration) error {
	l.drop()
	conn, err := l.opt.Open(ctx)
	if err != nil {
		return err
	}
	l.conn, l.dirty = conn, true
	return l.drain(ctx, quiet)
}

// drop closes the connection.
func (l *link) drop() {
	if l.conn != nil {
		l.conn.Close() // there is nothing more to be done about a connection that fails to close
		l.conn = nil
	}
}

// drain reads off late answers until nothing has come for a while.
func (l *link) drain(ctx context.Context, quiet time.Duration) error {
	for range maxLate {
		l.deadline.Set(ctx, l.opt.Clock.Now().Add(quiet))
		_, err := l.conn.Read(&l.deadline, l.in[:])
		if errors.Is(err, transport.ErrTimeout) {
			l.dirty = false
			return nil
		}
		if err != nil {
			return l.failed(err)
		}
	}
	return l.failed(fmt.Errorf("the device sends without being asked: %w", protocol.ErrMismatch))
}

// failed takes note of an error: what comes next may be a late answer; a device that is gone takes
// the connection with it.
func (l *link) failed(err error) error {
	l.stats.Failures++
	l.dirty = true
	if errors.Is(err, transport.ErrNoDevice) || errors.Is(err, transport.ErrClosed) {
		l.drop()
	}
	return err
}

// exchange sends a packet and takes its reply.
func (l *link) exchange(ctx context.Context, request, reply *protocol.Packet) error {
	if l.conn == nil {
		return &transport.Error{Op: "exchange", Kind: transport.ErrNoDevice}
	}
	if l.dirty {
		if err := l.drain(ctx, l.opt.Quiet); err != nil {
			return err
		}
	}
	start := l.opt.Clock.Now()
	l.deadline.Set(ctx, start.Add(l.opt.Timeout))
	request.Encode(&l.out)
	n, err := l.conn.Write(&l.deadline, l.out[:])
	if err != nil {
		return l.failed(fmt.Errorf("command %s: %d of %d bytes sent: %w", request.Command, n, len(l.out), err))
	}
	n, err = l.conn.Read(&l.deadline, l.in[:])
	if err != nil {
		return l.failed(fmt.Errorf("command %s: %w", request.Command, err))
	}
	if err := reply.Decode(l.in[:n]); err != nil {
		return l.failed(fmt.Errorf("command %s: %w", request.Command, err))
	}
	took := l.opt.Clock.Now().Sub(start)
	l.stats.exchanged(took)
	if took > l.opt.Timeout { // whoever held it up
		return l.failed(&transport.Error{Op: "read", Kind: transport.ErrTimeout,
			Cause: fmt.Errorf("command %s: the answer came after %v", request.Command, took)})
	}
	if err := request.Check(reply); err != nil {
		if errors.Is(err, protocol.ErrMismatch) {
			return l.failed(err)
		}
		return err
	}
	return nil
}

// set writes a message. Acknowledged means received, no more.
func (l *link) set(ctx context.Context, command protocol.Command, payload []byte) error {
	w := protocol.Writing{Command: command, Payload: payload}
	for i := 1; i <= w.Count(); i++ {
		var request, reply protocol.Packet
		w.Packet(i, &request)
		if err := l.exchange(ctx, &request, &reply); err != nil {
			return err
		}
	}
	return nil
}

// get reads an answer: valid until the next one.
func (l *link) get(ctx context.Context, command protocol.Command) ([]byte, error) {
	for l.reading.Begin(command, 1); ; {
		var request, reply protocol.Packet
		l.reading.Request(&request)
		if err := l.exchange(ctx, &request, &reply); err != nil {
			return nil, err
		}
		complete, err := l.reading.Add(&reply)
		if err != nil {
			return nil, l.failed(err)
		}
		if complete {
			return l.reading.Payload, nil
		}
	}
}

// read reads an answer into m.
func (l *link) read(ctx context.Context, command protocol.Command, m interface{ Decode([]byte) error }) error {
	payload, err := l.get(ctx, command)
	if err != nil {
		return err
	}
	if err := m.Decode(payload); err != nil {
		return fmt.Errorf("command %s: %w", command, err)
	}
	return nil
}
