package serve

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
)

// Conn is the control channel to one client.
type Conn interface {
	io.ReadWriter
	// SendFile writes a message with the descriptor of a file.
	SendFile(message []byte, file *os.File) error
}

const (
	requestBytes = 32
	replyBytes   = 256
	replyText    = 16 // where a reply's text begins
)

// Operations.
const (
	opHello = iota + 1
	opStep
	opReset
	opRender
	opClose
)

const statusRefused = 1

type request struct {
	op, number uint32
	a, b, rest uint64
}

func decode(m *[requestBytes]byte) request {
	return request{
		op: binary.LittleEndian.Uint32(m[:]), number: binary.LittleEndian.Uint32(m[4:]),
		a: binary.LittleEndian.Uint64(m[8:]), b: binary.LittleEndian.Uint64(m[16:]),
		rest: binary.LittleEndian.Uint64(m[24:]),
	}
}

// check refuses a request that is not in the table.
func (r *request) check() error {
	switch {
	case r.op < opHello || r.op > opClose:
		return refuse("there is no request %d, only %d to %d", r.op, opHello, opClose)
	case r.rest != 0 || r.b != 0 && r.op != opHello || r.a != 0 && r.op != opHello && r.op != opRender:
		return refuse("request %d has numbers that mean nothing, want 0 there", r.op)
	}
	return nil
}

// encodeReply writes the reply to request number. err is why it was refused, nil for one that was
// done.
func encodeReply(m *[replyBytes]byte, number uint32, buffer int, err error) {
	clear(m[:])
	binary.LittleEndian.PutUint32(m[4:], number)
	binary.LittleEndian.PutUint32(m[8:], uint32(buffer))
	if err != nil {
		binary.LittleEndian.PutUint32(m[:], statusRefused)
		copy(m[replyText:], err.Error())
	}
}

// Serve does what a client asks for until it closes or is gone, which is no error. It returns an
// error for a client that speaks another version, for a torn request, and when an environment
// fails; the client is told before.
func (s *Server) Serve(conn Conn) error {
	var in [requestBytes]byte
	var out [replyBytes]byte
	for greeted := false; ; greeted = true {
		if _, err := io.ReadFull(conn, in[:]); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return fmt.Errorf("serve: a torn request: %w", err)
		}
		r := decode(&in)
		err := r.check()
		if !greeted {
			if err == nil {
				err = hello(r)
			}
			encodeReply(&out, r.number, 0, err)
			if err != nil {
				conn.Write(out[:]) // whether it still listens or not
				return fmt.Errorf("serve: %w", err)
			}
			if err := conn.SendFile(out[:], s.file); err != nil {
				return fmt.Errorf("serve: reply: %w", err)
			}
			continue
		}
		if err == nil {
			err = s.obey(r)
		}
		encodeReply(&out, r.number, s.current, err)
		if _, err := conn.Write(out[:]); err != nil {
			return fmt.Errorf("serve: reply: %w", err)
		}
		if err != nil && !errors.As(err, new(refusal)) {
			return fmt.Errorf("serve: %w", err)
		}
		if r.op == opClose && err == nil {
			return nil
		}
	}
}

// hello refuses a client of another version, and what is no client.
func hello(r request) error {
	switch {
	case r.op != opHello || r.a != binary.LittleEndian.Uint64([]byte(magic)):
		return refuse("the first request is no hello of a client of this server")
	case r.b != Version:
		return refuse("the client speaks version %d, this server version %d: use client and server of the same "+
			"revision", r.b, Version)
	}
	return nil
}

// obey does what a request of the table asks for.
func (s *Server) obey(r request) error {
	switch r.op {
	case opStep:
		return s.step()
	case opReset:
		return s.reset()
	case opRender:
		return s.render(r.a)
	case opHello:
		return refuse("hello comes once")
	}
	return nil // close
}
