//go:build unix

package cli

import (
	"os"

	"golang.org/x/sys/unix"
)

// unread tells whether one of the files is a pipe that nobody reads from any more.
func unread(files ...*os.File) bool {
	fds := make([]unix.PollFd, len(files))
	for i, f := range files {
		fds[i].Fd = int32(f.Fd())
	}
	if _, err := unix.Poll(fds, 0); err != nil {
		return false
	}
	for _, fd := range fds {
		if fd.Revents&unix.POLLERR != 0 {
			return true
		}
	}
	return false
}
