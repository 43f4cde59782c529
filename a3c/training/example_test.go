package training_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"colonnade/a3c"
	"colonnade/a3c/training"
	"colonnade/nn"
	"colonnade/sim/domain"
	"colonnade/sim/reach"
)

// Train a column in a folder and evaluate it, as command train does.
func Example_train() {
	settings := training.DefaultConfig()
	settings.Network = training.Network{Net: training.Feedforward, Width: training.Narrow, Inputs: training.Pixels}
	settings.Learner.Workers, settings.Learner.Envs, settings.Learner.Steps, settings.Learner.MetricsEvery = 1, 2, 200, 100
	settings.Episodes = 2
	simulator, err := training.NewSimulator(settings.World)
	if err != nil {
		fmt.Println(err)
		return
	}
	plan, err := settings.Plan("train", simulator, false)
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
	dir, err := training.TakeFolder(filepath.Join(tmp, "run"), false)
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
	for _, name := range []string{training.ConfigFile, training.MetricsFile, training.CurveFile, filepath.Base(training.CheckpointPath(dir.Path()))} {
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

// The shipped column, seen from this package.
const column1 = "../../bench/pretrained/reach-recurrent-wide.safetensors"

// Plan a transfer to the robot's world: a narrow column beside the wide one that is shipped.
func Example_transfer() {
	settings := training.DefaultTransfer()
	settings.From, settings.Learner.Seed = training.Files{column1}, 3
	simulator, err := training.NewSimulator(settings.World)
	if err != nil {
		fmt.Println(err)
		return
	}
	plan, err := settings.Plan("transfer", simulator, false)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(plan.Title)
	fmt.Println(plan.Config.Workers, "worker of", plan.Config.Envs, "environment,", plan.Config.Steps, "steps")
	net, _, err := plan.Column()
	if err != nil {
		fmt.Println(err)
		return
	}
	columns := net.Columns()
	fmt.Println(len(columns), "columns;", net.Parameters(), "parameters to train")
	// Output:
	// progressive, reach in robot, seed 3
	// 1 worker of 1 environment, 60000 steps
	// 2 columns; 36940 parameters to train
}

// row is a line of metrics.jsonl, of which one may look at some numbers only.
type row struct {
	Steps int64   `json:"steps"`
	Score float64 `json:"score"`
}

// Keep a run in a folder, and read it afterwards.
func ExampleCreateFolder() {
	dir, err := os.MkdirTemp("", "training")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "run")

	run, err := training.CreateFolder(path)
	if err != nil {
		fmt.Println(err)
		return
	}
	for i := range int64(3) {
		if err := run.AppendMetrics(row{20_000 * (i + 1), float64(i)}); err != nil {
			fmt.Println(err)
			return
		}
	}
	// The configuration comes last: with it the folder holds a run.
	if err := run.WriteFile(training.ConfigFile, []byte("seed = 1\n")); err != nil {
		fmt.Println(err)
		return
	}
	_, err = training.OpenFolder(path)
	fmt.Println("while it runs:", errors.Is(err, training.ErrBusy))
	if err := run.Close(); err != nil {
		fmt.Println(err)
		return
	}
	_, err = training.CreateFolder(path)
	fmt.Println("a second run in it:", errors.Is(err, training.ErrUsed))

	for r, err := range training.Metrics[row](filepath.Join(path, training.MetricsFile)) {
		fmt.Println(r.Steps, r.Score, err)
	}
	// Output:
	// while it runs: true
	// a second run in it: true
	// 20000 0 <nil>
	// 40000 1 <nil>
	// 60000 2 <nil>
}

// Name a world and a network, and build both.
func ExampleNewSimulator() {
	settings, network := training.DefaultWorld(), training.DefaultNetwork()
	settings.Task, settings.Domain, network.Width = "conveyor", domain.ByName("robot"), training.Narrow
	place, err := training.NewSimulator(settings)
	if err != nil {
		fmt.Println(err)
		return
	}
	env, err := place.Make(0, 0) // the first environment of the first worker
	if err != nil {
		fmt.Println(err)
		return
	}
	pixels, proprioception, choices := env.Spec()
	fmt.Println(place, "with", network)
	fmt.Println(pixels, proprioception, choices)
	net, err := nn.New(network.Arch(), nn.InputScaling{Mean: []float32{128, 128, 128}, Scale: []float32{50, 50, 50}})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(net.Parameters(), "parameters")
	// Output:
	// conveyor in robot with recurrent narrow
	// [64 64 3] 18 [3 3 3 3 3 3 3 3 3]
	// 10364 parameters
}

// Change the learner's settings and make the column that they train.
func ExampleNewColumn() {
	config := a3c.DefaultConfig()
	config.Steps, config.LearningRate = 1_000_000, 1e-3
	env, err := reach.New(reach.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	net, theta, err := training.NewColumn(nn.ReachArch(true, true), env, config.Seed)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(config.Steps, config.LearningRate, config.Rollout)
	fmt.Printf("%v; %d parameters\n", net.Arch(), len(theta))
	// Output:
	// 1000000 0.001 20
	// recurrent, pixels 64x64x3, conv 16 and 32, fc 128, lstm 128, 9 factors of 3 choices; 298700 parameters
}

// A run of a thousand windows, of 20,000 steps and one more episode each time, and what is kept of it.
func ExampleHistory() {
	var h training.History
	for i := int64(1); i <= 1000; i++ {
		h.Add(a3c.Metrics{Steps: 20_000 * i, WindowEpisodes: i, Score: float64(i)})
	}
	rows := h.Rows()
	fmt.Println(h.Windows(), "windows in", len(rows), "rows")
	fmt.Printf("first row: step %d, %d episodes, mean score %.2f\n", rows[0].Steps, rows[0].WindowEpisodes, rows[0].Score)
	fmt.Printf("latest window: score %.0f\n", h.Latest(1)[0].Score)
	// Output:
	// 1000 windows in 250 rows
	// first row: step 80000, 10 episodes, mean score 3.00
	// latest window: score 1000
}
