// Command sweep searches learning rate and entropy cost: at random, or by successive halving.
package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"

	"colonnade/a3c/cli"
	"colonnade/a3c/cmd/world"
	"colonnade/a3c/live"
	"colonnade/a3c/study"
	"colonnade/a3c/training"
	"colonnade/nn/atomicfile"
)

func main() { cli.Main("sweep", run) }

// result is the last line of stdout.
type result struct {
	Trials  int          `json:"trials"`
	Scores  int          `json:"scores"`         // so far, over all rungs
	Done    bool         `json:"done"`           // every trial has done its last rung or was dropped
	Best    *study.Score `json:"best,omitempty"` // so far, of those that came farthest
	Budget  int64        `json:"budget"`         // environment steps of the whole study
	Stopped bool         `json:"interrupted,omitempty"`
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	o, err := parse(args, stdout, stderr)
	if err != nil {
		return err
	}
	if o.page, err = live.Start("sweep", o.http, stderr); err != nil {
		return err
	}
	defer o.page.Close()
	if !o.folder.Resume {
		err := study.Create(o.folder.Out, o.flags.TOML())
		if errors.Is(err, study.ErrUsed) {
			return cli.Hint(err, "add -resume to go on with it or to join it, or take another -out")
		}
		if err == nil {
			err = o.settings.Config.World.Domain.Keep(func(name string, data []byte) error {
				return atomicfile.WriteFile(filepath.Join(o.folder.Out, name), data)
			})
		}
		if err != nil {
			return err
		}
	}
	stop, err := cli.StartProfile(*o.profile, o.folder.Out)
	if err != nil {
		return err
	}
	defer stop()
	s, err := study.New(o.study, o.folder.Out, stderr)
	if err != nil {
		return err
	}
	o.page.ShowTrials(func() (live.Table, error) { return trials(s) })
	done := false
	switch {
	case *o.prepare:
		fmt.Fprintf(stderr, "sweep: %d trials, %d steps in all; work on them with: sweep -resume -out %s\n",
			o.study.Trials, o.study.Budget(), o.folder.Out)
	case *o.trial >= 0:
		done, err = o.workOnOne(ctx, s, stderr)
	default:
		if _, done, err = s.Work(ctx); err != nil { // of some trials: the others have scores
			err = errors.Join(err, o.report(s, false, ctx.Err() != nil, stdout, stderr))
		}
	}
	if err != nil {
		return err
	}
	if *o.fail && ctx.Err() != nil {
		return cli.Hint(errors.New("interrupted; all is saved"), "the same command goes on, with -resume or without")
	}
	if ctx.Err() != nil && !done {
		fmt.Fprintf(stderr, "sweep: stopped; go on with: sweep -resume -out %s\n", o.folder.Out)
	}
	return o.report(s, done, ctx.Err() != nil && !done, stdout, stderr)
}

// workOnOne brings one trial to the end of the present rung, and tells whether the study is done
// with that.
func (o *options) workOnOne(ctx context.Context, s *study.Study, stderr io.Writer) (done bool, err error) {
	rung, ok, err := s.Next(*o.trial)
	if err != nil {
		return false, err
	}
	if !ok {
		fmt.Fprintf(stderr, "sweep: nothing to do for trial %d: it has come to the end of the present rung, or is "+
			"not among the trials that go on\n", *o.trial)
		return s.Done()
	}
	if _, _, err := s.WorkOn(ctx, *o.trial, rung); errors.Is(err, training.ErrBusy) {
		return false, cli.Hint(fmt.Errorf("trial %d: %w", *o.trial, err),
			"leave -trial away to work on one that is free")
	} else if err != nil {
		return false, err
	}
	return s.Done()
}

// report renews the study's table and picture and prints where it stands.
func (o *options) report(s *study.Study, done, interrupted bool, stdout, stderr io.Writer) error {
	all, err := s.All()
	if err != nil {
		return err
	}
	r := result{Trials: o.study.Trials, Scores: len(all), Done: done, Budget: o.study.Budget(), Stopped: interrupted}
	best, ok, err := s.Report()
	if err != nil {
		return err
	}
	if ok {
		r.Best = &best
		fmt.Fprintf(stderr, "sweep: best of %d scores: trial %d with learning rate %g and entropy cost %g: %.2f +- "+
			"%.2f after %d steps\n",
			len(all), best.Trial, best.LearningRate, best.EntropyCost, best.Score, best.CI95, best.Steps)
	}
	return cli.Result(stdout, r)
}

// plan says what a trial trains: what the command train, or transfer, would with the same settings,
// so that it can go on with the trial's folder alone.
func (o *options) plan(t study.Trial) (training.Plan, error) {
	config := o.settings.Config
	config.Learner.Seed, config.Learner.LearningRate, config.Learner.EntropyCost = t.Seed, t.LearningRate, t.EntropyCost
	if o.settings.Method != trainMethod {
		config.Method = o.settings.Method
		if err := config.LeaveOpen(o.decided); err != nil {
			return training.Plan{}, err
		}
	}
	w, err := world.Open(config.Place(), o.robot)
	if err != nil {
		return training.Plan{}, err
	}
	plan, err := config.Plan("sweep", w, false)
	if err != nil {
		return training.Plan{}, err
	}
	o.page.Watch(&plan)
	return plan, nil
}

// mostTrials is as many rows as the live page shows.
const mostTrials = 100

// trials returns the table of the study's scores for the live page: those that came farthest first,
// of these the best.
func trials(s *study.Study) (live.Table, error) {
	table := live.Table{Head: []string{"trial", "rung", "learning rate", "entropy cost", "steps", "score", "95 %",
		"reached", "violations", ""}}
	all, err := s.All()
	if err != nil {
		return table, err
	}
	slices.SortStableFunc(all, func(a, b study.Score) int {
		return cmp.Or(b.Rung-a.Rung, -study.Worse(a, b))
	})
	for _, v := range all[:min(len(all), mostTrials)] {
		note := ""
		if v.Diverged != "" {
			note = "diverged"
		}
		table.Rows = append(table.Rows,
			[]string{fmt.Sprint(v.Trial), fmt.Sprint(v.Rung), fmt.Sprint(v.LearningRate), fmt.Sprint(v.EntropyCost),
				fmt.Sprint(v.Steps), fmt.Sprintf("%.2f", v.Score), fmt.Sprintf("+- %.2f", v.CI95),
				fmt.Sprintf("%.0f %%", 100*v.Reached), fmt.Sprintf("%.0f %%", 100*v.Violations), note})
	}
	table.Note = fmt.Sprintf("%d scores of %d trials in %d rungs, by whoever works on this study.", len(all), s.Trials,
		s.Rungs)
	if left := len(all) - len(table.Rows); left > 0 {
		table.Note += fmt.Sprintf(" The %d worst are not shown.", left)
	}
	return table, nil
}
