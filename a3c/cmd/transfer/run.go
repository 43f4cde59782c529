package main

import (
	"context"
	"io"

	"colonnade/a3c/cli"
	"colonnade/a3c/cmd/job"
	"colonnade/a3c/cmd/world"
	"colonnade/a3c/training"
)

// options is the command line of transfer.
type options struct {
	training.TransferConfig
	robot world.Robot
	place *job.Training
}

// result is the last line of stdout.
type result struct {
	Method       string `json:"method"`
	Environments int    `json:"environments"` // of all workers; the paper's single arm is 1
	training.Result
}

func parse(args []string, stdout, stderr io.Writer) (*options, error) {
	f := cli.NewFlags("transfer",
		"transfer goes on learning in a second world: with a new column beside frozen ones (progressive), or as "+
			"baseline.",
		"transfer -from bench/pretrained/reach-recurrent-wide.safetensors -method progressive -domain robot -out "+
			"runs/column2", stdout, stderr)
	o := &options{place: job.Register(f), TransferConfig: training.CommandTransfer(), robot: world.DefaultRobot()}
	f.Bind(&o.TransferConfig)
	f.Bind(&o.robot)
	if err := f.Parse(args); err != nil {
		return nil, err
	}
	if err := o.place.Complete(training.TransferChangeable...); err != nil {
		return nil, err
	}
	if err := o.CheckTaught(f.Given); err != nil && !o.place.Resume {
		return nil, err
	}
	return o, o.Leave(f.Given)
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	o, err := parse(args, stdout, stderr)
	if err != nil {
		return err
	}
	w, err := world.Open(o.Place(), o.robot)
	if err != nil {
		return err
	}
	plan, err := o.Plan("transfer", w, o.place.Resume)
	if err != nil {
		return err
	}
	environments := plan.Config.Workers * plan.Config.Envs
	return o.place.Run(ctx, plan, func(r training.Result) any { return result{o.Method, environments, r} }, stdout,
		stderr)
}
