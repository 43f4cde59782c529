package main

import (
	"fmt"

	"colonnade/a3c"
	"colonnade/a3c/lab/rundir"
	"colonnade/jaco/camera"
	"colonnade/nn"
	"colonnade/sim"
	"colonnade/sim/planner"
)

// player chooses actions.
type player interface {
	// begin begins an episode whose actions are drawn from seed, and returns where its observations go: what is not
	// wanted is empty.
	begin(seed uint64) (pixels []uint8, proprio []float32)

	// act chooses for the last observation; q (rad) and target (m) are the arm's angles and the tracked target. The
	// action is valid until the next call.
	act(q *[sim.NumJoints]float64, target sim.Vec3) ([]int, error)
}

// newPlayer returns the policy of a checkpoint, or the planner if there is none.
func newPlayer(checkpoint string, greedy bool) (player, error) {
	if checkpoint == "" {
		return &planning{planner.New(sim.Canonical()), make([]int, sim.NumJoints)}, nil
	}
	c, _, err := nn.LoadCheckpoint(rundir.Checkpoint(checkpoint))
	if err != nil {
		return nil, err
	}
	p := &trained{a3c.NewActor(c.Network, c.Theta, 1, greedy)}
	pixels, proprio := p.begin(0)
	if n := len(pixels); n != 0 && n != camera.FrameSize {
		return nil, fmt.Errorf("%s takes pictures of %d bytes, the arm's have %d", checkpoint, n, camera.FrameSize)
	}
	if n := len(proprio); n != 0 && n != 2*sim.NumJoints {
		return nil, fmt.Errorf("%s takes %d values of proprioception, the arm has %d", checkpoint, n, 2*sim.NumJoints)
	}
	if choices := c.Network.Arch().Choices; len(choices) != sim.NumJoints {
		return nil, fmt.Errorf("%s chooses for %d joints, the arm has %d", checkpoint, len(choices), sim.NumJoints)
	}
	return p, nil
}

// trained is a policy.
type trained struct{ actor *a3c.Actor }

func (p *trained) begin(seed uint64) ([]uint8, []float32) {
	p.actor.Begin(0, seed)
	return p.actor.Pixels(0), p.actor.Proprioception(0)
}

func (p *trained) act(*[sim.NumJoints]float64, sim.Vec3) ([]int, error) {
	if err := p.actor.Act(1); err != nil {
		return nil, err
	}
	return p.actor.Action(0), nil
}

// planning is the planner, which needs no pictures.
type planning struct {
	planner *planner.Planner
	action  []int
}

func (p *planning) begin(uint64) ([]uint8, []float32) { return nil, nil }

func (p *planning) act(q *[sim.NumJoints]float64, target sim.Vec3) ([]int, error) {
	p.planner.Plan(p.action, q, target)
	return p.action, nil
}
