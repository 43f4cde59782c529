package main

import (
	"fmt"
	"io"
	"slices"
	"time"

	"colonnade/bench/internal/loop"
	"colonnade/bench/internal/machine"
)

// table is what was measured: rates[w-1] are the steps per second of w workers
// in each round.
type table struct {
	machine machine.Machine
	net     loop.Net
	kernels string
	rounds  int
	span    time.Duration
	rates   [][]float64
}

// row is one line: medians over the rounds.
type row struct {
	Workers int     `json:"workers"`
	Rate    float64 `json:"steps_per_second"`
	Least   float64 `json:"least"`
	Most    float64 `json:"most"`
	Ratio   float64 `json:"ratio"` // to one worker, in the same round
}

func (t *table) rows() []row {
	var rows []row
	for i, rates := range t.rates {
		ratios := make([]float64, len(rates))
		for k := range rates {
			ratios[k] = rates[k] / t.rates[0][k]
		}
		rows = append(rows, row{i + 1, median(rates), slices.Min(rates), slices.Max(rates), median(ratios)})
	}
	return rows
}

// write writes the table as markdown; w does not fail.
func (t *table) write(w io.Writer) {
	fmt.Fprintf(w, "# Scaling of the training loop: %s %s\n\n", t.net.Kind(), t.net.Width())
	fmt.Fprintf(w, "%s, %d cores; %s; %s kernels; commit %s.\n", t.machine.CPU, t.machine.Cores, t.machine.Go, t.kernels, t.machine.Commit)
	fmt.Fprintf(w, "Medians of %d alternating rounds of %v, reach task.\n\n", t.rounds, t.span)
	fmt.Fprintf(w, "    bin/scaling -net %s -width %s -rounds %d -span %v -out bench/results/scaling\n\n", t.net.Kind(), t.net.Width(), t.rounds, t.span)
	fmt.Fprintf(w, "| workers | steps/s | slowest to fastest round | times one worker | per worker |\n|---:|---:|---:|---:|---:|\n")
	for _, r := range t.rows() {
		fmt.Fprintf(w, "| %d | %.0f | %.0f - %.0f | %.2f | %.0f %% |\n", r.Workers, r.Rate, r.Least, r.Most, r.Ratio, 100*r.Ratio/float64(r.Workers))
	}
}

func median(x []float64) float64 {
	s := slices.Sorted(slices.Values(x))
	return (s[(len(s)-1)/2] + s[len(s)/2]) / 2
}
