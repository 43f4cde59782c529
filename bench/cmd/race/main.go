// Command race lets this project's learner and learners in PyTorch learn the same task, with the same
// two networks, on the same cores, one after another:
//
//	race -work runs/race -out bench/results/race
//
// First it measures rate and memory, every contender once in each round, for a short time. Then each
// learns with every seed until the score of training episodes, mean of 100,000 steps, is that of
// -until. A measurement or run that is done has a line in -out and is not repeated, so the same
// command goes on where it was stopped; a run that was stopped in the middle begins anew. In the end
// it draws race.svg, scores over wall-clock time, and writes the table race.md.
//
// The contenders are bin/train with its defaults, and A2C and PPO of bench/race/learner.py, whose
// environments bin/simserve steps. make bench-race installs what they need.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"runtime"
	"slices"
	"strings"
	"time"

	"colonnade/a3c/cli"
)

func main() { cli.Main("race", run) }

// options is the command line.
type options struct {
	Work    string        `flag:"work" file:"-" help:"*folder* for the run folders"`
	Out     string        `flag:"out" file:"-" help:"*folder* for records, table and picture"`
	Only    string        `flag:"only" help:"only these *contenders*, such as feedforward-ppo,recurrent-train; empty: all"`
	Rounds  int           `flag:"rounds" help:"*number* of rounds in which rates are measured"`
	Window  time.Duration `flag:"window" help:"*time* for which a rate is measured"`
	Seeds   int           `flag:"seeds" help:"*number* of runs of each contender"`
	Until   float64       `flag:"until" help:"*score* of training episodes at which a run ends"`
	Steps   int64         `flag:"steps" help:"*steps* of a run's schedule, at which it ends at the latest"`
	Workers int           `flag:"workers" help:"*number* of workers of train"`
	Threads int           `flag:"threads" help:"*number* of threads of PyTorch and of the simulator beside it"`
	Python  string        `flag:"python" help:"*path* of Python"`
	// Calculated is for machines that do other work as well: what else they do changes rates, but not steps.
	Calculated bool `flag:"calculated" help:"take steps divided by the measured rate for the time of a run"`
}

// contender is a learner with a network.
type contender struct{ net, learner string }

func (c contender) String() string { return c.net + "-" + c.learner }

// contenders returns all of them.
func contenders() []contender {
	var all []contender
	for _, net := range []string{"feedforward", "recurrent"} {
		for _, learner := range []string{"train", "a2c", "ppo"} {
			all = append(all, contender{net, learner})
		}
	}
	return all
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	f := cli.NewFlags("race",
		"race lets train and learners in PyTorch learn the same task in turn, and compares their rates, memory and "+
			"time until a score.",
		"race -work runs/race -out bench/results/race", stdout, stderr)
	o := options{Rounds: 3, Window: 20 * time.Second, Seeds: 3, Until: 30, Steps: 8_000_000,
		Workers: 2, Threads: runtime.GOMAXPROCS(0), Python: "python3"}
	f.Bind(&o)
	if err := f.Parse(args); err != nil {
		return err
	}
	chosen, err := o.check()
	if err != nil {
		return err
	}
	for _, folder := range []string{o.Work, o.Out} {
		if err := os.MkdirAll(folder, 0o777); err != nil {
			return err
		}
	}
	for round := range o.Rounds {
		for _, c := range chosen {
			if err := o.measure(ctx, c, round+1, stderr); err != nil {
				return err
			}
		}
	}
	for seed := range o.Seeds {
		for _, c := range chosen {
			if err := o.learn(ctx, c, seed+1, stderr); err != nil {
				return err
			}
		}
	}
	return o.report(stdout)
}

// check returns the contenders that the command line asks for, or an error of usage.
func (o *options) check() ([]contender, error) {
	switch {
	case o.Work == "" || o.Out == "":
		return nil, cli.Usagef("-work FOLDER and -out FOLDER are needed: for the run folders, and for what is kept")
	case o.Rounds < 0 || o.Seeds < 0:
		return nil, cli.Usagef("-rounds is %d and -seeds %d, want at least 0", o.Rounds, o.Seeds)
	case o.Steps < 1 || o.Workers < 1 || o.Threads < 1:
		return nil, cli.Usagef("-steps, -workers and -threads are %d, %d and %d, want at least 1", o.Steps, o.Workers,
			o.Threads)
	case o.Window <= 0:
		return nil, cli.Usagef("-window is %v, want more than 0", o.Window)
	}
	if o.Only == "" {
		return contenders(), nil
	}
	var chosen []contender
	for name := range strings.SplitSeq(o.Only, ",") {
		i := slices.IndexFunc(contenders(), func(c contender) bool { return c.String() == name })
		if i < 0 {
			return nil, cli.Usagef("-only %s: there are %v", name, contenders())
		}
		chosen = append(chosen, contenders()[i])
	}
	return chosen, nil
}

// measure measures rate and memory of a contender, unless that was done.
func (o *options) measure(ctx context.Context, c contender, round int, stderr io.Writer) error {
	known, err := readRates(o.Out)
	if err != nil {
		return err
	}
	if slices.ContainsFunc(known, func(r rate) bool { return r.contender == c && r.round == round }) {
		return nil
	}
	const every = 4000 // steps between lines of metrics; the first hold the warm-up
	p, err := o.start(c, round, every)
	if err != nil {
		return err
	}
	done, err := p.watch(ctx, func(points []point) bool {
		return len(points) > 2 && points[len(points)-1].Seconds-points[1].Seconds >= o.Window.Seconds()
	})
	if err != nil {
		return err
	}
	if len(done.points) < 3 {
		return fmt.Errorf("%s ended before its rate was known: want more -steps", c)
	}
	first, last := done.points[1], done.points[len(done.points)-1]
	r := rate{c, round, float64(last.Steps-first.Steps) / (last.Seconds - first.Seconds), done.resident}
	fmt.Fprintf(stderr, "race: round %d, %s: %.0f steps/s, %.0f MiB\n", round, c, r.stepsPerSecond, mib(r.resident))
	return appendRate(o.Out, r)
}

// learn makes one run, unless that was done.
func (o *options) learn(ctx context.Context, c contender, seed int, stderr io.Writer) error {
	known, err := readRuns(o.Out)
	if err != nil {
		return err
	}
	if slices.ContainsFunc(known, func(r record) bool { return r.contender == c && r.seed == seed }) {
		return nil
	}
	const every = 20_000
	p, err := o.start(c, seed, every)
	if err != nil {
		return err
	}
	done, err := p.watch(ctx, func(points []point) bool { return until(points, o.Until) != nil })
	if err != nil {
		return err
	}
	r := record{contender: c, seed: seed, cpu: done.cpu, points: done.points}
	fmt.Fprintf(stderr, "race: seed %d, %s: %d steps in %.0f s, %.0f s of processor time, score %.1f\n", seed, c,
		r.last().Steps, r.last().Seconds, r.cpu.Seconds(), recent(r.points))
	return appendRun(o.Out, r)
}
