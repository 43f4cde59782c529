package main

import "golang.org/x/sys/unix"

// singleKeys lets a terminal give each key as it is pressed, unseen. Ctrl-C still is a signal.
// Ctrl-Z, Ctrl-\ and Ctrl-S are keys: they would suspend the program or end it, with the arm's home
// button down perhaps, or hold up what it says.
func singleKeys(fd int) (restore func(), err error) {
	before, err := unix.IoctlGetTermios(fd, unix.TCGETS)
	if err != nil {
		return nil, err
	}
	raw := *before
	raw.Iflag &^= unix.IXON
	raw.Lflag &^= unix.ICANON | unix.ECHO
	raw.Cc[unix.VMIN], raw.Cc[unix.VTIME] = 1, 0
	raw.Cc[unix.VSUSP], raw.Cc[unix.VQUIT] = 0, 0
	if err := unix.IoctlSetTermios(fd, unix.TCSETS, &raw); err != nil {
		return nil, err
	}
	return func() { unix.IoctlSetTermios(fd, unix.TCSETS, before) }, nil // a terminal that is gone needs nothing
}
