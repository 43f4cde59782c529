//go:build !unix

package training

import (
	"errors"
	"os"
)

// lockExclusive reports that this system's file locks are not supported.
func lockExclusive(path string) (*os.File, error) {
	return nil, &os.PathError{Op: "lock", Path: path, Err: errors.ErrUnsupported}
}
