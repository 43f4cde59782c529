package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"slices"

	"colonnade/a3c/lab/cli"
	"colonnade/a3c/lab/live"
	"colonnade/a3c/lab/rundir"
	"colonnade/a3c/lab/study"
	"colonnade/a3c/lab/training"
	"colonnade/a3c/lab/transfer"
)

// result is the last line of stdout.
type result struct {
	Trials int          `json:"trials"`
	Scores int          `json:"scores"`         // so far, over all rungs
	Done   bool         `json:"done"`           // every trial has come as far as it is to
	Best   *study.Score `json:"best,omitempty"` // so far, of those that came farthest
	Budget int64        `json:"budget"`         // environment steps of the whole study
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
	if !*o.resume {
		err := study.Create(*o.out, o.flags.TOML())
		if errors.Is(err, study.ErrUsed) {
			return cli.Hint(err, "add -resume to go on with it or to join it, or take another -out")
		}
		if err != nil {
			return err
		}
	}
	s, err := study.New(o.study, *o.out, stderr)
	if err != nil {
		return err
	}
	o.page.ShowTrials(func() (live.Table, error) { return trials(s) })
	done := false
	switch {
	case *o.prepare:
		fmt.Fprintf(stderr, "sweep: %d trials, %d steps in all; work on them with: sweep -resume -out %s\n", o.study.Trials, o.study.Budget(), *o.out)
	case *o.trial >= 0:
		err = o.workOnOne(ctx, s)
	default:
		_, done, err = s.Work(ctx)
	}
	if err != nil {
		return err
	}
	return o.report(s, done, stdout, stderr)
}

// workOnOne brings one trial to the end of the first rung that it has not reached.
func (o *options) workOnOne(ctx context.Context, s *study.Study) error {
	all, err := s.All()
	if err != nil {
		return err
	}
	rung := 0
	for _, score := range all {
		if score.Trial == *o.trial {
			rung++
		}
	}
	if rung == o.study.Rungs {
		return nil
	}
	_, _, err = s.WorkOn(ctx, *o.trial, rung)
	if errors.Is(err, rundir.ErrBusy) {
		return cli.Hint(fmt.Errorf("trial %d: %w", *o.trial, err), "leave -trial away to work on one that is free")
	}
	return err
}

// report renews the study's table and picture and prints where it stands.
func (o *options) report(s *study.Study, done bool, stdout, stderr io.Writer) error {
	all, err := s.All()
	if err != nil {
		return err
	}
	r := result{Trials: o.study.Trials, Scores: len(all), Done: done, Budget: o.study.Budget()}
	best, ok, err := s.Report()
	if err != nil {
		return err
	}
	if ok {
		r.Best = &best
		fmt.Fprintf(stderr, "sweep: best of %d scores: trial %d with learning rate %g and entropy cost %g: %.2f +- %.2f after %d steps\n",
			len(all), best.Trial, best.LearningRate, best.EntropyCost, best.Score, best.CI95, best.Steps)
	}
	return cli.Result(stdout, r)
}

// plan says what a trial trains: what the command train, or transfer, would with the same flags, so that it can go on with
// the trial's folder alone.
func (o *options) plan(t study.Trial) (training.Plan, error) {
	if *o.method == trainMethod {
		f := cli.NewFlags("train", "", "", io.Discard, io.Discard)
		trial := training.Register(f)
		if err := f.Parse(o.trialArgs(t, f)); err != nil {
			return training.Plan{}, fmt.Errorf("%s: %w", t.Name(), err)
		}
		plan := trial.Plan("sweep")
		o.page.Watch(&plan)
		return plan, trial.Validate()
	}
	f := cli.NewFlags("transfer", "", "", io.Discard, io.Discard)
	trial := transfer.Register(f)
	if err := f.Parse(o.trialArgs(t, f)); err != nil {
		return training.Plan{}, fmt.Errorf("%s: %w", t.Name(), err)
	}
	if err := trial.Validate(false); err != nil {
		return training.Plan{}, err
	}
	plan := trial.Plan("sweep")
	o.page.Watch(&plan)
	return plan, nil
}

// trialArgs returns the arguments of a trial's command whose flags are f.
func (o *options) trialArgs(t study.Trial, f *cli.Flags) []string {
	args := []string{
		"-seed", fmt.Sprint(t.Seed), "-learning-rate", fmt.Sprint(t.LearningRate), "-entropy-cost", fmt.Sprint(t.EntropyCost),
	}
	o.flags.VisitAll(func(fl *flag.Flag) {
		searched := slices.Contains([]string{"seed", "learning-rate", "entropy-cost", "config", "print-config"}, fl.Name)
		decided := *o.method != trainMethod && !o.flags.Given(fl.Name) && slices.Contains(checkpointDecides, fl.Name)
		if !searched && !decided && f.Lookup(fl.Name) != nil {
			args = append(args, "-"+fl.Name+"="+fl.Value.String())
		}
	})
	return args
}
