package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"colonnade/a3c/lab/cli"
	"colonnade/a3c/lab/live"
	"colonnade/a3c/lab/rundir"
	"colonnade/a3c/lab/training"
	"colonnade/a3c/lab/transfer"
)

// options is the command line of transfer.
type options struct {
	*transfer.Options
	out     *string
	resume  *bool
	profile *string
	stages  *bool
	http    *live.Address
}

// result is the last line of stdout.
type result struct {
	Method       string `json:"method"`
	Environments int    `json:"environments"` // of all workers; the paper's single arm is 1
	training.Result
}

func parse(args []string, stdout, stderr io.Writer) (*options, error) {
	f := cli.NewFlags("transfer",
		"transfer goes on learning in a second world: with a new column beside frozen ones (progressive), or as baseline.",
		"transfer -from bench/pretrained/reach-recurrent-wide.safetensors -method progressive -domain robot -out runs/column2", stdout, stderr)
	o := &options{}
	o.out = f.String("out", "", "run `folder`, a new one unless -resume")
	o.resume = f.Bool("resume", false, "go on with the transfer in -out")
	o.stages = f.Bool("stages", false, "print in the end what the time went into")
	f.NotInFile("out", "resume", "stages")
	o.profile = f.ProfileFlag()
	o.http = live.Flag(f)
	o.Options = transfer.Register(f)
	if err := f.Parse(args); err != nil {
		return nil, err
	}
	if *o.out == "" {
		return nil, cli.Usagef("-out FOLDER is needed: where the run is kept")
	}
	if *o.resume {
		if err := f.Resume(rundir.ConfigPath(*o.out), transfer.Changeable...); err != nil {
			return nil, err
		}
	}
	return o, o.Validate(*o.resume)
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer) (err error) {
	o, err := parse(args, stdout, stderr)
	if err != nil {
		return err
	}
	page, err := live.Start("transfer", o.http, stderr)
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

	plan := o.Plan("transfer")
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
		fmt.Fprintf(stderr, "transfer: stopped at step %d; go on with: transfer -resume -out %s\n", r.Steps(), dir.Path())
		return cli.Result(stdout, r.Stopped())
	}
	evaluation, ok, err := r.Evaluate(ctx)
	if err != nil {
		return err
	}
	if !ok {
		return cli.Result(stdout, r.Stopped())
	}
	return cli.Result(stdout, result{o.Method(), o.Config.Workers * o.Config.Envs, evaluation})
}
