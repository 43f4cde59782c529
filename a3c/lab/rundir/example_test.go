package rundir_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"colonnade/a3c/lab/rundir"
)

// row is a line of metrics.jsonl, of which one may look at some numbers only.
type row struct {
	Steps int64   `json:"steps"`
	Score float64 `json:"score"`
}

// Keep a run in a folder, and read it afterwards.
func Example() {
	dir, err := os.MkdirTemp("", "rundir")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "run")

	run, err := rundir.Create(path)
	if err != nil {
		fmt.Println(err)
		return
	}
	for i := range int64(3) {
		if err := run.AppendMetrics(row{20_000 * (i + 1), float64(i)}); err != nil {
			fmt.Println(err)
			return
		}
	}
	// The configuration comes last: with it the folder holds a run.
	if err := run.WriteFile(rundir.ConfigFile, []byte("seed = 1\n")); err != nil {
		fmt.Println(err)
		return
	}
	_, err = rundir.Open(path)
	fmt.Println("while it runs:", errors.Is(err, rundir.ErrBusy))
	if err := run.Close(); err != nil {
		fmt.Println(err)
		return
	}
	_, err = rundir.Create(path)
	fmt.Println("a second run in it:", errors.Is(err, rundir.ErrUsed))

	for r, err := range rundir.Metrics[row](filepath.Join(path, rundir.MetricsFile)) {
		fmt.Println(r.Steps, r.Score, err)
	}
	// Output:
	// while it runs: true
	// a second run in it: true
	// 20000 0 <nil>
	// 40000 1 <nil>
	// 60000 2 <nil>
}
