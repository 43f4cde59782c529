package protocol_test

import (
	"fmt"

	"colonnade/jaco/protocol"
)

// The packet that turns joint 1 with 0.2 rad/s for 10 ms.
func Example() {
	settings := protocol.Jaco2Settings()
	point := settings.VelocityPoint(&[9]float64{0.2})
	message := protocol.Writing{
		Command: protocol.BasicTrajectory,
		Payload: point.Append(nil, settings.BasicPoint),
	}
	var packet protocol.Packet
	message.Packet(1, &packet)
	var wire [protocol.PacketSize]byte
	packet.Encode(&wire)
	fmt.Println(packet.Command)
	fmt.Printf("header % x\n", wire[:8])
	fmt.Printf("joint 1 at %.2f degrees/s\n", point.Values[0])
	// Output:
	// 308 (basic trajectory point)
	// header 01 00 01 00 34 01 34 00
	// joint 1 at 11.46 degrees/s
}
