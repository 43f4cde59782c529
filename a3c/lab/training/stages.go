package training

import (
	"fmt"
	"io"
	"text/tabwriter"
	"time"
)

// PrintStages says what the workers' time of this invocation went into, as a table of microseconds for an environment step
// and shares. What no stage accounts for is the workers' waiting: for a core, and for each other while a checkpoint is taken.
func (r *Run) PrintStages(w io.Writer) {
	steps := r.last - r.first
	if steps <= 0 {
		return
	}
	elapsed := r.trainer.Elapsed() - r.resumedAt
	whole := time.Duration(float64(elapsed) * float64(r.plan.Config.Workers) * float64(steps) / float64(r.trainer.Steps()-r.first))
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	defer table.Flush()
	fmt.Fprintln(table, "stage\tus a step\tshare\t")
	line := func(name string, d time.Duration) {
		fmt.Fprintf(table, "%s\t%.2f\t%.1f %%\t\n", name, float64(d.Nanoseconds())/1e3/float64(steps), 100*float64(d)/float64(whole))
	}
	rest := whole
	for name, d := range r.spent.All() {
		line(name, d)
		rest -= d
	}
	line("waiting", rest)
	line("a worker's step", whole)
}
