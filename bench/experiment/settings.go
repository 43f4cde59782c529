package experiment

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"colonnade/a3c/cli"
)

// settingsFile is where the search leaves what it found for a method: a configuration file of transfer.
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
			return Run{}, cli.Hint(err, "make them with: experiment %s, or name another folder with -settings", searchName)
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
