// Package transport is the cable between a driver and an arm: two pipes that carry packets of 64
// bytes, one out and one in. Conn is all that a driver sees of it. Here are a cable in memory, at
// whose other end is any Device, and an Injector, which spoils the transfers of another Conn by
// rules; package usbfs has the real one.
//
// # Rules of a Conn
//
// A transfer takes a context; the context's deadline ends it with ErrTimeout, its cancellation with
// the context's error. A count below the length may come with an error: so much went over before. A
// timed-out Read leaves the reply to come: read it off before the next request. Close may be called
// at any time and any number of times; it ends transfers under way with ErrClosed and returns when
// they are over. One Read and one Write may be under way at a time.
//
// A Conn whose device is gone stays dead; open another when the device is back.
//
// # Faults
//
// An Injector spoils a Conn, by its Opener, or the far end of a cable that is elsewhere, by its
// Device. It is driven by a list of Rules and a seed, and nothing else: the same transfers meet
// the same faults. ParseRules reads the rules from text, one a line or separated by semicolons:
//
//	lose in transfer 7            the 7th reply does not arrive
//	lose out every 100            every 100th packet to the arm is lost
//	delay in chance 0.01 for 30ms a reply in a hundred comes 30 ms late
//	stall out transfer 3          the endpoint refuses
//	short in chance 0.001         a packet ends early
//	garbage in every 500          some bytes are wrong
//	unplug byte 1234 for 2s       the cable comes out within a packet, and is back after 2 s
package transport

import (
	"context"
	"errors"
	"fmt"
)

// Conn is an open connection to an arm.
type Conn interface {
	// Write sends p to the arm as one transfer and returns the bytes that went out.
	Write(ctx context.Context, p []byte) (int, error)

	// Read waits for one transfer from the arm and returns its length, at most len(p).
	Read(ctx context.Context, p []byte) (int, error)

	// Close gives the arm free.
	Close() error
}

// Opener opens the connection to an arm: again and again, if the arm comes and goes.
type Opener func(ctx context.Context) (Conn, error)

// What can go wrong. Errors of a Conn or an Opener wrap one of these, or the error of a cancelled
// context.
var (
	ErrClosed      = errors.New("the connection is closed")
	ErrTimeout     = errors.New("no answer in time")
	ErrNoDevice    = errors.New("the device is not there")
	ErrBusy        = errors.New("the device is held by another program")
	ErrPermission  = errors.New("no permission to use the device")
	ErrStall       = errors.New("the device refused the transfer")
	ErrOverflow    = errors.New("the device sent more than fits")
	ErrBus         = errors.New("the transfer failed on the bus")
	ErrUnsupported = errors.New("not supported on this system")
)

// Error says what failed and on which device. errors.Is finds both its kind and its cause.
type Error struct {
	Op    string // "write", "open", ...
	Name  string // of the device; may be empty
	Kind  error  // one of this package's errors; nil if only the cause is known
	Cause error  // such as a syscall.Errno or a context's error; may be nil
}

// Error returns operation, device, kind and cause, as far as they are known.
func (e *Error) Error() string {
	text := e.Op
	if e.Name != "" {
		text += " " + e.Name
	}
	for _, err := range e.Unwrap() {
		text += fmt.Sprintf(": %v", err)
	}
	return text
}

// Unwrap returns the kind and the cause.
func (e *Error) Unwrap() []error {
	var all []error
	for _, err := range [...]error{e.Kind, e.Cause} {
		if err != nil {
			all = append(all, err)
		}
	}
	return all
}

// Interrupted turns what ended a wait into an error of this package: ErrTimeout for a passed
// deadline.
func Interrupted(op, name string, err error) error {
	if errors.Is(err, context.DeadlineExceeded) {
		return &Error{Op: op, Name: name, Kind: ErrTimeout, Cause: err}
	}
	return &Error{Op: op, Name: name, Cause: err}
}
