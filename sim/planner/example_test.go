package planner_test

import (
	"fmt"

	"colonnade/sim"
	"colonnade/sim/planner"
	"colonnade/sim/reach"
)

// Play an episode with the planner, which knows joints and target instead of seeing them.
func Example() {
	env, err := reach.New(reach.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	if err := env.Reset(1, nil, nil); err != nil {
		fmt.Println(err)
		return
	}
	p := planner.New(sim.Canonical())
	action := make([]int, sim.NumJoints)
	score, steps := float32(0), 0
	for over := false; !over; steps++ {
		joints, _ := env.Joints()
		p.Plan(action, &joints, env.Target())
		reward, terminated, truncated, err := env.Step(action, nil, nil)
		if err != nil {
			fmt.Println(err)
			return
		}
		score += reward
		over = terminated || truncated
	}
	fmt.Printf("score %.0f of %d steps\n", score, steps)
	// Output:
	// score 47 of 50 steps
}
