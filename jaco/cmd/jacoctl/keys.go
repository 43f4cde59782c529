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

// openKeys returns single keys of a terminal; ok is false if r is none, and keys is nil then. end gives the terminal back
// as it was; the channel is closed by the time that the next key comes.
func openKeys(r io.Reader) (keys <-chan byte, end func(), ok bool) {
	f, isTerminal := terminalOf(r)
	if !isTerminal {
		return nil, func() {}, false
	}
	restore, err := singleKeys(int(f.Fd()))
	if err != nil {
		return nil, func() {}, false
	}
	all, ended := make(chan byte, 16), make(chan struct{})
	go func() { // a read of a terminal cannot be ended: it ends with the next key, or the process
		defer close(all)
		var one [1]byte
		for {
			n, err := f.Read(one[:])
			if err != nil {
				return
			}
			select {
			case <-ended:
				return
			default:
			}
			if n == 1 {
				select {
				case all <- one[0]:
				case <-ended:
					return
				}
			}
		}
	}()
	var once sync.Once
	return all, func() {
		once.Do(func() {
			close(ended)
			restore()
		})
	}, true
}
