package probe_test

import (
	"fmt"

	"colonnade/a3c/probe"
)

// One episode of Memory: the cue is seen once, the question comes at the end.
func ExampleMemory() {
	m := probe.NewMemory(2)
	seen := make([]float32, 2)
	if err := m.Reset(1, nil, seen); err != nil {
		panic(err)
	}
	cue := seen[0]
	fmt.Println("cue seen:", cue != 0)
	for over := false; !over; {
		choice := 0
		if cue > 0 {
			choice = 1
		}
		var reward float32
		reward, over, _, _ = m.Step([]int{choice}, nil, seen)
		fmt.Println("cue", seen[0], "question", seen[1], "reward", reward)
	}
	// Output:
	// cue seen: true
	// cue 0 question 0 reward 0
	// cue 0 question 0 reward 0
	// cue 0 question 1 reward 0
	// cue 0 question 0 reward 1
}
