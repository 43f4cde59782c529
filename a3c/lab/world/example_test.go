package world_test

import (
	"fmt"
	"io"

	"colonnade/a3c/lab/cli"
	"colonnade/a3c/lab/world"
	"colonnade/nn"
)

// Name a world and a network on a command line, and build both.
func Example() {
	f := cli.NewFlags("train", "", "", io.Discard, io.Discard)
	place, network := world.Register(f), world.RegisterNet(f)
	if err := f.Parse([]string{"-task", "conveyor", "-domain", "robot", "-net", "recurrent", "-width", "narrow"}); err != nil {
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
