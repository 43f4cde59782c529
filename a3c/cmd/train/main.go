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
	"colonnade/a3c/training"
)

func main() { cli.Main("train", run) }

func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	f := cli.NewFlags("train",
		"train trains a column of the network from pixels by A3C (A2C with one worker).",
		"train -net recurrent -width wide -steps 50000000 -out runs/column1", stdout, stderr)
	t := job.Register(f, training.DefaultConfig())
	if err := t.Parse(args); err != nil {
		return err
	}
	return t.Run(ctx, func(_ training.Plan, r training.Result) any { return r }, stdout, stderr)
}
