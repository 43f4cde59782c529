package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"colonnade/a3c/lab/cli"
	"colonnade/a3c/lab/rundir"
	"colonnade/a3c/lab/training"
)

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

	r, err := training.Open(o.Plan("train"), dir, *o.resume, stderr)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	if err := r.Train(ctx); err != nil {
		return err
	}
	if *o.stages {
		r.PrintStages(stderr)
	}
	if !r.Done() {
		stopped := r.Stopped()
		fmt.Fprintf(stderr, "train: stopped at step %d; go on with: train -resume -out %s\n", stopped.Steps, dir.Path())
		return cli.Result(stdout, stopped)
	}
	result, ok, err := r.Evaluate(ctx)
	if err != nil {
		return err
	}
	if !ok {
		return cli.Result(stdout, r.Stopped())
	}
	return cli.Result(stdout, result)
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
