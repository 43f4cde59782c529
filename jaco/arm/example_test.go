package arm_test

import (
	"context"
	"fmt"
	"time"

	"colonnade/jaco/arm"
	"colonnade/jaco/clock"
	"colonnade/jaco/emulator"
	"colonnade/jaco/protocol"
	"colonnade/jaco/transport"
)

// Connect to an emulated arm in virtual time, send it home, and turn joint 1 for a second.
func Example() {
	ctx, v := context.Background(), clock.NewVirtual()
	v.Enter()
	defer v.Leave()
	device, err := emulator.New(emulator.NewOptions(protocol.Jaco2))
	if err != nil {
		fmt.Println(err)
		return
	}
	socket := transport.NewMemory(v, device, time.Millisecond)
	a, err := arm.Connect(ctx, arm.Options{Clock: v, Open: socket.Open})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer a.Close()
	fmt.Println(a.Info().Type, "is", a.State().Retract)

	if err := a.Enable(ctx); err != nil {
		fmt.Println(err)
		return
	}
	if err := a.Home(ctx); err != nil {
		fmt.Println(err)
		return
	}
	home := a.State()
	for range 10 { // a policy acts every 100 ms
		if err := a.SetVelocity(&[arm.NumJoints]float64{0.5}); err != nil {
			fmt.Println(err)
			return
		}
		clock.Sleep(ctx, v, 100*time.Millisecond)
	}
	if err := a.Stop(ctx); err != nil {
		fmt.Println(err)
	}
	now, _ := a.Angles(ctx, v.Now())
	fmt.Printf("%v; then joint 1 turned by %.1f rad\n", home.Retract, now.Q[0]-home.Q[0])
	// Output:
	// Jaco2, 6 joints is not initialised since power-up
	// ready; then joint 1 turned by 0.5 rad
}
