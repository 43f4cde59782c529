package camera_test

import (
	"errors"
	"fmt"
	"time"

	"colonnade/jaco/camera"
	"colonnade/jaco/clock"
	"colonnade/jaco/emulator"
	"colonnade/jaco/protocol"
	"colonnade/jaco/transport"
	"colonnade/sim"
	"colonnade/sim/domain"
)

// Look at an emulated arm as the real one will be seen.
func ExampleNewEmulated() {
	robot, err := domain.Load("robot")
	if err != nil {
		fmt.Println(err)
		return
	}
	var world domain.World
	robot.Draw(nil, &world)
	options := emulator.NewOptions(protocol.Jaco2)
	options.Motion = world.Motion
	arm, err := emulator.New(options)
	if err != nil {
		fmt.Println(err)
		return
	}
	c, err := camera.NewEmulated(camera.Scene{
		Clock: clock.NewVirtual(), Arm: arm, World: &world,
		Target: func(time.Time) sim.Vec3 { return sim.Vec3{0, -0.45, 0} },
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer c.Close()
	pixels := make([]uint8, camera.FrameSize)
	at, err := c.Frame(pixels)
	red := 0
	for i := 0; i < len(pixels); i += 3 {
		if pixels[i] > 120 && pixels[i+1] < 80 && pixels[i+2] < 80 {
			red++
		}
	}
	fmt.Println(at, err, red > 20)
	// Output: -33ms <nil> true
}

// Take a picture with the only webcam there is, or say what is wrong.
func ExampleOpen() {
	c, err := camera.Open(camera.Options{Width: 640, Height: 480, Exposure: 10 * time.Millisecond})
	switch {
	case errors.Is(err, transport.ErrNoDevice):
		fmt.Println("plug the camera in")
		return
	case errors.Is(err, transport.ErrBusy):
		fmt.Println("end the other program that uses it")
		return
	case err != nil:
		fmt.Println(err)
		return
	}
	defer c.Close()
	pixels := make([]uint8, camera.FrameSize)
	at, err := c.Frame(pixels)
	fmt.Println("taken", time.Since(clock.Epoch.Add(at)), "ago", err)
}
