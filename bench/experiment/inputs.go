package experiment

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"colonnade/a3c/cli"
	"colonnade/nn"
	"colonnade/nn/atomicfile"
)

// inputsFile says what an experiment's runs started from.
const inputsFile = "inputs.json"

// inputs are all that results depend on besides flags: digests of checkpoints, fingerprints of
// worlds, the settings that a search found. Each has a name for people.
type inputs map[string]string

// gather returns the inputs of all runs.
func (o *Options) gather(runs []Run) (inputs, error) {
	in := inputs{"experiment": o.name}
	for i := range runs {
		r := &runs[i]
		for _, path := range append(append([]string{}, r.from...), r.policy) {
			if path == "" || in["checkpoint "+path] != "" {
				continue
			}
			_, digest, err := nn.LoadCheckpoint(path)
			if err != nil {
				return nil, err
			}
			in["checkpoint "+path] = digest
		}
		if key := r.world(); in[key] == "" {
			w, err := openWorld(r)
			if err != nil {
				return nil, err
			}
			if in[key], err = w.Fingerprint(); err != nil {
				return nil, err
			}
		}
		if r.settings != "" {
			in["settings of "+r.Group] = r.settings
		}
	}
	return in, nil
}

// world names the run's world among the inputs.
func (r *Run) world() string {
	name := "world " + r.Task + " in " + r.Domain
	if r.see != "" {
		name += " by the " + r.see
	}
	return name
}

// recipe says in a few lines all that a run's result depends on, to tell whether a run in the work
// folder is this one.
func (in inputs) recipe(r *Run) string {
	lines := []string{"flags: " + strings.Join(r.words, " ")}
	for _, path := range r.from {
		lines = append(lines, "from: "+in["checkpoint "+path])
	}
	if r.needs != "" {
		lines = append(lines, "from: run "+r.needs)
	}
	if !r.trains() {
		lines = append(lines, "policy: "+in["checkpoint "+r.policy])
	}
	lines = append(lines, "world: "+in[r.world()])
	return strings.Join(lines, "\n") + "\n"
}

// keep writes the inputs to the results folder. What is there already must be the same; there may
// be more.
func (in inputs) keep(dir string) error {
	path := filepath.Join(dir, inputsFile)
	kept := inputs{}
	data, err := os.ReadFile(path)
	if err == nil {
		if err := json.Unmarshal(data, &kept); err != nil {
			return fmt.Errorf("%s is damaged: %w", path, err)
		}
	} else if !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("read what the results depend on: %w", err)
	}
	for name, now := range in {
		if was, ok := kept[name]; ok && was != now {
			return cli.Hint(fmt.Errorf("%s: the results there were made with %s = %s, now it is %s", dir, name, was,
				now),
				"take another -out and -work, or delete both folders to do all of it again")
		}
		kept[name] = now
	}
	text, err := json.MarshalIndent(kept, "", "  ")
	if err != nil {
		return fmt.Errorf("encode %s: %w", inputsFile, err)
	}
	return atomicfile.WriteFile(path, append(text, '\n'))
}

// settingsFile is where the search leaves what it found for a method: a configuration file of
// transfer.
func settingsFile(dir, method string) string { return filepath.Join(dir, method+".toml") }

// searched returns the run of a method with the settings that the search found for it.
func (o *Options) searched(name string, m Method, domain, task string, seed uint64) (Run, error) {
	r, err := o.transfer(name, m, domain, task, seed)
	if err != nil {
		return Run{}, err
	}
	values, err := cli.Load(r.train, settingsFile(o.Searched, m.Name))
	if err != nil {
		err = fmt.Errorf("the settings of %s: %w", m.Name, err)
		if errors.Is(err, fs.ErrNotExist) {
			return Run{}, cli.Hint(err, "make them with: experiment %s, or name another folder with -settings",
				searchName)
		}
		return Run{}, err
	}
	var words []string
	for _, key := range slices.Sorted(maps.Keys(values)) {
		if key != "method" && key != "width" { // the method's own
			words = append(words, fmt.Sprintf("-%s=%v", key, values[key]))
		}
	}
	r.words, r.settings = append(r.words, words...), strings.Join(words, " ")
	return r, nil
}

// methodsOf returns the methods that are asked for.
func (o *Options) methodsOf() ([]Method, error) {
	var all []Method
	for _, name := range o.Methods {
		m, err := methodNamed(name)
		if err != nil {
			return nil, err
		}
		all = append(all, m)
	}
	return all, nil
}
