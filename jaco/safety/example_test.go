package safety_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"colonnade/jaco/clock"
	"colonnade/jaco/emulator"
	"colonnade/jaco/protocol"
	"colonnade/jaco/safety"
	"colonnade/jaco/transport"
	"colonnade/sim"
)

// Drive the emulated arm down until the Guard says no.
func Example() {
	ctx, v := context.Background(), clock.NewVirtual()
	v.Enter()
	defer v.Leave()
	options := emulator.NewOptions(protocol.Jaco2)
	home, _ := sim.Canonical().Keyframe("home")
	options.Start = &home
	device, err := emulator.New(options)
	if err != nil {
		fmt.Println(err)
		return
	}
	socket := transport.NewMemory(v, device, time.Millisecond)
	guard, err := safety.Connect(ctx, safety.Options{Arm: safety.Driver{Clock: v, Open: socket.Open}, Motion: true})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer guard.Close()
	if err := guard.Enable(ctx); err != nil {
		fmt.Println(err)
		return
	}
	down := [sim.NumJoints]float64{0, 0.6}
	for {
		if err := guard.SetVelocity(&down); err != nil {
			var trip *safety.Trip
			fmt.Println(errors.As(err, &trip), trip.Cause)
			break
		}
		clock.Sleep(ctx, v, 100*time.Millisecond)
	}
	clock.Sleep(ctx, v, time.Second)
	fmt.Println("contacts:", device.State(v.Now()).Contacts)
	// Output:
	// true table
	// contacts: 0
}
