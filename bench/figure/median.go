package figure

import (
	"math"
	"slices"

	"colonnade/a3c/lab/chart"
)

// medianEpisodes is how many episodes the median filter looks at, an odd number.
const medianEpisodes = 41

// MedianBands returns each group's curve as the paper draws transfer: the raw scores of all
// training episodes, median filtered, then mean and standard deviation over runs. Runs that did not
// keep their episodes' scores have no curve.
func MedianBands(groups []Group) []chart.Band {
	filtered := make([]Group, len(groups))
	for g := range groups {
		filtered[g].Name = groups[g].Name
		for i := range groups[g].Runs {
			run := groups[g].Runs[i]
			run.Windows = medianFilter(run.Windows)
			filtered[g].Runs = append(filtered[g].Runs, run)
		}
	}
	return Bands(filtered)
}

// medianFilter returns a point for each episode, its score being the median of the episodes around
// it. An episode counts as ended at the end of its window.
func medianFilter(windows []Point) []Point {
	var episodes []Point
	for _, w := range windows {
		for _, score := range w.Scores {
			episodes = append(episodes, Point{Steps: w.Steps, Episodes: 1, Score: float64(score)})
		}
	}
	filtered := slices.Clone(episodes)
	around := make([]float64, 0, medianEpisodes)
	for i := range episodes {
		around = around[:0]
		for j := max(i-medianEpisodes/2, 0); j <= min(i+medianEpisodes/2, len(episodes)-1); j++ {
			around = append(around, episodes[j].Score)
		}
		filtered[i].Score = median(around)
	}
	return filtered
}

// Median returns the middle value, or the mean of the two in the middle; not a number where there
// is none.
func Median(values []float64) float64 { return median(slices.Clone(values)) }

// median sorts the values.
func median(values []float64) float64 {
	if len(values) == 0 {
		return math.NaN()
	}
	slices.Sort(values)
	middle := len(values) / 2
	if len(values)%2 == 1 {
		return values[middle]
	}
	return (values[middle-1] + values[middle]) / 2
}
