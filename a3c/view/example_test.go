package view_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"

	"colonnade/a3c"
	"colonnade/a3c/view"
)

// Draw a run's learning curve: score, outcomes and entropy, one under the other.
func ExampleWriteCurve() {
	var windows []a3c.Metrics
	for i := range 50 {
		windows = append(windows, a3c.Metrics{
			Steps: int64(i+1) * 20_000, WindowEpisodes: 400, Score: float64(i) / 2, Reached: float64(i) / 50, Violations: 0.1,
			Entropy: []float64{1 - float64(i)/100, 0.5},
		})
	}
	var svg bytes.Buffer
	if err := view.WriteCurve(&svg, view.SVG, "reach in sim, seed 1", windows); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(bytes.Contains(svg.Bytes(), []byte("score of an episode")), bytes.Contains(svg.Bytes(), []byte("entropy of a factor")))
	// Output:
	// true true
}

// Draw the mean of three runs with its spread, in the format that the file's name asks for.
func ExampleWriteBands() {
	dir, err := os.MkdirTemp("", "chart")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "learning.png")
	format, ok := view.FormatOf(path)
	if !ok {
		fmt.Println("neither .svg nor .png")
		return
	}
	var picture bytes.Buffer
	err = view.WriteBands(&picture, format, view.Axes{Title: "learning", X: "environment steps", Y: "score"}, []view.Band{{
		Name: "recurrent, 3 runs", X: []float64{0, 1e6, 2e6}, Mean: []float64{0, 20, 34}, Low: []float64{0, 15, 32}, High: []float64{0, 25, 36},
	}})
	if err != nil {
		fmt.Println(err)
		return
	}
	if err := os.WriteFile(path, picture.Bytes(), 0o666); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(bytes.HasPrefix(picture.Bytes(), []byte("\x89PNG")))
	// Output:
	// true
}
