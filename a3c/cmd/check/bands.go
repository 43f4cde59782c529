package main

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"math"
	"slices"

	"colonnade/a3c/training"
)

// bands is bands.json: what problems scored where they were measured, and what they may score.
type bands struct {
	Command  string `json:"command"` // that wrote it
	Revision string `json:"revision"`
	CPU      string `json:"cpu"`
	Kernels  string `json:"kernels"`
	Problems []band `json:"problems"`
}

type band struct {
	Name   string    `json:"name"`
	Low    float64   `json:"low"`  // a score from here ...
	High   float64   `json:"high"` // ... to here passes
	Chance float64   `json:"chance"`
	Scores []float64 `json:"scores"` // measured, of seeds 1, 2, ...
}

//go:embed bands.json
var stored []byte

// storedBands returns the committed bands.
func storedBands() (bands, error) {
	var b bands
	if err := json.Unmarshal(stored, &b); err != nil {
		return bands{}, fmt.Errorf("bands.json of this build is damaged: %w", err)
	}
	return b, nil
}

// newBands returns the frame for bands measured on this machine.
func newBands(seeds int) bands {
	info := training.NewInfo(0, "")
	return bands{Command: fmt.Sprintf("check -measure %d", seeds), Revision: info.Revision, CPU: info.CPU,
		Kernels: info.Kernels}
}

// of returns the band of a problem.
func (b *bands) of(name string) (band, error) {
	i := slices.IndexFunc(b.Problems, func(c band) bool { return c.Name == name })
	if i < 0 {
		return band{}, fmt.Errorf("bands.json has no band for %s: measure it with check -measure", name)
	}
	return b.Problems[i], nil
}

// newBand returns the band that follows from measured scores. Another machine's kernels round
// otherwise, which is like another seed; so the band spans the scores of several seeds and a part,
// slack, of their distance from chance.
func (p *problem) newBand(scores []float64) band {
	lowest, highest := slices.Min(scores), slices.Max(scores)
	round := func(v float64) float64 { return math.Round(v*1000) / 1000 }
	return band{
		Name:   p.name,
		Low:    round(lowest - p.slack*(lowest-p.chance)),
		High:   round(min(highest+p.slack*(highest-p.chance), p.optimum)),
		Chance: p.chance, Scores: scores,
	}
}

// holds tells whether a score is within the band.
func (b *band) holds(score float64) bool { return score >= b.Low && score <= b.High }
