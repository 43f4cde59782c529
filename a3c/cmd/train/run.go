package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"colonnade/a3c/lab/cli"
	"colonnade/a3c/lab/live"
	"colonnade/a3c/lab/training"
)

func run(ctx context.Context, args []string, stdout, stderr io.Writer) (err error) {
	o, err := parse(args, stdout, stderr)
	if err != nil {
		return err
	}
	page, err := live.Start("train", o.http, stderr)
	if err != nil {
		return err
	}
	defer page.Close()
	dir, err := training.OpenFolder(*o.out, *o.resume)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, dir.Close()) }()
	stopProfile, err := cli.StartProfile(*o.profile, dir.Path())
	if err != nil {
		return err
	}
	defer stopProfile()

	plan := o.Plan("train")
	page.Watch(&plan)
	r, err := training.Open(plan, dir, *o.resume, stderr)
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
