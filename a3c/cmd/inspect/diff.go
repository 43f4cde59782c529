package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"path/filepath"
	"reflect"
	"slices"
	"text/tabwriter"

	"colonnade/a3c/cli"
	"colonnade/a3c/training"
)

// diff is how two runs differ.
type diff struct {
	Runs     [2]string    `json:"runs"`
	Settings []difference `json:"settings"` // of config.toml, those that differ
	Made     []difference `json:"made"`     // of run.json, those that differ
	Results  []difference `json:"results"`  // all, as far as there are any
}

// difference is one thing in which two runs differ; nil is what a run does not have.
type difference struct {
	Name string `json:"name"`
	A    any    `json:"a"`
	B    any    `json:"b"`
}

// folder is what a run folder says.
type folder struct {
	settings map[string]any
	made     map[string]any
	results  map[string]any
}

// window is what is read of a line of metrics.
type window struct {
	Steps      int64   `json:"steps"`
	Updates    int64   `json:"updates"`
	Episodes   int64   `json:"episodes"`
	Seconds    float64 `json:"seconds"`
	Ended      int64   `json:"window_episodes"`
	Score      float64 `json:"score"`
	Reached    float64 `json:"reached"`
	Violations float64 `json:"violations"`
}

// lastPart is the part of a run, at its end, over which training scores are averaged.
const lastPart = 0.1

func (o *options) reportDiff(stdout io.Writer) error {
	a, err := readFolder(*o.diff)
	if err != nil {
		return err
	}
	b, err := readFolder(*o.against)
	if err != nil {
		return err
	}
	d := diff{
		Runs:     [2]string{*o.diff, *o.against},
		Settings: differences(a.settings, b.settings, false),
		Made:     differences(a.made, b.made, false),
		Results:  differences(a.results, b.results, true),
	}
	if *o.json {
		return cli.Result(stdout, d)
	}
	return d.write(stdout)
}

// readFolder reads a run folder, without holding it: the run may be going on.
func readFolder(path string) (*folder, error) {
	f := &folder{}
	var err error
	if f.settings, err = cli.ReadTOML(training.ConfigPath(path)); err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			err = training.ErrNoRun
		}
		return nil, fmt.Errorf("run folder %s: %w", path, err)
	}
	info, err := training.ReadInfo(path)
	if err != nil {
		return nil, err
	}
	f.made = map[string]any{
		"revision": info.Revision, "world": info.World, "kernels": info.Kernels, "go": info.Go,
		"cpu": info.CPU, "cores": info.Cores,
	}
	windows, err := training.ReadMetrics[window](filepath.Join(path, training.MetricsFile))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	f.results = results(windows)
	return f, nil
}

// results sums up a run: how far it came, and its training episodes in the last part of that.
func results(windows []window) map[string]any {
	r := map[string]any{}
	if len(windows) == 0 {
		return r
	}
	last := windows[len(windows)-1]
	r["steps"], r["updates"], r["episodes"], r["seconds"] = last.Steps, last.Updates, last.Episodes, last.Seconds
	if last.Seconds > 0 {
		r["steps_per_second"] = float64(last.Steps) / last.Seconds
	}
	var ended, score, reached, violations float64
	for _, w := range windows {
		if float64(w.Steps) > (1-lastPart)*float64(last.Steps) {
			n := float64(w.Ended)
			ended, score, reached, violations = ended+n, score+n*w.Score, reached+n*w.Reached, violations+n*w.Violations
		}
	}
	if ended > 0 {
		r["training_score"], r["training_reached"], r["training_violations"] = score/ended, reached/ended,
			violations/ended
	}
	return r
}

// differences compares by name, in the order of names; all keeps what is equal, too.
func differences(a, b map[string]any, all bool) []difference {
	names := slices.Collect(maps.Keys(a))
	for name := range b {
		if _, both := a[name]; !both {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	found := []difference{}
	for _, name := range names {
		if all || !reflect.DeepEqual(a[name], b[name]) {
			found = append(found, difference{name, a[name], b[name]})
		}
	}
	return found
}

func (d *diff) write(stdout io.Writer) error {
	table := tabwriter.NewWriter(stdout, 0, 0, 2, ' ', 0)
	for _, part := range []struct {
		name, none string
		all        []difference
	}{
		{"settings that differ", "all settings are the same", d.Settings},
		{"made with", "same revision, world, kernels and machine", d.Made},
		{"results", "neither run has results yet", d.Results},
	} {
		if len(part.all) == 0 {
			fmt.Fprintf(table, "%s\n\n", part.none)
			continue
		}
		fmt.Fprintf(table, "%s\t%s\t%s\n", part.name, d.Runs[0], d.Runs[1])
		for _, v := range part.all {
			fmt.Fprintf(table, "  %s\t%s\t%s\n", v.Name, show(v.A), show(v.B))
		}
		fmt.Fprintln(table)
	}
	return table.Flush()
}

// show writes a value as people want to read it.
func show(v any) string {
	switch v := v.(type) {
	case nil:
		return "-"
	case float64:
		return fmt.Sprintf("%.4g", v)
	}
	return fmt.Sprint(v)
}
