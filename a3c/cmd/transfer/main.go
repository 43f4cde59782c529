package main

import (
	"context"
	"io"

	"colonnade/a3c/cli"
	"colonnade/a3c/cmd/job"
	"colonnade/a3c/training"
)

func main() { cli.Main("transfer", run) }

// result is the last line of stdout.
type result struct {
	Method       string `json:"method"`
	Environments int    `json:"environments"` // of all workers; the paper's single arm is 1
	training.Result
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	f := cli.NewFlags("transfer",
		"transfer goes on learning in a second world: with a new column beside frozen ones (progressive), or as "+
			"baseline.",
		"transfer -from bench/pretrained/reach-recurrent-wide.safetensors -method progressive -domain robot -out "+
			"runs/column2", stdout, stderr)
	t := job.Register(f, training.DefaultTransfer())
	if err := t.Parse(args); err != nil {
		return err
	}
	return t.Run(ctx, func(p training.Plan, r training.Result) any {
		return result{t.Config.Method, p.Config.Workers * p.Config.Envs, r}
	}, stdout, stderr)
}
