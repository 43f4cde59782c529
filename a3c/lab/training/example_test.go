package training_test

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"colonnade/a3c/lab/cli"
	"colonnade/a3c/lab/rundir"
	"colonnade/a3c/lab/training"
)

// Train a column in a folder and evaluate it, as command train does.
func Example() {
	f := cli.NewFlags("train", "", "", io.Discard, io.Discard)
	options := training.Register(f)
	if err := f.Parse([]string{"-net", "feedforward", "-width", "narrow", "-workers", "1", "-envs", "2", "-steps", "200", "-metrics-every", "100", "-episodes", "2"}); err != nil {
		fmt.Println(err)
		return
	}
	if err := options.Validate(); err != nil {
		fmt.Println(err)
		return
	}
	tmp, err := os.MkdirTemp("", "training")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(tmp)
	dir, err := training.OpenFolder(filepath.Join(tmp, "run"), false)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer dir.Close()
	run, err := training.Open(options.Plan("train"), dir, false, io.Discard)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer run.Close()
	if err := run.Train(context.Background()); err != nil {
		fmt.Println(err)
		return
	}
	result, ok, err := run.Evaluate(context.Background())
	fmt.Println(run.Done(), result.Steps, result.Episodes, ok, err)
	for _, name := range []string{rundir.ConfigFile, rundir.MetricsFile, rundir.CurveFile, filepath.Base(rundir.Checkpoint(dir.Path()))} {
		_, err := os.Stat(dir.Path(name))
		fmt.Println(name, err == nil)
	}
	// Output:
	// true 200 2 true <nil>
	// config.toml true
	// metrics.jsonl true
	// curve.svg true
	// latest.safetensors true
}
