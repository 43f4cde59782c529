package study

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"colonnade/a3c/training"
)

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

// Worse orders scores: those that diverged first, then from low to high, of equals the later trial first.
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
