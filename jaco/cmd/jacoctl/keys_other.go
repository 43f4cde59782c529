//go:build !linux

package main

import "errors"

// singleKeys is for Linux, as real arms are.
func singleKeys(int) (restore func(), err error) {
	return nil, errors.New("no single keys on this system")
}
