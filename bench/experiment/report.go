package experiment

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"colonnade/a3c/cli"
	"colonnade/a3c/training"
	"colonnade/bench/figure"
	"colonnade/nn/atomicfile"
)

// readmeFile is the experiment in words.
const readmeFile = "README.md"

// report is one drawing of an experiment's results.
type report struct {
	o       *Options
	dir     string
	records []figure.Record
	inputs  inputs
	readme  bytes.Buffer
}

// IsResults tells whether a folder holds the results of an experiment.
func IsResults(dir string) bool { return exists(filepath.Join(dir, inputsFile)) }

// Report draws the figures and tables of a results folder, from what lies in the folder alone: the
// same folder gives the same bytes. It returns the name of the experiment.
func Report(dir string) (name string, err error) {
	in := inputs{}
	data, err := os.ReadFile(filepath.Join(dir, inputsFile))
	if err == nil {
		err = json.Unmarshal(data, &in)
	}
	if err != nil {
		return "", fmt.Errorf("%s is no folder of an experiment's results: %w", dir, err)
	}
	k, err := kindNamed(in["experiment"])
	if err != nil {
		return "", fmt.Errorf("%s: %w", filepath.Join(dir, inputsFile), err)
	}
	o := newOptions(k)
	if _, err := cli.Load(o, training.ConfigPath(dir)); err != nil {
		return "", err
	}
	if err := o.validate(); err != nil {
		return "", err
	}
	r := &report{o: o, dir: dir, inputs: in}
	if r.records, err = figure.ReadRecords(dir); err != nil {
		return "", err
	}
	if len(r.records) == 0 {
		return k.name, nil
	}
	trained := slices.ContainsFunc(r.records, func(v figure.Record) bool { return v.Steps > 0 })
	if path := filepath.Join(dir, figure.TrainingFile); k.curves && trained && !exists(path) {
		return "", fmt.Errorf("%s is missing, which the curves and the training scores follow from: leave %s as it is, or "+
			"make the runs again with the command that it names", path, readmeFile)
	}
	return k.name, r.write()
}

// write draws all there is.
func (r *report) write() error {
	r.say("# %s%s\n\n", strings.ToUpper(r.o.title[:1]), r.o.title[1:])
	if err := r.o.report(r); err != nil {
		return err
	}
	for i := range r.records {
		if v := &r.records[i]; v.Diverged != "" {
			r.say("\n`%s` came to an early end and counts as 0: %s\n", v.Run, v.Diverged)
		}
	}
	r.say("\n## How it was made\n\n    bin/%s\n\n", r.command())
	r.say("The same command goes on with what is missing, and does nothing where nothing is; several processes may "+
		"share the work.\n"+
		"`bin/figures %s` draws all of this again from `%s`", r.place(), figure.RecordsFile)
	if r.o.curves {
		r.say(" and `%s`", figure.TrainingFile)
	}
	r.say(". One worker with one environment, as there is one arm, on\n%s.\n\n| what it depends on | |\n|---|---|\n",
		r.machines())
	for _, name := range slices.Sorted(maps.Keys(r.inputs)) {
		if name != "experiment" {
			r.say("| %s | `%s` |\n", name, r.inputs[name])
		}
	}
	return atomicfile.WriteFile(filepath.Join(r.dir, readmeFile), r.readme.Bytes())
}

// say adds to the experiment in words.
func (r *report) say(format string, args ...any) { fmt.Fprintf(&r.readme, format, args...) }

// place names the results folder without saying where on this machine it lies: the report is the
// same wherever it is drawn.
func (r *report) place() string {
	if filepath.Base(r.dir) == r.o.name {
		return newOptions(r.o.kind).Out
	}
	return "DIR"
}

// command returns the command line that makes the results: the flags that are not the usual ones.
func (r *report) command() string {
	usual := newOptions(r.o.kind)
	words := []string{r.o.label()}
	if place := r.place(); place != usual.Out {
		words = append(words, "-out", place)
	}
	words = append(words, cli.NonDefault(r.o, usual)...)
	return strings.Join(words, " ")
}

// machines says on what the runs were made, and how fast.
func (r *report) machines() string {
	of := map[string]bool{}
	low, high := 0.0, 0.0
	for i := range r.records {
		v := &r.records[i]
		of[fmt.Sprintf("%s (kernels %s, revision %s)", v.CPU, v.Kernels, v.Revision)] = true
		if rate := v.StepsPerSecond; rate > 0 {
			if low == 0 || rate < low {
				low = rate
			}
			high = max(high, rate)
		}
	}
	return fmt.Sprintf("%s; %.0f to %.0f steps/s a run", strings.Join(slices.Sorted(maps.Keys(of)), "; "), low, high)
}

// groups puts the records into groups by a name.
func (r *report) groups(name func(*figure.Record) string) []figure.RecordGroup {
	return figure.GroupRecords(r.records, name)
}
