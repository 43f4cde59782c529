// Command scaling measures how the training loop grows with its workers.
//
//	scaling -net recurrent -width wide -out bench/results/scaling
//
// For 1 to N workers (N is the number of CPUs that Go may use) it runs the real
// loop on the reach task in alternating rounds, and prints a table: steps per
// second (median of the rounds), their ratio to one worker's (median of the
// rounds' ratios), that ratio per worker, and what a step costs in processor time.
// The last shows what workers cost each other, whatever else runs on the machine.
package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"time"

	"colonnade/a3c/cli"
	"colonnade/a3c/stats"
	"colonnade/bench"
	"colonnade/bench/internal/machine"
	"colonnade/kernels"
)

func main() { cli.Main("scaling", run) }

// window is the length of a metrics window in steps for each worker: it begins
// and ends within one rollout of what it says.
const window = 1600

func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	f := cli.NewFlags("scaling", "scaling measures how the training loop grows with its workers.",
		"scaling -net recurrent -width wide -out bench/results/scaling", stdout, stderr)
	kind := f.Choice("net", "recurrent", "`kind` of network", "recurrent", "feedforward")
	width := f.Choice("width", "wide", "`size` of the network", "wide", "narrow")
	workers := f.Int("workers", runtime.GOMAXPROCS(0), "largest `number` of workers")
	rounds := f.Int("rounds", 5, "`number` of rounds")
	span := f.Duration("span", 3*time.Second, "`time` of each measurement")
	out := f.String("out", "", "`folder` for the table; empty: print only")
	profile := f.ProfileFlag("the current folder")
	if err := f.Parse(args); err != nil {
		return err
	}
	if *workers < 1 || *rounds < 1 || *span <= 0 {
		return cli.Usagef("-workers, -rounds and -span must be above 0")
	}
	stop, err := cli.StartProfile(*profile, ".")
	if err != nil {
		return err
	}
	defer stop()
	t := &table{
		machine: machine.Here("."), net: bench.Net{Recurrent: *kind == "recurrent", Wide: *width == "wide"},
		kernels: kernels.Implementation(), rounds: *rounds, span: *span, samples: make([][]sample, *workers),
	}
	for round := range *rounds {
		for i := range *workers {
			n := (i+round)%*workers + 1
			one, err := measure(ctx, t.net, n, *span)
			if errors.Is(err, context.Canceled) {
				fmt.Fprintln(stderr, "scaling: interrupted; there is no result")
				return nil
			}
			if err != nil {
				return err
			}
			fmt.Fprintf(stderr, "scaling: round %d, %d workers: %.0f steps/s\n", round+1, n, one.rate)
			t.samples[n-1] = append(t.samples[n-1], one)
		}
	}
	var text bytes.Buffer
	t.write(&text)
	if *out != "" {
		folder := filepath.Join(*out, t.machine.Folder())
		if err := os.MkdirAll(folder, 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(folder, *kind+"-"+*width+".md"), text.Bytes(), 0o644); err != nil {
			return err
		}
	}
	if _, err := stdout.Write(text.Bytes()); err != nil {
		return err
	}
	return cli.Result(stdout, map[string]any{"workers": t.rows()})
}

// sample is one measurement of the loop.
type sample struct {
	rate float64 // steps per second
	work float64 // steps per second of processor time of the process; 0: not known
}

// measure runs the loop for about span, after one window that does not count.
func measure(ctx context.Context, net bench.Net, workers int, span time.Duration) (s sample, err error) {
	l, err := bench.StartLoop(net, workers, int64(window*workers))
	if err != nil {
		return sample{}, err
	}
	defer func() {
		if closed := l.Close(); err == nil {
			err = closed
		}
	}()
	first, err := l.Next()
	began := cpuTime()
	last := first
	for err == nil && (last.Seconds-first.Seconds < span.Seconds() || last.Steps == first.Steps) {
		if ctx.Err() != nil {
			return sample{}, ctx.Err()
		}
		last, err = l.Next()
	}
	if err != nil {
		return sample{}, err
	}
	steps := float64(last.Steps - first.Steps)
	s.rate = steps / (last.Seconds - first.Seconds)
	if cpu := cpuTime() - began; cpu > 0 {
		s.work = steps / cpu.Seconds()
	}
	return s, nil
}

// table is what was measured: samples[w-1] are those of w workers, one a round.
type table struct {
	machine machine.Machine
	net     bench.Net
	kernels string
	rounds  int
	span    time.Duration
	samples [][]sample
}

// row is one line: medians over the rounds.
type row struct {
	Workers int     `json:"workers"`
	Rate    float64 `json:"steps_per_second"`
	Least   float64 `json:"least"`
	Most    float64 `json:"most"`
	Ratio   float64 `json:"ratio"`                      // to one worker, in the same round
	Work    float64 `json:"steps_per_processor_second"` // 0: not known
	Cost    float64 `json:"processor_time_of_a_step"`   // times one worker's, in the same round; 0: not known
}

func (t *table) rows() []row {
	var rows []row
	for i, samples := range t.samples {
		var rates, ratios, work, costs []float64
		for k, s := range samples {
			one := t.samples[0][k]
			rates, ratios, work = append(rates, s.rate), append(ratios, s.rate/one.rate), append(work, s.work)
			if s.work > 0 {
				costs = append(costs, one.work/s.work)
			}
		}
		r := row{Workers: i + 1, Rate: stats.Median(rates), Least: slices.Min(rates), Most: slices.Max(rates),
			Ratio: stats.Median(ratios), Work: stats.Median(work)}
		if len(costs) > 0 {
			r.Cost = stats.Median(costs)
		}
		rows = append(rows, r)
	}
	return rows
}

// write writes the table as markdown; w does not fail.
func (t *table) write(w io.Writer) {
	fmt.Fprintf(w, "# Scaling of the training loop: %s %s\n\n", t.net.Kind(), t.net.Width())
	fmt.Fprintf(w, "%s, %d cores; %s; %s kernels; commit %s.\n", t.machine.CPU, t.machine.Cores, t.machine.Go,
		t.kernels, t.machine.Commit)
	fmt.Fprintf(w, "Medians of %d alternating rounds of %v, reach task.\n\n", t.rounds, t.span)
	fmt.Fprintf(w, "    bin/scaling -net %s -width %s -rounds %d -span %v -out bench/results/scaling\n\n", t.net.Kind(),
		t.net.Width(), t.rounds, t.span)
	fmt.Fprintf(w, "| workers | steps/s | slowest to fastest round | times one worker | per worker | steps per "+
		"second of processor time | processor time of a step, times one worker's "+
		"|\n|---:|---:|---:|---:|---:|---:|---:|\n")
	for _, r := range t.rows() {
		fmt.Fprintf(w, "| %d | %.0f | %.0f - %.0f | %.2f | %.0f %% | %.0f | %.2f |\n", r.Workers, r.Rate, r.Least,
			r.Most, r.Ratio, 100*r.Ratio/float64(r.Workers), r.Work, r.Cost)
	}
	fmt.Fprint(w, "\nWhat workers cost each other (caches, memory, clock) shows in the processor time of a step; "+
		"what else ran on the machine takes\nfrom the steps per second alone.\n")
}
