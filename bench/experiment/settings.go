package experiment

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"github.com/BurntSushi/toml"

	"colonnade/a3c/lab/cli"
)

// settingsFile is where the search leaves what it found for a method: a configuration file of transfer.
func settingsFile(dir, method string) string { return filepath.Join(dir, method+".toml") }

// settingsOf returns the flags that the search found for a method.
func (o *Options) settingsOf(m Method) ([]string, error) {
	path := settingsFile(o.settings, m.Name)
	var values map[string]any
	if _, err := toml.DecodeFile(path, &values); err != nil {
		err = fmt.Errorf("the settings of %s: %w", m.Name, err)
		if errors.Is(err, fs.ErrNotExist) {
			return nil, cli.Hint(err, "make them with: experiment %s, or name another folder with -settings", search.name)
		}
		return nil, err
	}
	var flags []string
	for _, key := range slices.Sorted(maps.Keys(values)) {
		if key != "method" && key != "width" { // the method's own
			flags = append(flags, fmt.Sprintf("-%s=%v", key, values[key]))
		}
	}
	return flags, nil
}

// searched returns the run of a method with the settings that the search found for it.
func (o *Options) searched(name string, m Method, domain, task string, seed uint64, more ...string) (Run, error) {
	flags, err := o.settingsOf(m)
	if err != nil {
		return Run{}, err
	}
	r := o.transfer(name, m, domain, task, seed, append(flags, more...)...)
	r.settings = strings.Join(flags, " ")
	return r, nil
}

// methodsOf returns the methods that are asked for.
func (o *Options) methodsOf() ([]Method, error) {
	var all []Method
	for _, name := range o.methods {
		m, err := methodNamed(name)
		if err != nil {
			return nil, err
		}
		all = append(all, m)
	}
	return all, nil
}
