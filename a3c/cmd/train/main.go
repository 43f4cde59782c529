// Command train trains a column from pixels by A3C, or A2C with one worker.
//
//	train -net recurrent -width wide -steps 50000000 -out runs/column1
//
// It leaves a run folder (package colonnade/a3c/training) and prints one JSON object:
// steps, steps_per_second, score and episodes, where the score is the mean
// undiscounted return of a final evaluation of the final parameters with the
// stochastic policy.
package main

import (
	"context"
	"io"

	"colonnade/a3c/cli"
	"colonnade/a3c/cmd/job"
	"colonnade/a3c/cmd/world"
	"colonnade/a3c/training"
)

func main() { cli.Main("train", run) }

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

func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	o, err := parse(args, stdout, stderr)
	if err != nil {
		return err
	}
	w, err := world.Open(o.World, o.robot)
	if err != nil {
		return err
	}
	plan, err := o.Plan("train", w)
	if err != nil {
		return err
	}
	return o.place.Run(ctx, plan, func(r training.Result) any { return r }, stdout, stderr)
}
