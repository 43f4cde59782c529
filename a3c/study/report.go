package study

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"path/filepath"
	"slices"
	"strconv"

	"colonnade/a3c/view"
	"colonnade/nn/safetensors"
)

// All returns every score there is so far, by trial and rung. Any goroutine may call it.
func (s *Study) All() ([]Score, error) {
	var all []Score
	for number := range s.Trials {
		for rung := range s.Rungs {
			score, ok, err := s.score(s.Draw(number), rung)
			if err != nil {
				return nil, err
			}
			if ok {
				all = append(all, score)
			}
		}
	}
	return all, nil
}

// Report writes the table of all scores and the picture of the sorted ones into the study's folder, and returns the best
// trial: of those that came farthest the one with the highest score. ok is false if there is no score yet.
func (s *Study) Report() (best Score, ok bool, err error) {
	all, err := s.All()
	if err != nil || len(all) == 0 {
		return Score{}, false, err
	}
	if err := s.writeTable(all); err != nil {
		return Score{}, false, err
	}
	var bands []view.Band
	for rung := range s.Rungs {
		var reached []Score
		for _, score := range all {
			if score.Rung == rung {
				reached = append(reached, score)
			}
		}
		if len(reached) == 0 {
			continue
		}
		slices.SortFunc(reached, Worse)
		best = reached[len(reached)-1]
		slices.Reverse(reached)
		band := view.Band{Name: fmt.Sprintf("after %d steps", best.Steps)}
		for i, score := range reached {
			band.X = append(band.X, float64(i+1))
			band.Mean = append(band.Mean, score.Score)
		}
		bands = append(bands, band)
	}
	axes := view.Axes{Title: fmt.Sprintf("%d trials", s.Trials), X: "trials, best first", Y: "score of the evaluation", Legend: view.LegendBeside}
	for name, format := range map[string]view.Format{"scores.svg": view.SVG, "scores.png": view.PNG} {
		var b bytes.Buffer
		if err := view.WriteBands(&b, format, axes, bands); err != nil {
			return Score{}, false, err
		}
		if err := safetensors.WriteFile(filepath.Join(s.path, name), b.Bytes()); err != nil {
			return Score{}, false, err
		}
	}
	return best, true, nil
}

func (s *Study) writeTable(all []Score) error {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	w.Write([]string{"trial", "rung", "seed", "learning_rate", "entropy_cost", "steps", "score", "ci95", "reached", "violations", "diverged"})
	number := func(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) }
	for _, v := range all {
		w.Write([]string{strconv.Itoa(v.Trial), strconv.Itoa(v.Rung), strconv.FormatUint(v.Seed, 10), number(v.LearningRate), number(v.EntropyCost),
			strconv.FormatInt(v.Steps, 10), number(v.Score), number(v.CI95), number(v.Reached), number(v.Violations), v.Diverged})
	}
	w.Flush()
	return safetensors.WriteFile(filepath.Join(s.path, "trials.csv"), b.Bytes())
}
