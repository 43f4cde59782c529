package usbfs_test

import (
	"context"
	"errors"
	"fmt"

	"colonnade/jaco/transport"
	"colonnade/jaco/usbfs"
)

// Open the only arm on the bus, or say what is wrong.
func ExampleOpener() {
	conn, err := usbfs.Opener("")(context.Background())
	switch {
	case errors.Is(err, transport.ErrNoDevice):
		fmt.Println("plug the arm in and switch it on")
	case errors.Is(err, transport.ErrPermission):
		fmt.Println("install the udev rule")
	case err != nil:
		fmt.Println(err)
	default:
		defer conn.Close()
		fmt.Println("open")
	}
}
