// Command record runs Go benchmarks and keeps their raw output.
//
//	record -count 6 -out bench/results/bench -packages './kernels/... ./bench'
//
// The file, OUT/CPU/COMMIT.txt, is what go test -bench printed under a header
// with commit, processor and the good direction of each unit, so that benchstat
// reads it. Files of one processor can be compared, others not.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"

	"colonnade/a3c/cli"
	"colonnade/bench/internal/machine"
	"colonnade/bench/internal/units"
)

func main() { cli.Main("record", run) }

func run(ctx context.Context, args []string, stdout, stderr io.Writer) (err error) {
	f := cli.NewFlags("record", "record runs Go benchmarks and keeps their raw output.",
		"record -count 6 -out bench/results/bench -packages './kernels/... ./bench'", stdout, stderr)
	count := f.Int("count", 6, "`number` of runs of each benchmark")
	benchtime := f.String("benchtime", "1s", "`time` of each run, or a number of iterations as 100x")
	pattern := f.String("bench", ".", "`pattern` of the benchmarks to run")
	out := f.String("out", "", "`folder` for the results; empty: print only")
	list := f.String("packages", "./...", "`packages` to measure, with spaces between them")
	if err := f.Parse(args); err != nil {
		return err
	}
	if *count < 1 {
		return cli.Usagef("-count is %d, want at least 1", *count)
	}
	packages := strings.Fields(*list)
	if len(packages) == 0 {
		return cli.Usagef("-packages names none")
	}
	here := machine.Here(".")
	if *out != "" {
		folder := filepath.Join(*out, here.Folder())
		if err := os.MkdirAll(folder, 0o755); err != nil {
			return err
		}
		file, err := os.Create(filepath.Join(folder, here.Commit+".txt"))
		if err != nil {
			return err
		}
		defer func() {
			if closed := file.Close(); err == nil {
				err = closed
			}
		}()
		stdout = io.MultiWriter(stdout, file)
	}
	if _, err := fmt.Fprintf(stdout, "commit: %s\nprocessor: %s\ncores: %d\ngo: %s\n%s", here.Commit, here.CPU,
		here.Cores, here.Go, units.Header()); err != nil {
		return err
	}
	test := exec.CommandContext(ctx, "go", append([]string{
		"test", "-run", "^$", "-bench", *pattern, "-benchmem", "-benchtime", *benchtime, "-count",
		strconv.Itoa(*count), "-timeout", "0",
	}, packages...)...)
	test.Stdout, test.Stderr = stdout, stderr
	err = test.Run()
	if ctx.Err() != nil {
		fmt.Fprintln(stderr, "record: interrupted; what was measured so far is printed")
		return nil
	}
	if err != nil {
		return fmt.Errorf("go test: %w", err)
	}
	return nil
}
