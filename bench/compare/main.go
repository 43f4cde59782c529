// Compare measures the benchmarks of a commit and of the working tree in turns, and fails if the
// working tree is slower.
//
//	make bench-compare OLD=main
//
// # How
//
// The commit is checked out into a temporary worktree, and the test binaries of both trees are
// built. A package whose two binaries are equal byte for byte cannot have become slower and is not
// measured. (-all measures it anyway: old against old shows the noise of the machine.) In each
// round every benchmark function runs once in each tree; the order changes from round to round. The
// number of rounds is chosen beforehand (-count), and nothing is measured again because of its
// result.
//
// # What fails
//
// A benchmark fails the comparison if a unit of -units got worse by more than the factor -ratio,
// from median to median, and the difference is significant: p < 0.05 in the Mann-Whitney U test, as
// benchstat computes it, after Holm's correction for the number of figures. All three conditions
// are needed. On a shared machine medians move without any change of the program, and one figure in
// twenty is significant by chance: without the correction a gate over hundreds of figures would
// never open. bench/README.md has an example. A benchmark that only one tree has is named and
// cannot fail.
//
// The exit code is 1 after a regression. It is 2 if there is no answer: wrong flags, a tree that
// does not build, a benchmark that fails. The raw results of both sides stay in the folder -out,
// for benchstat old.txt new.txt.
//
// It is a module of its own, so that the project does not depend on golang.org/x/perf.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strings"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	os.Exit(exitCode(run(ctx, os.Args[1:], os.Stdout, os.Stderr), os.Stderr))
}

// errRegression is what run returns if the working tree is slower.
var errRegression = errors.New("the working tree is slower")

func exitCode(err error, stderr io.Writer) int {
	if err == nil || errors.Is(err, flag.ErrHelp) {
		return 0
	}
	fmt.Fprintln(stderr, "compare:", err)
	if errors.Is(err, errRegression) {
		return 1
	}
	return 2
}

type options struct {
	old, dir, out string
	packages      []string
	bench         string
	benchtime     string
	count         int
	all           bool
	gate          gate
}

func parse(args []string, stderr io.Writer) (*options, error) {
	o := &options{}
	f := flag.NewFlagSet("compare", flag.ContinueOnError)
	f.SetOutput(stderr)
	f.StringVar(&o.old, "old", "", "`commit` to compare with")
	f.StringVar(&o.dir, "dir", ".", "root `folder` of the working tree")
	f.StringVar(&o.out, "out", "", "`folder` for the raw results; empty: they are not kept")
	packages := f.String("packages", "./...", "`packages` to measure, with spaces between them")
	f.StringVar(&o.bench, "bench", ".", "`pattern` of the benchmarks, as go test -bench")
	f.StringVar(&o.benchtime, "benchtime", "100ms", "`time` of one run of a benchmark, or a number of iterations as "+
		"100x")
	f.IntVar(&o.count, "count", 10, "`number` of rounds, at least 4: fewer cannot be significant")
	f.BoolVar(&o.all, "all", false, "measure packages whose binaries are the same, too")
	f.Float64Var(&o.gate.ratio, "ratio", 1.05, "`factor` by which a benchmark may get worse")
	f.Float64Var(&o.gate.alpha, "alpha", 0.05, "`level` of significance")
	units := f.String("units", "sec/op,allocs/op", "`units` that are judged")
	if err := f.Parse(args); err != nil {
		return nil, err
	}
	o.packages, o.gate.units = strings.Fields(*packages), strings.Split(*units, ",")
	switch {
	case f.NArg() > 0:
		return nil, fmt.Errorf("unexpected argument %q: every value follows its flag", f.Arg(0))
	case o.old == "":
		return nil, errors.New("-old COMMIT is needed: what to compare with")
	case o.count < 4:
		return nil, fmt.Errorf("-count is %d, want at least 4: fewer rounds cannot be significant", o.count)
	case !(o.gate.ratio >= 1):
		return nil, fmt.Errorf("-ratio is %g, want at least 1", o.gate.ratio)
	case !(o.gate.alpha > 0 && o.gate.alpha < 1):
		return nil, fmt.Errorf("-alpha is %g, want a number between 0 and 1", o.gate.alpha)
	case len(o.packages) == 0:
		return nil, errors.New("-packages names none")
	}
	return o, nil
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	o, err := parse(args, stderr)
	if err != nil {
		return err
	}
	temporary, err := os.MkdirTemp("", "compare-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(temporary)
	suites, remove, err := build(ctx, o, temporary, stderr)
	defer remove()
	if err != nil {
		return err
	}
	if len(suites) == 0 {
		fmt.Fprintln(stdout, "no package has benchmarks that differ")
		return nil
	}
	old, recent, err := measure(ctx, o, suites, stderr)
	if err != nil {
		return err
	}
	if err := keep(o.out, old, recent); err != nil {
		return err
	}
	before, err := parseResults(old)
	if err != nil {
		return err
	}
	after, err := parseResults(recent)
	if err != nil {
		return err
	}
	verdicts, err := o.gate.judge(before, after)
	if err != nil {
		return err
	}
	report(stdout, o, verdicts, missing(before, after), missing(after, before))
	if regressions := count(verdicts); regressions > 0 {
		return fmt.Errorf("%w in %d of %d figures", errRegression, regressions, len(verdicts))
	}
	return nil
}

// report prints what is significantly different, the worst first.
func report(w io.Writer, o *options, verdicts []verdict, onlyOld, onlyNew []string) {
	shown := slices.Clone(verdicts)
	shown = slices.DeleteFunc(shown, func(v verdict) bool { return v.p >= o.gate.alpha })
	slices.SortStableFunc(shown, func(a, b verdict) int {
		switch {
		case a.worse > b.worse:
			return -1
		case a.worse < b.worse:
			return 1
		}
		return 0
	})
	fmt.Fprintf(w, "%d figures compared over %d rounds; %d differ (p < %g), %d are worse by more than a factor of %g\n",
		len(verdicts), o.count, len(shown), o.gate.alpha, count(verdicts), o.gate.ratio)
	for _, v := range shown {
		fmt.Fprintln(w, v)
	}
	for _, name := range onlyOld {
		fmt.Fprintln(w, "only in the old commit:", name)
	}
	for _, name := range onlyNew {
		fmt.Fprintln(w, "only in the working tree:", name)
	}
}
