package main

import (
	"context"
	"fmt"
	"io"

	"colonnade/a3c"
	"colonnade/a3c/cli"
	"colonnade/a3c/cmd/world"
	"colonnade/a3c/stats"
	"colonnade/a3c/training"
	"colonnade/nn"
	"colonnade/sim"
)

// result is what an evaluation says on the last line of stdout.
type result struct {
	Episodes       int                `json:"episodes"`
	Mean           float64            `json:"mean"`
	CI95           float64            `json:"ci95"` // half width
	Deviation      float64            `json:"deviation"`
	Reached        float64            `json:"reached"`
	ReachedCI95    stats.Interval     `json:"reached_ci95"` // ends
	Violations     float64            `json:"violations"`
	ViolationsCI95 stats.Interval     `json:"violations_ci95"`
	Causes         map[string]float64 `json:"causes,omitempty"` // of violations: fractions of episodes
	Length         float64            `json:"length"`
	BySeed         []float64          `json:"mean_by_seed,omitempty"` // in the order of seeds, if there are several
}

// side is one policy in one world, and what it did there.
type side struct {
	path       string // of the checkpoint
	checkpoint *nn.Checkpoint
	world      world.World
	a3c.Result
	bySeed   []float64
	episodes []episode
}

// episode is one line of a record.
type episode struct {
	Checkpoint string   `json:"checkpoint"`
	Domain     string   `json:"domain"`
	Seed       uint64   `json:"seed"`
	Episode    int      `json:"episode"` // from 0
	Score      float64  `json:"score"`
	Steps      int      `json:"steps"`
	Ended      string   `json:"ended"`              // "time", the violation's cause, or "violation" if nobody knows
	TargetX    *float64 `json:"target_x,omitempty"` // at the beginning, m
	TargetY    *float64 `json:"target_y,omitempty"`
}

const (
	endedByTime      = "time"
	endedByViolation = "violation"
)

// load reads a checkpoint, and says so if it was trained in another world.
func load(path string, w world.World, stderr io.Writer) (*side, error) {
	c, _, err := training.LoadCheckpoint(path)
	if err != nil {
		return nil, err
	}
	difference, err := training.Difference(w, c.Metadata)
	if err != nil {
		return nil, err
	}
	if difference != "" {
		fmt.Fprintf(stderr, "eval: note: %s: %s\n", path, difference)
	}
	return &side{path: path, checkpoint: c, world: w}, nil
}

// play evaluates with all seeds.
func (s *side) play(ctx context.Context, o *options, stderr io.Writer) error {
	var results []a3c.Result
	progress := cli.NewProgress(cli.Work{Name: "eval", Unit: "episodes", Total: int64(o.config.Episodes * *o.seeds)},
		stderr)
	defer progress.Finish()
	for i := range *o.seeds {
		cfg := o.config
		if s.world.IsHardware() {
			cfg.Workers, cfg.Envs = 1, 1
		}
		cfg.Seed += uint64(i)
		ended := i * cfg.Episodes
		cfg.OnEpisode = func(n int) { progress.Update(int64(ended+n), "") }
		seen := make([]episode, cfg.Episodes)
		cfg.OnReset = func(n int, env a3c.Env) { seen[n].look(env) }
		cfg.OnEnd = func(n int, env a3c.Env) { seen[n].Ended = cause(env) }
		r, err := a3c.Evaluate(ctx, s.checkpoint.Network, s.checkpoint.Theta, s.world.MakeEvaluation, cfg)
		if err != nil {
			return err
		}
		for n := range seen {
			e := &seen[n]
			e.Checkpoint, e.Domain, e.Seed, e.Episode, e.Score, e.Steps = s.path, s.world.Domain(), cfg.Seed, n,
				r.Scores[n], r.Lengths[n]
			if !r.Terminated[n] {
				e.Ended = endedByTime
			}
		}
		s.episodes = append(s.episodes, seen...)
		s.bySeed = append(s.bySeed, r.Mean)
		results = append(results, r)
	}
	s.Result = a3c.Join(results...)
	return nil
}

// look notes where the target is, if the environment tells.
func (e *episode) look(env a3c.Env) {
	if told, ok := env.(interface{ Target() sim.Vec3 }); ok {
		at := told.Target()
		e.TargetX, e.TargetY = &at[0], &at[1]
	}
}

// cause says why an episode was terminated, as far as the environment tells.
func cause(env a3c.Env) string {
	if told, ok := env.(interface{ Violation() sim.Violation }); ok {
		if v := told.Violation(); v.Cause != sim.None {
			return v.Cause.String()
		}
	}
	return endedByViolation
}

func (s *side) result() result {
	r := result{
		Episodes: len(s.Scores), Mean: s.Mean, CI95: s.CI95, Deviation: s.Deviation, Reached: s.Reached,
		ReachedCI95: s.ReachedCI95, Violations: s.Violations, ViolationsCI95: s.ViolationsCI95, Length: s.Length,
	}
	if len(s.bySeed) > 1 {
		r.BySeed = s.bySeed
	}
	counts := map[string]int{}
	for _, e := range s.episodes {
		if e.Ended != endedByTime {
			counts[e.Ended]++
		}
	}
	if counts[endedByViolation] == 0 && len(counts) > 0 {
		r.Causes = map[string]float64{}
		for cause, n := range counts {
			r.Causes[cause] = float64(n) / float64(len(s.episodes))
		}
	}
	return r
}
