package main

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"time"

	"colonnade/kernels/peak"
)

// measured is a line with its figures, as the raw record holds it.
type measured struct {
	line
	Peak    []float64 `json:"peak_gflops"` // highest of each round
	Results []result  `json:"results"`
}

// result is one candidate's figures.
type result struct {
	Library string    `json:"library"`
	Variant string    `json:"variant,omitempty"`
	Less    bool      `json:"less,omitempty"` // it did a part of the work only
	GFLOPS  []float64 `json:"gflops"`         // of each round
}

// agreement is how far results may lie apart, relative to the largest one.
const agreement = 1e-4

// measure checks that all candidates of a line agree and times them in rounds of at least span
// each, in turns with the peak of the instructions that all of them may use.
func measure(l line, rounds int, span time.Duration, implementation string) (*measured, error) {
	candidates, err := l.make()
	if err != nil {
		return nil, fmt.Errorf("%s %s, batch %d: %w", l.Layer, l.Pass, l.Batch, err)
	}
	defer func() {
		for _, c := range candidates {
			if c.free != nil {
				c.free()
			}
		}
		candidates = nil
		runtime.GC() // what the next line allocates finds the memory of this one
	}()
	if err := agree(candidates); err != nil {
		return nil, fmt.Errorf("%s %s, batch %d: %w", l.Layer, l.Pass, l.Batch, err)
	}
	m := &measured{line: l}
	times := make([]int, len(candidates))
	for i, c := range candidates {
		m.Results = append(m.Results, result{Library: c.library, Variant: c.variant, Less: c.less})
		if times[i], err = calls(c, span); err != nil {
			return nil, err
		}
	}
	order := rand.New(rand.NewPCG(1, 1))
	for range rounds {
		top := 0.0
		for _, i := range order.Perm(len(candidates)) {
			top = max(top, peak.Of(implementation, time.Millisecond))
			if err := candidates[i].run(1); err != nil { // warms the caches
				return nil, err
			}
			took, err := timed(candidates[i], times[i])
			if err != nil {
				return nil, err
			}
			m.Results[i].GFLOPS = append(m.Results[i].GFLOPS, rounded(l.FLOP*float64(times[i])/took.Seconds()/1e9))
		}
		m.Peak = append(m.Peak, rounded(top))
	}
	return m, nil
}

// rounded keeps the record short: no clock knows more digits.
func rounded(gflops float64) float64 { return math.Round(1e3*gflops) / 1e3 }

func timed(c candidate, times int) (time.Duration, error) {
	start := cpuTime(c.spawns)
	err := c.run(times)
	return max(cpuTime(c.spawns)-start, 1), err
}

// calls returns how many calls of a candidate take about span.
func calls(c candidate, span time.Duration) (int, error) {
	for times := 1; ; times *= 4 {
		took, err := timed(c, times)
		if err != nil {
			return 0, err
		}
		if took >= span/4 {
			return max(int(float64(times)*float64(span)/float64(took)), 1), nil
		}
	}
}

// agree runs every candidate once and compares its result with the first one's.
func agree(candidates []candidate) error {
	var want []float32
	for i, c := range candidates {
		if err := c.run(1); err != nil {
			return fmt.Errorf("%s %s: %w", c.library, c.variant, err)
		}
		got, err := c.result()
		if err != nil {
			return fmt.Errorf("%s %s: %w", c.library, c.variant, err)
		}
		if i == 0 {
			want = slices.Clone(got)
			continue
		}
		if err := sameNumbers(got, want); err != nil {
			return fmt.Errorf("%s %s computes something else than %s: %w", c.library, c.variant, candidates[0].library,
				err)
		}
	}
	return nil
}

func sameNumbers(got, want []float32) error {
	if len(got) != len(want) {
		return fmt.Errorf("%d numbers, want %d", len(got), len(want))
	}
	largest := 0.0
	for _, v := range want {
		largest = max(largest, math.Abs(float64(v)))
	}
	if largest == 0 {
		return errors.New("every number is 0")
	}
	for i := range want {
		// Written so that NaN fails.
		if d := math.Abs(float64(got[i]) - float64(want[i])); !(d <= agreement*largest) {
			return fmt.Errorf("number %d is %g, want %g", i, got[i], want[i])
		}
	}
	return nil
}
