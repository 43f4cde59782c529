package emulator_test

import (
	"fmt"
	"time"

	"colonnade/jaco/clock"
	"colonnade/jaco/emulator"
	"colonnade/jaco/protocol"
)

// Switch an emulated arm on, start API control and send it to its ready pose.
func Example() {
	arm, err := emulator.New(emulator.NewOptions(protocol.Jaco2))
	if err != nil {
		fmt.Println(err)
		return
	}
	now := clock.Epoch
	for _, command := range []protocol.Command{protocol.StartAPI, protocol.GoReady} {
		packet := protocol.Packet{Number: 1, Count: 1, Command: command}
		var wire [protocol.PacketSize]byte
		packet.Encode(&wire)
		arm.Out(now, wire[:])
		now = now.Add(2 * time.Millisecond)
		arm.In(now, wire[:])
	}
	for range 3 {
		fmt.Println(arm.State(now).Retract)
		now = now.Add(time.Second)
	}
	// Output:
	// moving to ready
	// moving to ready
	// ready
}
