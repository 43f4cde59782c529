package training_test

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"colonnade/a3c/lab/rundir"
	"colonnade/a3c/lab/training"
	"colonnade/a3c/lab/world"
)

// Train a column in a folder and evaluate it, as command train does.
func Example() {
	settings := training.DefaultSettings()
	settings.Network = world.Network{Net: world.Feedforward, Width: world.Narrow, Inputs: world.Pixels}
	settings.Learner.Workers, settings.Learner.Envs, settings.Learner.Steps, settings.Learner.MetricsEvery = 1, 2, 200, 100
	settings.Final.Episodes = 2
	simulator, err := world.NewSimulator(settings.World)
	if err != nil {
		fmt.Println(err)
		return
	}
	plan, err := settings.Plan("train", simulator)
	if err != nil {
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
	run, err := training.Open(plan, dir, false, io.Discard)
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
