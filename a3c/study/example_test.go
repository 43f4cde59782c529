package study_test

import (
	"fmt"

	"colonnade/a3c/study"
)

// What a search of nine trials by successive halving draws, and what it costs.
func Example() {
	s := study.Settings{
		Trials: 9, Seed: 1, Steps: 900_000, Rungs: 3, ReductionFactor: 3,
		LearningRate: study.Range{Low: 5e-5, High: 5e-3}, EntropyCost: study.Range{Low: 1e-5, High: 1e-2},
	}
	if err := s.Validate(); err != nil {
		fmt.Println(err)
		return
	}
	first := s.Draw(0)
	fmt.Println(first.Name(), first.Seed, first == s.Draw(0))
	fmt.Println(s.Budget(), "steps instead of", int64(s.Trials)*s.Steps)
	// Output:
	// trial-000 1 true
	// 2100000 steps instead of 8100000
}

// Ranges are written as flags take them.
func ExampleParseRange() {
	r, err := study.ParseRange("5e-5..5e-3")
	fmt.Println(r.Low, r.High, err)
	_, err = study.ParseRange("5e-3..5e-5")
	fmt.Println(err)
	// Output:
	// 5e-05 0.005 <nil>
	// "5e-3..5e-5": want 0 < LOW <= HIGH
}
