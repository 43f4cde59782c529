package figure

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2"

	"colonnade/a3c/training"
)

// Run is what a run folder says of learning.
type Run struct {
	Path    string
	Net     string  `toml:"net"`
	Width   string  `toml:"width"`
	Inputs  string  `toml:"inputs"`
	Method  string  `toml:"method"` // of a transfer; empty for a first column
	Task    string  `toml:"task"`
	Domain  string  `toml:"domain"`
	Env     string  `toml:"env"` // sim, or jaco
	Seed    uint64  `toml:"seed"`
	Workers int     `toml:"workers"`
	Steps   int64   `toml:"steps"` // planned
	Windows []Point `toml:"-"`
}

// Point is one window of training: the episodes that ended in it.
type Point struct {
	Steps    int64     `json:"steps"` // at its end
	Episodes int64     `json:"window_episodes"`
	Score    float64   `json:"score"` // mean
	Scores   []float32 `json:"scores,omitempty"`
}

// Done returns the steps of the run so far.
func (r *Run) Done() int64 {
	if len(r.Windows) == 0 {
		return 0
	}
	return r.Windows[len(r.Windows)-1].Steps
}

// Until returns the windows that ended within some steps.
func (r *Run) Until(steps int64) []Point {
	n := len(r.Windows)
	for n > 0 && r.Windows[n-1].Steps > steps {
		n--
	}
	return r.Windows[:n]
}

// Find reads all run folders in a folder, at any depth, in the order of their paths.
func Find(dir string) ([]Run, error) {
	var runs []Run
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.IsDir() {
			return err
		}
		metrics := filepath.Join(path, training.MetricsFile)
		if _, err := os.Stat(metrics); errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		run, err := read(path)
		if err != nil {
			return err
		}
		runs = append(runs, run)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("look for run folders in %s: %w", dir, err)
	}
	if len(runs) == 0 {
		return nil, fmt.Errorf("there is no run folder in %s: want folders with %s and %s, as train leaves them", dir,
			training.ConfigFile, training.MetricsFile)
	}
	slices.SortFunc(runs, func(a, b Run) int { return strings.Compare(a.Path, b.Path) })
	return runs, nil
}

func read(path string) (Run, error) {
	run := Run{Path: path}
	config, err := os.ReadFile(training.ConfigPath(path))
	if err == nil {
		err = toml.Unmarshal(config, &run)
	}
	if err != nil {
		return Run{}, fmt.Errorf("run folder %s: %w", path, err)
	}
	run.Windows, err = training.ReadMetrics[Point](filepath.Join(path, training.MetricsFile))
	if err != nil {
		return Run{}, err
	}
	return run, nil
}
