package study

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"

	"colonnade/a3c/training"
)

// Study is one process's part in a study. It belongs to one goroutine.
type Study struct {
	Settings
	path   string
	stderr io.Writer
}

// New returns a process's part in the study in a folder that Create made.
func New(settings Settings, path string, stderr io.Writer) (*Study, error) {
	if err := settings.Validate(); err != nil {
		return nil, err
	}
	return &Study{settings, path, stderr}, nil
}

// Work works on trials until all of them are done, or until ctx ends: then done is false. Trials
// that others hold are waited for, as what comes next depends on them. A trial that cannot go on
// does not keep the others from the end of their rung; then Work returns its error, and no next
// rung begins.
func (s *Study) Work(ctx context.Context) (scores []Score, done bool, err error) {
	candidates := make([]int, s.Trials)
	for i := range candidates {
		candidates[i] = i
	}
	for rung := range s.Rungs {
		scores, done, err = s.workOnRung(ctx, rung, candidates)
		if err != nil || !done {
			return nil, false, err
		}
		candidates = best(scores, s.promoted(len(candidates)))
	}
	return scores, true, nil
}

// workOnRung brings all candidates to the end of a rung, together with whoever else does.
func (s *Study) workOnRung(ctx context.Context, rung int, candidates []int) (scores []Score, done bool, err error) {
	scores = make([]Score, len(candidates))
	done, err = Pieces{
		Number: len(candidates),
		Done: func(i int) (ok bool, err error) {
			scores[i], ok, err = s.score(s.Draw(candidates[i]), rung)
			return ok, err
		},
		Do: func(ctx context.Context, i int) (ok bool, err error) {
			scores[i], ok, err = s.WorkOn(ctx, candidates[i], rung)
			return ok, err
		},
		Failed: func(i int, err error) {
			fmt.Fprintf(s.stderr, "sweep: note: %s cannot go on, the others do: %v\n", s.Draw(candidates[i]).Name(),
				err)
		},
		Waiting: func(busy int) {
			fmt.Fprintf(s.stderr, "sweep: waiting for %d trials of rung %d of %d that other processes work on\n", busy,
				rung+1, s.Rungs)
		},
	}.Work(ctx)
	return scores, done, err
}

// WorkOn brings one trial to the end of a rung and returns its score. ok is false if ctx ended
// before. It returns training.ErrBusy, wrapped, if another process holds the trial.
func (s *Study) WorkOn(ctx context.Context, number, rung int) (score Score, ok bool, err error) {
	t := s.Draw(number)
	dir, begun, err := training.JoinFolder(filepath.Join(s.path, t.Name()))
	if err != nil {
		return Score{}, false, err
	}
	defer func() { err = errors.Join(err, dir.Close()) }()
	// It may have been finished by another process between the look and the lock.
	if score, ok, err := s.score(t, rung); ok || err != nil {
		return score, ok, err
	}
	fmt.Fprintf(s.stderr, "sweep: %s, rung %d of %d, learning rate %g, entropy cost %g\n", t.Name(), rung+1, s.Rungs,
		t.LearningRate, t.EntropyCost)
	plan, err := s.Plan(t)
	if err != nil {
		return Score{}, false, err
	}
	run, err := training.Open(plan, dir, begun, s.stderr)
	if err != nil {
		return Score{}, false, fmt.Errorf("%s: %w", t.Name(), err)
	}
	defer func() { err = errors.Join(err, run.Close()) }()

	score = Score{Trial: number, Rung: rung, Seed: t.Seed, LearningRate: t.LearningRate, EntropyCost: t.EntropyCost}
	score.Result, score.Diverged, ok, err = run.Measure(ctx, s.rungSteps(rung))
	if err != nil {
		return Score{}, false, fmt.Errorf("%s: %w", t.Name(), err)
	}
	if !ok {
		return Score{}, false, nil
	}
	return score, true, writeScore(dir, score)
}

// present returns the first rung that is not complete, who takes part in it, and the candidates
// that have a score of it already. When the study is done it is the number of rungs.
func (s *Study) present() (rung int, candidates, reached []int, err error) {
	for i := range s.Trials {
		candidates = append(candidates, i)
	}
	for rung := range s.Rungs {
		var scores []Score
		reached = nil
		for _, number := range candidates {
			score, ok, err := s.score(s.Draw(number), rung)
			if err != nil {
				return 0, nil, nil, err
			}
			if ok {
				scores, reached = append(scores, score), append(reached, number)
			}
		}
		if len(scores) < len(candidates) {
			return rung, candidates, reached, nil
		}
		candidates = best(scores, s.promoted(len(candidates)))
	}
	return s.Rungs, nil, nil, nil
}

// Next returns the rung whose end a trial is to be brought to now. ok is false if there is nothing
// to do for it: it has come to the end of the present rung, did not get into it, or the study is
// done.
func (s *Study) Next(number int) (rung int, ok bool, err error) {
	rung, candidates, reached, err := s.present()
	return rung, err == nil && slices.Contains(candidates, number) && !slices.Contains(reached, number), err
}

// Done reports whether every trial has done its last rung or was dropped.
func (s *Study) Done() (bool, error) {
	rung, _, _, err := s.present()
	return err == nil && rung == s.Rungs, err
}
