package reach_test

import (
	"fmt"

	"colonnade/sim"
	"colonnade/sim/reach"
)

// One episode of the planner.
func Example() {
	env, err := reach.New(reach.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	size, _, choices := env.Spec()
	pixels := make([]uint8, size[0]*size[1]*size[2]) // what a policy would look at
	if err := env.Reset(1, pixels, nil); err != nil {
		fmt.Println(err)
		return
	}
	p := reach.NewPlanner(sim.Canonical())
	action := make([]int, len(choices))
	score := float32(0)
	for {
		joints, _ := env.Joints()
		p.Plan(action, &joints, env.Target())
		reward, terminated, truncated, err := env.Step(action, pixels, nil)
		if err != nil {
			fmt.Println(err)
			return
		}
		score += reward
		if terminated || truncated {
			fmt.Printf("%v pixels, score %.0f after %d steps\n", size, score, env.Steps())
			return
		}
	}
	// Output:
	// [64 64 3] pixels, score 47 after 50 steps
}
