package training_test

import (
	"io"
	"os"
	"path/filepath"
	"testing"

	"colonnade/a3c"
	"colonnade/a3c/training"
)

// counter is a watcher that counts the environments that are open.
type counter struct {
	training.Watcher
	made, open int
}

// quiet is told of a run's end and no more.
type quiet struct{ training.Watcher }

func (quiet) End() {}

type counted struct {
	a3c.Env
	c *counter
}

func (c *counter) Envs(make func(worker, index int) (a3c.Env, error)) func(worker, index int) (a3c.Env, error) {
	return func(worker, index int) (a3c.Env, error) {
		env, err := make(worker, index)
		c.made++
		c.open++
		return counted{env, c}, err
	}
}

func (c counted) Close() error {
	c.c.open--
	return nil
}

// TestOpenFails: environments, which may be arms that are enabled, are closed where a run cannot
// begin or go on.
func TestOpenFails(t *testing.T) {
	settings := training.DefaultConfig()
	settings.Network = training.Network{Net: training.Feedforward, Width: training.Narrow, Inputs: training.Pixels}
	settings.Learner.Workers, settings.Learner.Envs, settings.Learner.Steps, settings.Episodes = 1, 2, 200, 2
	out := filepath.Join(t.TempDir(), "run")
	open := func(resume bool) (*counter, *training.Run, error) {
		dir, err := training.TakeFolder(out, resume)
		if err != nil {
			t.Fatal(err)
		}
		defer dir.Close()
		simulator, err := training.NewSimulator(settings.World)
		if err != nil {
			t.Fatal(err)
		}
		plan, err := settings.Plan("train", simulator, false)
		if err != nil {
			t.Fatal(err)
		}
		c := &counter{Watcher: quiet{}}
		plan.Watcher = c
		run, err := training.Open(plan, dir, resume, io.Discard)
		return c, run, err
	}
	c, run, err := open(false)
	if err != nil || c.open != 2 {
		t.Fatalf("%d environments are open, %v", c.open, err)
	}
	if err := run.Close(); err != nil || c.open != 0 {
		t.Fatalf("%d environments are open, %v", c.open, err)
	}
	if err := os.Mkdir(filepath.Join(out, training.MetricsFile), 0o777); err != nil { // what cannot be read
		t.Fatal(err)
	}
	if c, _, err := open(true); err == nil || c.made != 2 || c.open != 0 {
		t.Errorf("error %v, %d environments made, %d still open", err, c.made, c.open)
	}
}
