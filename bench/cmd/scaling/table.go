package main

import (
	"fmt"
	"io"
	"slices"
	"time"

	"colonnade/a3c/stats"
	"colonnade/bench/internal/loop"
	"colonnade/bench/internal/machine"
)

// table is what was measured: samples[w-1] are those of w workers, one a round.
type table struct {
	machine machine.Machine
	net     loop.Net
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
