// Command experiment does the paper's experiments on transfer: runs, figures, tables.
//
//	experiment transfer-search -trials 30     settings of each method
//	experiment figure-5 -seeds 5              transfer to the robot's world
//	experiment figure-6 -runs 60              how transfer depends on settings and luck
//	experiment figure-7                       a third column
//	experiment twin                           students of column 1 on the twin's pictures
//
// The same command goes on where it was stopped or killed; several processes may work on one
// experiment at once.
package main

import (
	"context"
	"fmt"
	"io"
	"path/filepath"

	"colonnade/a3c/cli"
	"colonnade/bench/experiment"
)

func main() { cli.Main("experiment", run) }

// result is the last line of stdout.
type result struct {
	Experiment string `json:"experiment"`
	Out        string `json:"out"`
	Done       int    `json:"done"` // runs, by whoever
	Runs       int    `json:"runs"` // in all
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	o, err := experiment.Parse(args, stdout, stderr)
	if err != nil {
		return err
	}
	s, err := experiment.Open(o, stderr)
	if err != nil {
		return err
	}
	complete, err := s.Work(ctx)
	if err != nil {
		return err
	}
	if complete {
		if err := s.Finish(ctx); err != nil {
			return err
		}
	}
	name, err := experiment.Report(o.Out)
	if err != nil {
		return err
	}
	if err := s.PrintTable(stderr); err != nil {
		return err
	}
	done, all := s.Count()
	if complete {
		fmt.Fprintf(stderr, "experiment: all %d runs are done: %s\n", all, filepath.Join(o.Out, "README.md"))
	} else {
		fmt.Fprintf(stderr, "experiment: stopped with %d of %d runs done; the same command goes on\n", done, all)
	}
	return cli.Result(stdout, result{name, o.Out, done, all})
}
