package main

import (
	"cmp"
	"fmt"
	"slices"

	"colonnade/a3c/live"
	"colonnade/a3c/study"
)

// mostTrials is as many rows as the live page shows.
const mostTrials = 100

// trials returns the table of the study's scores for the live page: those that came farthest first, of these the best.
func trials(s *study.Study) (live.Table, error) {
	table := live.Table{Head: []string{"trial", "rung", "learning rate", "entropy cost", "steps", "score", "95 %", "reached", "violations", ""}}
	all, err := s.All()
	if err != nil {
		return table, err
	}
	slices.SortStableFunc(all, func(a, b study.Score) int {
		return cmp.Or(b.Rung-a.Rung, -study.Worse(a, b))
	})
	for _, v := range all[:min(len(all), mostTrials)] {
		note := ""
		if v.Diverged != "" {
			note = "diverged"
		}
		table.Rows = append(table.Rows, []string{fmt.Sprint(v.Trial), fmt.Sprint(v.Rung), fmt.Sprint(v.LearningRate), fmt.Sprint(v.EntropyCost),
			fmt.Sprint(v.Steps), fmt.Sprintf("%.2f", v.Score), fmt.Sprintf("+- %.2f", v.CI95),
			fmt.Sprintf("%.0f %%", 100*v.Reached), fmt.Sprintf("%.0f %%", 100*v.Violations), note})
	}
	table.Note = fmt.Sprintf("%d scores of %d trials in %d rungs, by whoever works on this study.", len(all), s.Trials, s.Rungs)
	if left := len(all) - len(table.Rows); left > 0 {
		table.Note += fmt.Sprintf(" The %d worst are not shown.", left)
	}
	return table, nil
}
