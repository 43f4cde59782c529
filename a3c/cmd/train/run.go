package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"colonnade/a3c/lab/cli"
	"colonnade/a3c/lab/rundir"
)

// result is the last line of stdout.
type result struct {
	Steps          int64   `json:"steps"`
	StepsPerSecond float64 `json:"steps_per_second"`
	Score          float64 `json:"score"`
	CI95           float64 `json:"ci95"`
	Episodes       int     `json:"episodes"`
	Reached        float64 `json:"reached"`
	Violations     float64 `json:"violations"`
}

// stopped is the last line of stdout of a run that was interrupted: saved, not
// evaluated.
type stopped struct {
	Steps          int64   `json:"steps"`
	StepsPerSecond float64 `json:"steps_per_second"`
	Interrupted    bool    `json:"interrupted"`
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer) (err error) {
	o, err := parse(args, stdout, stderr)
	if err != nil {
		return err
	}
	dir, err := openFolder(o)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, dir.Close()) }()
	stopProfile, err := cli.StartProfile(*o.profile, dir.Path())
	if err != nil {
		return err
	}
	defer stopProfile()

	s, err := newTraining(o, dir, stderr)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.trainer.Close()) }()
	first := s.trainer.Steps()
	if err := s.train(ctx); err != nil {
		return err
	}
	steps := s.trainer.Steps()
	rate := 0.0
	if seconds := (s.trainer.Elapsed() - s.resumedAt).Seconds(); seconds > 0 {
		rate = float64(steps-first) / seconds
	}
	if !s.trainer.Done() {
		fmt.Fprintf(stderr, "train: stopped at step %d; go on with: train -resume -out %s\n", steps, dir.Path())
		return cli.Result(stdout, stopped{steps, rate, true})
	}
	return s.evaluate(ctx, stdout, steps, rate)
}

// openFolder takes the run folder: a new one, or with -resume an old one.
func openFolder(o *options) (*rundir.Dir, error) {
	if !*o.resume {
		dir, err := rundir.Create(*o.out)
		if errors.Is(err, rundir.ErrUsed) {
			return nil, cli.Hint(err, "add -resume to go on with it, or take another -out")
		}
		return dir, err
	}
	return rundir.Open(*o.out)
}
