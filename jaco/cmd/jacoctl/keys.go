package main

import (
	"io"
	"os"
	"sync"

	"golang.org/x/term"
)

// terminalOf returns r if it is a terminal.
func terminalOf(r io.Reader) (*os.File, bool) {
	f, ok := r.(*os.File)
	return f, ok && term.IsTerminal(int(f.Fd()))
}

// openKeys hands each key of a terminal to press as it comes, in a goroutine of its own; ok is false if r is none. end gives
// the terminal back as it was, and no key is handed over then. gone is called if the terminal goes before that.
func openKeys(r io.Reader, press func(key byte), gone func()) (end func(), ok bool) {
	f, isTerminal := terminalOf(r)
	if !isTerminal {
		return func() {}, false
	}
	restore, err := singleKeys(int(f.Fd()))
	if err != nil {
		return func() {}, false
	}
	ended := make(chan struct{})
	go func() { // a read of a terminal cannot be ended: it ends with the next key, or the process
		var one [1]byte
		for {
			n, err := f.Read(one[:])
			select {
			case <-ended:
				return
			default:
			}
			if err != nil {
				gone()
				return
			}
			if n == 1 {
				press(one[0])
			}
		}
	}()
	return sync.OnceFunc(func() {
		close(ended)
		restore()
	}), true
}
