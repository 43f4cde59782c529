package transfer_test

import (
	"fmt"
	"io"

	"colonnade/a3c/lab/cli"
	"colonnade/a3c/lab/transfer"
)

// The shipped column, seen from this package.
const column1 = "../../../bench/pretrained/reach-recurrent-wide.safetensors"

// Plan a transfer to the robot's world: a narrow column beside the wide one that is shipped.
func Example() {
	f := cli.NewFlags("transfer", "", "", io.Discard, io.Discard)
	options := transfer.Register(f)
	if err := f.Parse([]string{"-from", column1, "-domain", "robot", "-seed", "3"}); err != nil {
		fmt.Println(err)
		return
	}
	if err := options.Validate(false); err != nil {
		fmt.Println(err)
		return
	}
	plan := options.Plan("transfer")
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
