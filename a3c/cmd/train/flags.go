package main

import (
	"io"

	"colonnade/a3c/cli"
	"colonnade/a3c/cmd/job"
	"colonnade/a3c/cmd/world"
	"colonnade/a3c/training"
)

// options is the command line of train.
type options struct {
	training.Config
	robot world.Robot
	place *job.Training
}

func parse(args []string, stdout, stderr io.Writer) (*options, error) {
	f := cli.NewFlags("train",
		"train trains a column of the network from pixels by A3C (A2C with one worker).",
		"train -net recurrent -width wide -steps 50000000 -out runs/column1", stdout, stderr)
	o := &options{place: job.Register(f), Config: training.DefaultConfig(), robot: world.DefaultRobot()}
	f.Bind(&o.Config)
	f.Bind(&o.robot)
	if err := f.Parse(args); err != nil {
		return nil, err
	}
	return o, o.place.Complete(training.Changeable...)
}
