package study

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"

	"colonnade/a3c/training"
	"colonnade/a3c/view"
	"colonnade/nn/atomicfile"
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

// Report writes the table of all scores and the picture of the sorted ones into the study's folder,
// and returns the best trial: of those that came farthest the one with the highest score. ok is
// false if there is no score yet.
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
	axes := view.Axes{Title: fmt.Sprintf("%d trials", s.Trials), X: "trials, best first", Y: "score of the evaluation",
		Legend: view.LegendBeside}
	for name, format := range map[string]view.Format{"scores.svg": view.SVG, "scores.png": view.PNG} {
		var b bytes.Buffer
		if err := view.WriteBands(&b, format, axes, bands); err != nil {
			return Score{}, false, err
		}
		if err := atomicfile.WriteFile(filepath.Join(s.path, name), b.Bytes()); err != nil {
			return Score{}, false, err
		}
	}
	return best, true, nil
}

func (s *Study) writeTable(all []Score) error {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	w.Write([]string{"trial", "rung", "seed", "learning_rate", "entropy_cost", "steps", "score", "ci95", "reached",
		"violations", "diverged"})
	number := func(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) }
	for _, v := range all {
		w.Write([]string{strconv.Itoa(v.Trial), strconv.Itoa(v.Rung), strconv.FormatUint(v.Seed, 10),
			number(v.LearningRate), number(v.EntropyCost),
			strconv.FormatInt(v.Steps, 10), number(v.Score), number(v.CI95), number(v.Reached), number(v.Violations),
			v.Diverged})
	}
	w.Flush()
	return atomicfile.WriteFile(filepath.Join(s.path, "trials.csv"), b.Bytes())
}

// Score is what a trial had reached at the end of a rung.
type Score struct {
	Trial        int     `json:"trial"`
	Rung         int     `json:"rung"`
	Seed         uint64  `json:"seed"`
	LearningRate float64 `json:"learning_rate"`
	EntropyCost  float64 `json:"entropy_cost"`
	training.Result
	// Diverged says why the trial came to an early end: its score counts as nothing.
	Diverged string `json:"diverged,omitempty"`
}

// Worse orders scores: those that diverged first, then from low to high, of equals the later trial
// first.
func Worse(a, b Score) int {
	switch {
	case (a.Diverged != "") != (b.Diverged != ""):
		if a.Diverged != "" {
			return -1
		}
		return 1
	case a.Score < b.Score:
		return -1
	case a.Score > b.Score:
		return 1
	}
	return b.Trial - a.Trial
}

func scoreFile(rung int) string { return fmt.Sprintf("rung-%d.json", rung) }

// score reads a trial's score; ok is false if it has none yet.
func (s *Study) score(t Trial, rung int) (score Score, ok bool, err error) {
	path := filepath.Join(s.path, t.Name(), scoreFile(rung))
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return Score{}, false, nil
	}
	if err != nil {
		return Score{}, false, fmt.Errorf("read a score: %w", err)
	}
	if err := json.Unmarshal(data, &score); err != nil {
		return Score{}, false, fmt.Errorf("%s is damaged, delete it to have the trial evaluated again: %w", path, err)
	}
	return score, true, nil
}

func writeScore(dir *training.Folder, score Score) error {
	data, err := json.MarshalIndent(score, "", "  ")
	if err != nil {
		return fmt.Errorf("encode a score: %w", err)
	}
	return dir.WriteFile(scoreFile(score.Rung), append(data, '\n'))
}

// best returns the trials with the highest scores, in the order of their numbers.
func best(scores []Score, n int) []int {
	sorted := slices.Clone(scores)
	slices.SortFunc(sorted, Worse)
	var numbers []int
	for _, s := range sorted[len(sorted)-n:] {
		numbers = append(numbers, s.Trial)
	}
	slices.Sort(numbers)
	return numbers
}
