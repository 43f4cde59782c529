package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"colonnade/bench/internal/units"
)

// measure runs the benchmarks of all suites in alternating rounds and returns
// the raw results of both trees.
func measure(ctx context.Context, o *options, suites []suite, stderr io.Writer) (old, recent string, err error) {
	top, below, err := splitPattern(o.bench)
	if err != nil {
		return "", "", err
	}
	results := [2]strings.Builder{}
	for i := range results {
		results[i].WriteString(units.Header())
	}
	for round := range o.count {
		fmt.Fprintf(stderr, "compare: round %d of %d\n", round+1, o.count)
		for _, s := range suites {
			for _, name := range names(s, top) {
				for turn := range 2 {
					i := (turn + round) % 2
					if !slices.Contains(s.sides[i].names, name) {
						continue
					}
					text, err := output(ctx, s.sides[i].dir, s.sides[i].binary, "-test.run", "^$", "-test.bench",
						"^"+name+"$"+below,
						"-test.benchtime", o.benchtime, "-test.benchmem", "-test.timeout", "0")
					if err != nil {
						return "", "", err
					}
					results[i].WriteString("pkg: " + s.importPath + "\n" + text)
				}
			}
		}
	}
	return results[0].String(), results[1].String(), nil
}

// splitPattern separates what a pattern of go test -bench says about
// benchmark functions from what it says about sub-benchmarks, "" or "/...".
func splitPattern(pattern string) (top *regexp.Regexp, below string, err error) {
	first, rest, found := strings.Cut(pattern, "/")
	if found {
		below = "/" + rest
	}
	if top, err = regexp.Compile(first); err != nil {
		return nil, "", fmt.Errorf("-bench: %w", err)
	}
	return top, below, nil
}

// names returns the functions of both sides that match, each once.
func names(s suite, top *regexp.Regexp) []string {
	var all []string
	for _, name := range slices.Concat(s.sides[0].names, s.sides[1].names) {
		if top.MatchString(name) && !slices.Contains(all, name) {
			all = append(all, name)
		}
	}
	return all
}

// keep writes the raw results into a folder, unless it has no name.
func keep(folder, old, recent string) error {
	if folder == "" {
		return nil
	}
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	return errors.Join(
		os.WriteFile(filepath.Join(folder, "old.txt"), []byte(old), 0o644),
		os.WriteFile(filepath.Join(folder, "new.txt"), []byte(recent), 0o644))
}
