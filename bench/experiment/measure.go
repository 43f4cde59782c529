package experiment

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"

	"colonnade/a3c"
	"colonnade/a3c/cli"
	"colonnade/a3c/cmd/world"
	"colonnade/a3c/stats"
	"colonnade/a3c/training"
	"colonnade/bench/figure"
	"colonnade/nn"
	"colonnade/sim"
	"colonnade/sim/planner"
)

// worldOf returns the settings of the world that a run is in.
func worldOf(r *Run) (training.WorldSettings, error) {
	s := training.DefaultWorld()
	s.Task = r.Task
	s.Env = cmp.Or(r.env, s.Env)
	if err := s.Domain.Set(r.Domain); err != nil {
		return s, cli.Usagef("-domain %s: %v", r.Domain, err)
	}
	return s, nil
}

// openWorld returns the world that a run is in.
func openWorld(r *Run) (world.World, error) {
	s, err := worldOf(r)
	if err != nil {
		return nil, err
	}
	return world.Open(s, world.DefaultRobot())
}

// measure evaluates a policy as it is, or the planner.
func (s *Session) measure(ctx context.Context, r *Run) (figure.Record, error) {
	record, episodes, policy := r.Record, s.o.Episodes*max(r.times, 1), r.policy
	if r.needs != "" {
		policy = s.checkpoint(r.needs)
	}
	w, err := openWorld(r)
	if err != nil {
		return record, err
	}
	if policy == "" {
		return record, plan(ctx, w, &record, episodes)
	}
	c, _, err := nn.LoadCheckpoint(policy)
	if err != nil {
		return record, err
	}
	e, err := a3c.Evaluate(ctx, c.Network, c.Theta, w.MakeEvaluation, a3c.EvalConfig{Episodes: episodes, Seed: r.Seed})
	if err != nil {
		return record, err
	}
	record.Parameters = c.Network.Parameters()
	record.Score, record.CI95, record.Episodes, record.Reached, record.Violations = e.Mean, e.CI95, episodes, e.Reached, e.Violations
	return record, nil
}

// plan lets the planner play, which knows the state and does not look.
func plan(ctx context.Context, w training.World, record *figure.Record, episodes int) (err error) {
	made, err := w.MakeEvaluation(0, 0)
	if err != nil {
		return err
	}
	if closer, ok := made.(io.Closer); ok {
		defer func() { err = errors.Join(err, closer.Close()) }()
	}
	env, ok := made.(interface {
		a3c.Env
		Joints() (q, v [sim.NumJoints]float64)
		Target() sim.Vec3
	})
	if !ok {
		return fmt.Errorf("the planner does not know the state of a %T", made)
	}
	p, action, scores := planner.New(sim.Canonical()), make([]int, sim.NumJoints), make([]float64, episodes)
	for i := range scores {
		if err := ctx.Err(); err != nil {
			return err
		}
		seed, _ := a3c.EpisodeSeeds(record.Seed, i)
		if err := env.Reset(seed, nil, nil); err != nil {
			return err
		}
		for over := false; !over; {
			q, _ := env.Joints()
			p.Plan(action, &q, env.Target())
			reward, terminated, truncated, err := env.Step(action, nil, nil)
			if err != nil {
				return err
			}
			scores[i] += float64(reward)
			over = terminated || truncated
			if terminated {
				record.Violations += 1 / float64(episodes)
			}
		}
		if scores[i] > 0 {
			record.Reached += 1 / float64(episodes)
		}
	}
	s := stats.Summarize(scores)
	record.Score, record.CI95, record.Episodes = s.Mean, s.CI95, episodes
	return nil
}
