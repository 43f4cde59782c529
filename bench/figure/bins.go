package figure

import (
	"math"
	"slices"

	"colonnade/a3c/stats"
)

// Binned returns the mean score of the episodes that ended in each of some equal parts of the
// steps; not a number where none did.
func Binned(points []Point, steps int64, parts int) []float64 {
	sum, count := make([]float64, parts), make([]float64, parts)
	for _, p := range points {
		if p.Steps > steps {
			continue
		}
		b := min(int((p.Steps-1)*int64(parts)/steps), parts-1)
		sum[b] += p.Score * float64(p.Episodes)
		count[b] += float64(p.Episodes)
	}
	for b := range sum {
		sum[b] /= count[b]
	}
	return sum
}

// MeanScore returns the mean score of the episodes that ended after some steps.
func MeanScore(points []Point, after int64) float64 {
	sum, count := 0.0, 0.0
	for _, p := range points {
		if p.Steps > after {
			sum += p.Score * float64(p.Episodes)
			count += float64(p.Episodes)
		}
	}
	return sum / count
}

// MeanSpread returns mean and standard deviation of the values that are numbers: not a number where
// none is, and no deviation for a single one.
func MeanSpread(values []float64) (mean, spread float64) {
	numbers := slices.DeleteFunc(slices.Clone(values), math.IsNaN)
	if len(numbers) == 0 {
		return math.NaN(), 0
	}
	s := stats.Summarize(numbers)
	return s.Mean, s.Deviation
}
