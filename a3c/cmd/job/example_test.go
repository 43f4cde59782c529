package job_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"colonnade/a3c/cli"
	"colonnade/a3c/cmd/job"
	"colonnade/a3c/training"
)

// train is what the command of that name does with its arguments.
func train(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	f := cli.NewFlags("train", "train trains a column.", "train -out runs/one", stdout, stderr)
	t := job.Register(f, training.DefaultConfig())
	if err := t.Parse(args); err != nil {
		return err
	}
	return t.Run(ctx, func(_ training.Plan, r training.Result) any { return r }, stdout, stderr)
}

// Train for some steps, then go on with the same folder for some more.
func Example() {
	dir, err := os.MkdirTemp("", "job")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	out := filepath.Join(dir, "run")
	for _, args := range [][]string{
		{"-out", out, "-net", "feedforward", "-width", "narrow", "-workers", "1", "-envs", "2", "-steps", "80",
			"-episodes", "2"},
		{"-out", out},
		{"-out", out, "-resume", "-steps", "160"},
	} {
		var stdout bytes.Buffer
		if err := train(context.Background(), args, &stdout, io.Discard); err != nil {
			fmt.Println("exit", cli.Exit("train", err, io.Discard))
			continue
		}
		var result training.Result
		if err := json.Unmarshal(stdout.Bytes(), &result); err != nil {
			fmt.Println(err)
		}
		fmt.Println(result.Steps, "steps,", result.Episodes, "episodes of evaluation")
	}
	// Output:
	// 80 steps, 2 episodes of evaluation
	// exit 1
	// 160 steps, 2 episodes of evaluation
}
