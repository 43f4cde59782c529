package experiment

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"colonnade/a3c"
	"colonnade/a3c/cli"
	"colonnade/a3c/cmd/world"
	"colonnade/a3c/study"
	"colonnade/a3c/training"
	"colonnade/bench/figure"
)

// Files in a run's folder, besides those of every run folder.
const (
	recordFile = "record.json" // the result; the run is over
	recipeFile = "recipe.txt"  // what it depends on
)

func (s *Session) recordPath(name string) string { return filepath.Join(s.folder(name), recordFile) }

// readRecord reads a run's record from the work folder; ok is false if there is none.
func (s *Session) readRecord(r *Run) (record figure.Record, ok bool, err error) {
	path := s.recordPath(r.Run)
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return record, false, nil
	}
	if err != nil {
		return record, false, fmt.Errorf("read a record: %w", err)
	}
	if err := json.Unmarshal(data, &record); err != nil {
		return record, false, fmt.Errorf("%s is damaged, delete its folder to have the run done again: %w", path, err)
	}
	record.Group = r.Group // a folder of before may have an older name
	return record, true, s.checkRecipe(r)
}

// checkRecipe makes sure that what lies in a run's folder came from what the run starts from now.
func (s *Session) checkRecipe(r *Run) error {
	path := filepath.Join(s.folder(r.Run), recipeFile)
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil // not begun
	}
	if err != nil {
		return fmt.Errorf("read what a run depends on: %w", err)
	}
	if now := s.inputs.recipe(r); string(data) != now {
		return cli.Hint(fmt.Errorf("%s: the run there was made with\n%snow it is to be made with\n%s", s.folder(r.Run),
			data, now),
			"take another -work, or delete %s", s.o.Work)
	}
	return nil
}

// do brings one run to its end and its record into the results. It returns training.ErrBusy or
// study.ErrNotYet where that has to wait.
func (s *Session) do(ctx context.Context, r *Run) (err error) {
	if r.needs != "" && !exists(s.recordPath(r.needs)) {
		return study.ErrNotYet
	}
	path := s.folder(r.Run)
	dir, begun, err := training.JoinFolder(path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, dir.Close()) }()
	record, ok, err := s.readRecord(r)
	if err != nil {
		return err
	}
	if !ok {
		if err := s.checkRecipe(r); err != nil {
			return err
		}
		if err := dir.WriteFile(recipeFile, []byte(s.inputs.recipe(r))); err != nil {
			return err
		}
		if r.trains() {
			record, err = s.train(ctx, r, dir, begun)
		} else {
			record, err = s.measure(ctx, r)
		}
		if err != nil {
			return err
		}
		machine := training.NewInfo(r.Seed, "")
		record.CPU, record.Kernels, record.Revision = machine.CPU, machine.Kernels, machine.Revision
		data, err := json.Marshal(record)
		if err != nil {
			return fmt.Errorf("encode a record: %w", err)
		}
		if err := dir.WriteFile(recordFile, append(data, '\n')); err != nil {
			return err
		}
	}
	if err := tidy(path, r.keep); err != nil {
		return err
	}
	return s.finish(record)
}

// train trains and evaluates. It returns context.Canceled if ctx ended before: the folder has all
// to go on with.
func (s *Session) train(ctx context.Context, r *Run, dir *training.Folder,
	begun bool) (record figure.Record, err error) {
	settings := *r.train
	settings.From = slices.Clone(r.from)
	if r.needs != "" {
		settings.From = append(settings.From, s.checkpoint(r.needs))
	}
	w, err := world.Open(settings.Place(), settings.Robot)
	if err != nil {
		return record, err
	}
	plan, err := settings.Plan("experiment", w, false)
	if err != nil {
		return record, err
	}
	plan.Bare = true
	plan.Watcher = &watcher{s, r.Run}
	run, err := training.Open(plan, dir, begun, io.Discard)
	if err != nil {
		return record, err
	}
	defer func() { err = errors.Join(err, run.Close()) }()

	record = r.Record
	record.LearningRate, record.EntropyCost, record.Parameters = plan.Config.LearningRate, plan.Config.EntropyCost,
		run.Parameters()
	if r.parameters != 0 && r.parameters != record.Parameters {
		return record, fmt.Errorf("the trained column has %d parameters, the experiment's has %d", record.Parameters,
			r.parameters)
	}
	result, diverged, ok, err := run.Measure(ctx, plan.Config.Steps)
	switch {
	case err != nil:
		return record, err
	case !ok:
		return record, context.Canceled
	case diverged != "":
		record.Diverged = diverged
	default:
		record.StepsPerSecond, record.Score, record.CI95, record.Episodes = result.StepsPerSecond, result.Score,
			result.CI95, result.Episodes
		record.Reached, record.Violations = result.Reached, result.Violations
	}
	record.Steps = run.Steps()
	if s.o.curves {
		record.Windows, err = training.ReadMetrics[figure.Point](dir.Path(training.MetricsFile))
	}
	return record, err
}

// tidy leaves of a run that is over what it was and what it found; hundreds are kept.
func tidy(path string, keep bool) error {
	entries, err := os.ReadDir(path)
	if err != nil {
		return fmt.Errorf("tidy up: %w", err)
	}
	stay := []string{recordFile, recipeFile, training.ConfigFile, training.InfoFile}
	if keep {
		stay = append(stay, training.LatestFile)
	}
	for _, entry := range entries {
		if slices.Contains(stay, entry.Name()) || entry.Name()[0] == '.' { // the lock
			continue
		}
		if err := os.Remove(filepath.Join(path, entry.Name())); err != nil {
			return fmt.Errorf("tidy up: %w", err)
		}
	}
	return nil
}

// watcher tells the session how far a run is.
type watcher struct {
	s    *Session
	name string
}

func (w *watcher) Begin(training.Watched)      {}
func (w *watcher) Evaluating(ended, total int) {}
func (w *watcher) End()                        {}
func (w *watcher) Envs(make func(worker, index int) (a3c.Env, error)) func(worker, index int) (a3c.Env, error) {
	return make
}
func (w *watcher) Metrics(m a3c.Metrics) { w.s.note(w.name, m) }
