package main

import (
	"fmt"
	"io"

	"colonnade/a3c/cli"
	"colonnade/a3c/view"
	"colonnade/bench/figure"
)

// summary is one loop's result: means over seeds, the spread being their standard deviation.
type summary struct {
	Loop        string  `json:"loop"`
	Seeds       int     `json:"seeds"`
	Score       float64 `json:"score"` // of the training episodes of the last tenth of the steps
	ScoreSpread float64 `json:"score_spread"`
	Area        float64 `json:"area"` // mean score over all steps
	AreaSpread  float64 `json:"area_spread"`
}

// report draws the curves and prints both loops' summaries.
func (o *options) report(stdout, stderr io.Writer) error {
	var groups []figure.Group
	var summaries []summary
	for _, loop := range loops {
		g := figure.Group{Name: loop + " loop"}
		var last, area []float64
		for _, seed := range o.allSeeds() {
			points, err := readCurve(o.curvePath(loop, seed))
			if err != nil {
				return err
			}
			g.Runs = append(g.Runs, figure.Run{Windows: points})
			last = append(last, figure.MeanScore(points, o.length()*9/10))
			area = append(area, figure.MeanScore(points, 0))
		}
		groups = append(groups, g)
		s := summary{Loop: loop, Seeds: o.seeds}
		s.Score, s.ScoreSpread = figure.MeanSpread(last)
		s.Area, s.AreaSpread = figure.MeanSpread(area)
		summaries = append(summaries, s)
		fmt.Fprintf(stderr, "efficiency: %-5s loop: score of the last tenth %.2f +- %.2f, of the whole run %.2f +- %.2f (standard deviation over %d seeds)\n",
			loop, s.Score, s.ScoreSpread, s.Area, s.AreaSpread, o.seeds)
	}
	bands := figure.Bands(groups)
	axes := view.Axes{Title: o.title() + ": fast and plain loop at equal steps", X: "environment steps", Y: "score of an episode"}
	if err := figure.Write(o.out, "curves", axes, bands); err != nil {
		return err
	}
	return cli.Result(stdout, map[string]any{"loops": summaries})
}
