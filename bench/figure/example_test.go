package figure_test

import (
	"fmt"
	"os"
	"path/filepath"

	"colonnade/a3c/view"
	"colonnade/bench/figure"
)

// Draw the mean of two runs with its spread, and write the numbers beside it.
func Example() {
	var runs []figure.Run
	for seed := range uint64(2) {
		run := figure.Run{Net: "recurrent", Width: "wide", Seed: seed}
		for i := range int64(10) {
			run.Windows = append(run.Windows, figure.Point{Steps: 20_000 * (i + 1), Episodes: 400,
				Score: float64(i) * (3 + float64(seed))})
		}
		runs = append(runs, run)
	}
	groups := figure.GroupBy(runs, func(r *figure.Run) string { return r.Net + " " + r.Width })
	bands := figure.Bands(groups)
	last := len(bands[0].Mean) - 1
	fmt.Printf("%s: %.1f, spread %.2f to %.2f\n", bands[0].Name, bands[0].Mean[last], bands[0].Low[last],
		bands[0].High[last])

	dir, err := os.MkdirTemp("", "figure")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	if err := figure.Write(dir, "learning", view.Axes{Title: "learning", X: "environment steps", Y: "score"},
		bands); err != nil {
		fmt.Println(err)
		return
	}
	files, err := os.ReadDir(dir)
	for _, file := range files {
		fmt.Println(filepath.Ext(file.Name()))
	}
	fmt.Println(err)
	// Output:
	// recurrent wide, 2 runs: 31.5, spread 25.14 to 37.86
	// .csv
	// .png
	// .svg
	// <nil>
}
