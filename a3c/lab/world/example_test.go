package world_test

import (
	"fmt"

	"colonnade/a3c/lab/world"
	"colonnade/nn"
	"colonnade/sim/domain"
)

// Name a world and a network, and build both.
func Example() {
	settings, network := world.DefaultWorld(), world.DefaultNetwork()
	settings.Task, settings.Domain, network.Width = "conveyor", domain.ByName("robot"), world.Narrow
	place, err := world.NewSimulator(settings)
	if err != nil {
		fmt.Println(err)
		return
	}
	env, err := place.Make(0, 0) // the first environment of the first worker
	if err != nil {
		fmt.Println(err)
		return
	}
	pixels, proprioception, choices := env.Spec()
	fmt.Println(place, "with", network)
	fmt.Println(pixels, proprioception, choices)
	net, err := nn.New(network.Arch(), nn.InputScaling{Mean: []float32{128, 128, 128}, Scale: []float32{50, 50, 50}})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(net.Parameters(), "parameters")
	// Output:
	// conveyor in robot with recurrent narrow
	// [64 64 3] 18 [3 3 3 3 3 3 3 3 3]
	// 10364 parameters
}
