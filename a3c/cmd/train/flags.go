package main

import (
	"io"

	"colonnade/a3c/lab/cli"
	"colonnade/a3c/lab/live"
	"colonnade/a3c/lab/rundir"
	"colonnade/a3c/lab/training"
)

// options is the command line of train.
type options struct {
	*training.Options
	out     *string
	resume  *bool
	profile *string
	stages  *bool
	http    *live.Address
}

func parse(args []string, stdout, stderr io.Writer) (*options, error) {
	f := cli.NewFlags("train",
		"train trains a column of the network from pixels by A3C (A2C with one worker).",
		"train -net recurrent -width wide -steps 50000000 -out runs/column1", stdout, stderr)
	o := &options{}
	o.out = f.String("out", "", "run `folder`, a new one unless -resume")
	o.resume = f.Bool("resume", false, "go on with the run in -out")
	o.stages = f.Bool("stages", false, "print in the end what the time went into: physics, rendering, forward and backward pass, and so on")
	f.NotInFile("out", "resume", "stages")
	o.profile = f.ProfileFlag()
	o.http = live.Flag(f)
	o.Options = training.Register(f)
	if err := f.Parse(args); err != nil {
		return nil, err
	}
	if *o.out == "" {
		return nil, cli.Usagef("-out FOLDER is needed: where the run is kept")
	}
	if *o.resume {
		if err := f.Resume(rundir.ConfigPath(*o.out), training.Changeable...); err != nil {
			return nil, err
		}
	}
	return o, o.Validate()
}
