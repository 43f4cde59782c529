//go:build !linux

package serve

import (
	"context"
	"errors"
	"os"
	"time"
)

var errSystem = errors.New("serve: environments are served on Linux only")

// Socket is a Conn on Linux.
type Socket struct{ *os.File }

// SendFile fails.
func (s *Socket) SendFile([]byte, *os.File) error { return errSystem }

// Stop does nothing.
func (s *Socket) Stop() {}

// Inherited fails.
func Inherited(int) (*Socket, error) { return nil, errSystem }

// Listen fails.
func Listen(context.Context, string, time.Duration) (*Socket, error) { return nil, errSystem }

func newMemory(int) (*os.File, []byte, error) { return nil, nil, errSystem }

func freeMemory([]byte) error { return errSystem }
