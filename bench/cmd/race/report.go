package main

import (
	"bytes"
	"fmt"
	"io"
	"math"
	"path/filepath"
	"strings"

	"colonnade/a3c/cli"
	"colonnade/a3c/stats"
	"colonnade/a3c/view"
	"colonnade/bench/figure"
	"colonnade/nn/atomicfile"
)

// thresholds are the scores that the table asks for.
var thresholds = []float64{10, 20, 30}

// summary is what the table says of a contender.
type summary struct {
	Net            string  `json:"net"`
	Learner        string  `json:"learner"`
	StepsPerSecond float64 `json:"steps_per_second"` // median of the rounds
	MiB            float64 `json:"mib"`
	Runs           int     `json:"runs"`
}

// report writes table and picture of all that -out holds.
func (o *options) report(stdout io.Writer) error {
	rates, err := readRates(o.Out)
	if err != nil {
		return err
	}
	runs, err := readRuns(o.Out)
	if err != nil {
		return err
	}
	var summaries []summary
	var groups []figure.Group
	var table bytes.Buffer
	time := "minutes"
	if o.Calculated {
		time = "minutes, calculated"
	}
	fmt.Fprintf(&table, "| network | learner | steps/s | MiB | seed | M steps until %s | %s until %[1]s | end: M steps | score |\n",
		"10, 20, 30", time)
	table.WriteString("|---|---|---|---|---|---|---|---|---|\n")
	for _, c := range contenders() {
		s := summary{Net: c.net, Learner: c.learner}
		s.StepsPerSecond, s.MiB = medians(rates, c)
		group := figure.Group{Name: c.net + " " + c.learner}
		begin := fmt.Sprintf("| %s | %s | %.0f | %.0f |", c.net, c.learner, s.StepsPerSecond, s.MiB)
		for _, r := range runs {
			if r.contender != c {
				continue
			}
			if o.Calculated {
				if s.StepsPerSecond == 0 {
					return fmt.Errorf("the rate of %s is not measured: -calculated needs -rounds", c)
				}
				for i := range r.points {
					r.points[i].Seconds = float64(r.points[i].Steps) / s.StepsPerSecond
				}
			}
			steps, minutes := r.milestones()
			fmt.Fprintf(&table, "%s %d | %s | %s | %.2f | %.1f |\n", begin, r.seed, steps, minutes,
				float64(r.last().Steps)/1e6, recent(r.points))
			begin = "| | | | |"
			group.Runs = append(group.Runs, r.overTime())
			s.Runs++
		}
		if s.Runs > 0 {
			groups = append(groups, group)
		} else if s.StepsPerSecond > 0 {
			fmt.Fprintf(&table, "%s | | | | |\n", begin)
		}
		summaries = append(summaries, s)
	}
	if err := atomicfile.WriteFile(filepath.Join(o.Out, "race.md"), table.Bytes()); err != nil {
		return err
	}
	if len(groups) > 0 {
		if err := draw(o.Out, time, groups); err != nil {
			return err
		}
	}
	return cli.Result(stdout, map[string]any{"contenders": summaries})
}

// medians returns a contender's median rate and memory.
func medians(rates []rate, c contender) (stepsPerSecond, resident float64) {
	var speeds, sizes []float64
	for _, r := range rates {
		if r.contender == c {
			speeds, sizes = append(speeds, r.stepsPerSecond), append(sizes, mib(r.resident))
		}
	}
	if len(speeds) == 0 {
		return 0, 0
	}
	return stats.Median(speeds), stats.Median(sizes)
}

func mib(bytes int64) float64 { return float64(bytes) / (1 << 20) }

// milestones says when the run had the scores of thresholds first: steps in millions, and minutes.
func (r *record) milestones() (steps, minutes string) {
	var s, m []string
	for _, score := range thresholds {
		if p := until(r.points, score); p != nil {
			s = append(s, fmt.Sprintf("%.2f", float64(p.Steps)/1e6))
			m = append(m, fmt.Sprintf("%.1f", p.Seconds/60))
		} else {
			s, m = append(s, "-"), append(m, "-")
		}
	}
	return strings.Join(s, ", "), strings.Join(m, ", ")
}

// overTime returns the run as figure draws it, with milliseconds in the place of steps.
func (r *record) overTime() figure.Run {
	var run figure.Run
	for _, p := range r.points {
		run.Windows = append(run.Windows, figure.Point{Steps: int64(p.Seconds * 1000), Episodes: p.Episodes,
			Score: p.Score})
	}
	return run
}

// draw draws scores over wall-clock time to race.svg.
func draw(out, time string, groups []figure.Group) error {
	bands := figure.Bands(groups)
	for i := range bands {
		for j := range bands[i].X {
			bands[i].X[j] /= 60_000
		}
		bands[i] = without(bands[i])
	}
	axes := view.Axes{Title: "the race: mean and standard deviation over seeds", X: time, Y: "score of an episode",
		Legend: view.LegendBeside}
	var picture bytes.Buffer
	if err := view.WriteBands(&picture, view.SVG, axes, bands); err != nil {
		return err
	}
	return atomicfile.WriteFile(filepath.Join(out, "race.svg"), picture.Bytes())
}

// without returns the band without the parts in which no window ended, as a fast learner's come
// closer than a slow one's.
func without(b view.Band) view.Band {
	var kept view.Band
	kept.Name = b.Name
	for i, mean := range b.Mean {
		if !math.IsNaN(mean) {
			kept.X, kept.Mean = append(kept.X, b.X[i]), append(kept.Mean, mean)
			kept.Low, kept.High = append(kept.Low, b.Low[i]), append(kept.High, b.High[i])
		}
	}
	return kept
}
