package main

import (
	"fmt"
	"io"
	"math"
	"os"
	"slices"

	"colonnade/a3c/cli"
	"colonnade/a3c/view"
	"colonnade/bench/figure"
)

// curve is what is printed of one line of a figure: how many runs it is the mean of, how far they
// are, and what they score there.
type curve struct {
	Figure int    `json:"figure"`
	Name   string `json:"name"`
	Runs   int    `json:"runs"`
	Steps  int64  `json:"steps"` // that all of its runs have done
	// of the training episodes of the last twentieth of these steps; nil: none ended there
	Score  *float64 `json:"score,omitempty"`
	Spread *float64 `json:"spread,omitempty"`
}

// drawCurves draws figure 4 from the first columns, and figure 5 from the transfers, that DIR
// holds.
func (o *options) drawCurves(stdout, stderr io.Writer) error {
	runs, err := figure.Find(*o.runs)
	if err != nil {
		return err
	}
	out := *o.out
	if out == "" {
		out = *o.runs
	}
	if err := os.MkdirAll(out, 0o777); err != nil {
		return err
	}
	var columns, transfers []figure.Run
	for _, r := range runs {
		if !slices.ContainsFunc(r.Windows, func(p figure.Point) bool { return p.Episodes > 0 }) {
			fmt.Fprintf(stderr, "figures: note: left out %s: no training episode has ended in it yet\n", r.Path)
			continue
		}
		if r.Method == "" {
			columns = append(columns, r)
		} else {
			transfers = append(transfers, r)
		}
	}
	var curves []curve
	if len(columns) > 0 && *o.figure != 5 {
		groups := figure.GroupBy(columns, naming(columns, func(r *figure.Run) string { return r.Net + " " + r.Width }))
		axes := view.Axes{Title: "learning in simulation: mean and standard deviation", X: "environment steps",
			Y: "score of an episode", Legend: view.LegendBeside}
		if err := figure.Write(out, "figure-4", axes, figure.Bands(groups)); err != nil {
			return err
		}
		curves = append(curves, describe(4, groups)...)
	}
	if len(transfers) > 0 && *o.figure != 4 {
		groups := figure.GroupBy(transfers, naming(transfers, transferName))
		axes := view.Axes{Title: "transfer: median of 41 episodes, mean and standard deviation over runs",
			X: "environment steps", Y: "score of an episode", Legend: view.LegendBeside}
		if err := figure.Write(out, "figure-5", axes, figure.MedianBands(groups)); err != nil {
			return err
		}
		curves = append(curves, describe(5, groups)...)
	}
	if len(curves) == 0 {
		if *o.figure == 0 {
			return fmt.Errorf("%s holds no runs to draw", *o.runs)
		}
		return fmt.Errorf("%s holds no runs for figure %d", *o.runs, *o.figure)
	}
	for _, c := range curves {
		score := "no episode"
		if c.Score != nil {
			score = fmt.Sprintf("score %.2f +- %.2f", *c.Score, *c.Spread)
		}
		fmt.Fprintf(stderr, "figure %d: %-28s %d runs of %d steps, %s in the last twentieth\n", c.Figure, c.Name,
			c.Runs, c.Steps, score)
	}
	return cli.Result(stdout, map[string]any{"out": out, "curves": curves})
}

// transferName names a transfer's method and, where the method leaves it open, the width of the new
// column.
func transferName(r *figure.Run) string {
	if r.Method == "progressive" {
		return r.Method + " " + r.Width
	}
	return r.Method
}

// naming returns a name for groups of runs: what kind says, and in which world, from what and with
// how many workers they learn where that differs among them, as runs of different worlds have no
// mean.
func naming(runs []figure.Run, kind func(r *figure.Run) string) func(r *figure.Run) string {
	traits := []func(r *figure.Run) string{
		func(r *figure.Run) string { return r.Task },
		func(r *figure.Run) string { return r.Domain },
		func(r *figure.Run) string { return r.Env },
		func(r *figure.Run) string { return r.Inputs },
		func(r *figure.Run) string { return fmt.Sprintf("workers %d", r.Workers) },
	}
	var differing []func(r *figure.Run) string
	for _, trait := range traits {
		if slices.ContainsFunc(runs, func(r figure.Run) bool { return trait(&r) != trait(&runs[0]) }) {
			differing = append(differing, trait)
		}
	}
	return func(r *figure.Run) string {
		name := kind(r)
		for _, trait := range differing {
			name += ", " + trait(r)
		}
		return name
	}
}

func describe(number int, groups []figure.Group) []curve {
	var curves []curve
	for _, g := range groups {
		steps := g.Runs[0].Done()
		for i := range g.Runs {
			steps = min(steps, g.Runs[i].Done())
		}
		var scores []float64
		for i := range g.Runs {
			scores = append(scores, figure.MeanScore(g.Runs[i].Until(steps), steps*19/20))
		}
		c := curve{Figure: number, Name: g.Name, Runs: len(g.Runs), Steps: steps}
		if mean, spread := figure.MeanSpread(scores); !math.IsNaN(mean) {
			c.Score, c.Spread = &mean, &spread
		}
		curves = append(curves, c)
	}
	return curves
}
