package usbip_test

import (
	"context"
	"fmt"

	"colonnade/jaco/emulator"
	"colonnade/jaco/protocol"
	"colonnade/jaco/usbip"
)

// Serve an arm on the loopback interface until the context ends.
func Example() {
	device, err := emulator.New(emulator.NewOptions(protocol.Jaco2))
	if err != nil {
		fmt.Println(err)
		return
	}
	server, err := usbip.NewServer([]usbip.Arm{{BusID: "1-1", Device: device}}, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	listener, err := usbip.Listen("127.0.0.1:0", false)
	if err != nil {
		fmt.Println(err)
		return
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel() // at once, here
	fmt.Println(server.Serve(ctx, listener))
	// Output: <nil>
}
