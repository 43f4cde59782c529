package main

import (
	"fmt"

	"colonnade/a3c"
	"colonnade/sim/reach"
)

// nearRadius is how far the palm may be from the target at the start of an episode, m.
const nearRadius = 0.20

// nearTries bounds the search for a start: some one in ten is near enough.
const nearTries = 1000

// near is the reach task, in full, but for its starts: only those with the palm near the target. Random actions then meet
// the reward often enough for a few minutes to show whether a machine learns from pixels. It does without target-every.
type near struct{ *reach.Env }

func newNear(int, int) (a3c.Env, error) {
	env, err := reach.New(reach.Options{})
	if err != nil {
		return nil, err
	}
	return near{env}, nil
}

// Reset begins the episode of the first seed from this one on that starts near the target.
func (n near) Reset(seed uint64, pixels []uint8, proprio []float32) error {
	for i := range uint64(nearTries) {
		candidate := seed + i*0x9e3779b97f4a7c15
		if err := n.Env.Reset(candidate, nil, nil); err != nil {
			return err
		}
		if n.Palm().Distance(n.Target()) <= nearRadius {
			return n.Env.Reset(candidate, pixels, proprio)
		}
	}
	return fmt.Errorf("no start within %g m of the target in %d draws", nearRadius, nearTries)
}
