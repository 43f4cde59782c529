// Package probe has small environments with a known optimum. Each one tests a single part of a
// learner:
//
//	Bandit      one step, several factors: the policy gradient of a factored policy
//	Contextual  one step, the right choice depends on the observation: the network's input
//	Delayed     a choice pays many steps later: discount, values over more than one rollout
//	TimeLimit   an endless task with a time limit: bootstrapping at truncation
//	Memory      a cue must be recalled later: LSTM and its state (feedforward stays at chance)
//	Spot        a bright patch must be found in a picture: convolutions
//	Still       costs nothing and teaches nothing: benchmarks
//
// All satisfy a3c.Env with built-in types alone, and save and restore their state exactly. Optimum
// returns the best mean score. The tests of package a3c train each environment to it within a
// stated number of steps. When learning breaks, run the probes in this order: the first one that
// fails shows which part is wrong.
package probe

import (
	"encoding/binary"
	"errors"
	"fmt"

	"colonnade/internal/splitmix"
)

// core is the state of any probe: everything random in an episode follows from its seed and the
// step.
type core struct {
	seed   uint64
	step   int  // steps taken in this episode
	branch int  // what the episode remembers
	live   bool // an episode is under way
	bounds bounds
}

// bounds are what states of an environment stay within. They are no state themselves.
type bounds struct {
	steps     int // of an episode
	low, high int // of branch
}

// newCore returns the state before the first episode.
func newCore(steps, low, high int) core { return core{bounds: bounds{steps, low, high}} }

func (c *core) begin(seed uint64) { *c = core{seed: seed, live: true, bounds: c.bounds} }

// random returns number i that belongs to this episode, 64 random bits.
func (c *core) random(i int) uint64 {
	return splitmix.Mix(c.seed + splitmix.Golden*uint64(i+1))
}

// choose returns number i of this episode as a number from 0 to n-1.
func (c *core) choose(i, n int) int { return int(c.random(i) % uint64(n)) }

// check refuses a step outside an episode and an action that is none.
func (c *core) check(action, choices []int) error {
	if !c.live {
		return errors.New("no episode is under way: call Reset first")
	}
	if len(action) != len(choices) {
		return fmt.Errorf("the action has %d factors, want %d", len(action), len(choices))
	}
	for i, a := range action {
		if a < 0 || a >= choices[i] {
			return fmt.Errorf("factor %d of the action is %d, want 0 to %d", i, a, choices[i]-1)
		}
	}
	return nil
}

const coreSize = 8 + 8 + 8 + 1

// MarshalBinary returns the exact state.
func (c *core) MarshalBinary() ([]byte, error) {
	b := binary.LittleEndian.AppendUint64(make([]byte, 0, coreSize), c.seed)
	b = binary.LittleEndian.AppendUint64(b, uint64(c.step))
	b = binary.LittleEndian.AppendUint64(b, uint64(c.branch))
	live := byte(0)
	if c.live {
		live = 1
	}
	return append(b, live), nil
}

// UnmarshalBinary restores what MarshalBinary returned.
func (c *core) UnmarshalBinary(b []byte) error {
	if len(b) != coreSize {
		return fmt.Errorf("the state of a probe has %d bytes, want %d", len(b), coreSize)
	}
	step, branch, live := int(binary.LittleEndian.Uint64(b[8:])), int(binary.LittleEndian.Uint64(b[16:])), b[24]
	if step < 0 || step > c.bounds.steps || branch < c.bounds.low || branch > c.bounds.high || live > 1 ||
		live == 1 && step == c.bounds.steps {
		return fmt.Errorf("the state of a probe is impossible: step %d of %d, branch %d, live %d", step, c.bounds.steps,
			branch, live)
	}
	c.seed, c.step, c.branch, c.live = binary.LittleEndian.Uint64(b), step, branch, live == 1
	return nil
}
