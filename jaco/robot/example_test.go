package robot_test

import (
	"fmt"

	"colonnade/jaco/robot"
	"colonnade/sim"
	"colonnade/sim/domain"
)

// Play the task on an emulated arm.
func Example() {
	d, err := domain.Load("robot")
	if err != nil {
		fmt.Println(err)
		return
	}
	var world domain.World
	d.Draw(nil, &world)
	cell, err := robot.Emulate(robot.Emulation{World: &world})
	if err != nil {
		fmt.Println(err)
		return
	}
	env, err := robot.New(robot.Options{Workcell: cell.Workcell})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer env.Close()
	pixels, proprio := make([]uint8, 64*64*3), make([]float32, 2*sim.NumJoints)
	if err := env.Reset(1, pixels, proprio); err != nil {
		fmt.Println(err)
		return
	}
	rest := []int{1, 1, 1, 1, 1, 1, 1, 1, 1}
	reward, terminated, truncated, err := env.Step(rest, pixels, proprio)
	fmt.Println(reward, terminated, truncated, err)
	near := env.Target().Distance(cell.TrueTarget()) < 0.02
	fmt.Println("the target is found:", near)
	// Output:
	// 0 false false <nil>
	// the target is found: true
}
