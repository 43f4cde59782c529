package transfer_test

import (
	"fmt"

	"colonnade/a3c/lab/transfer"
	"colonnade/a3c/lab/world"
)

// The shipped column, seen from this package.
const column1 = "../../../bench/pretrained/reach-recurrent-wide.safetensors"

// Plan a transfer to the robot's world: a narrow column beside the wide one that is shipped.
func Example() {
	settings := transfer.DefaultSettings()
	settings.From, settings.Learner.Seed = transfer.Files{column1}, 3
	simulator, err := world.NewSimulator(settings.World)
	if err != nil {
		fmt.Println(err)
		return
	}
	plan, err := settings.Plan("transfer", simulator, false)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(plan.Title)
	fmt.Println(plan.Config.Workers, "worker of", plan.Config.Envs, "environment,", plan.Config.Steps, "steps")
	net, _, err := plan.Column()
	if err != nil {
		fmt.Println(err)
		return
	}
	columns := net.Columns()
	fmt.Println(len(columns), "columns;", net.Parameters(), "parameters to train")
	// Output:
	// progressive, reach in robot, seed 3
	// 1 worker of 1 environment, 60000 steps
	// 2 columns; 36940 parameters to train
}
