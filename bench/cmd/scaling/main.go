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
	"time"

	"colonnade/a3c/cli"
	"colonnade/bench/internal/loop"
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
		machine: machine.Here("."), net: loop.Net{Recurrent: *kind == "recurrent", Wide: *width == "wide"},
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
func measure(ctx context.Context, net loop.Net, workers int, span time.Duration) (s sample, err error) {
	l, err := loop.Start(net, workers, int64(window*workers))
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
