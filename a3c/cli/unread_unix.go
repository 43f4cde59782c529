//go:build unix

package cli

import (
	"os"

	"golang.org/x/sys/unix"
)

// unread tells whether one of the files is a pipe or a socket that nobody reads from any more. A
// terminal that is closed is none: that is a hang-up.
func unread(files ...*os.File) bool {
	var fds []unix.PollFd
	for _, f := range files {
		if info, err := f.Stat(); err == nil && info.Mode()&(os.ModeNamedPipe|os.ModeSocket) != 0 {
			fds = append(fds, unix.PollFd{Fd: int32(f.Fd())})
		}
	}
	if _, err := unix.Poll(fds, 0); err != nil {
		return false
	}
	for _, fd := range fds {
		if fd.Revents&(unix.POLLERR|unix.POLLHUP) != 0 {
			return true
		}
	}
	return false
}
