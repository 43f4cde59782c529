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
