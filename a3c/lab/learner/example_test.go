package learner_test

import (
	"fmt"

	"colonnade/a3c"
	"colonnade/a3c/lab/learner"
	"colonnade/nn"
	"colonnade/sim/reach"
)

// Change the learner's settings and make the column that they train.
func Example() {
	config := a3c.DefaultConfig()
	config.Steps, config.LearningRate = 1_000_000, 1e-3
	env, err := reach.New(reach.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	net, theta, err := learner.NewColumn(nn.ReachArch(true, true), env, config.Seed)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(config.Steps, config.LearningRate, config.Rollout)
	fmt.Printf("%v; %d parameters\n", net.Arch(), len(theta))
	// Output:
	// 1000000 0.001 20
	// recurrent, pixels 64x64x3, conv 16 and 32, fc 128, lstm 128, 9 factors of 3 choices; 298700 parameters
}
