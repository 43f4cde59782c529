// Package stats computes how certain the result of an evaluation is: intervals of means and rates,
// and tests of whether two policies differ.
//
//	Summarize   mean of scores with a 95 % interval (Student's t)
//	Median      middle of some values
//	Wilson      95 % interval of a rate, such as that of violations (Wilson 1927)
//	Paired      test of two policies on the same episodes
//	Unpaired    test of two policies on unrelated episodes, as in different worlds
//
// # Which test, and why
//
// Scores are far from normal: an episode that never finds the target scores 0, most others about
// 40 of 50. So both are permutation tests, which assume no distribution. Paired flips the signs of
// the differences: if neither policy were better, both signs would be equally likely. Episodes that
// both policies play remove the luck of start and target from the difference. Unpaired reassigns
// the scores to the two groups. It compares Welch's t instead of the difference of means, so that
// it remains a test of means when the spreads differ (Janssen 1997; Chung and Romano 2013).
//
// Permutations come from a fixed random stream: the same scores give the same p. The observed order
// counts as one permutation, so p is never 0 (Phipson and Smyth 2010).
package stats

import (
	"fmt"
	"math"
	"slices"
)

// Summary is what is known of a mean.
type Summary struct {
	Mean      float64
	Deviation float64 // standard deviation of the values; 0 for a single one
	CI95      float64 // half width of the 95 % confidence interval of Mean; 0 for a single value: unknown
}

// Summarize returns the mean of values, all zero if there are none.
func Summarize(values []float64) Summary {
	n := float64(len(values))
	if n == 0 {
		return Summary{}
	}
	mean, variance := moments(values)
	s := Summary{Mean: mean}
	if n > 1 {
		s.Deviation = math.Sqrt(variance)
		s.CI95 = StudentT975(n-1) * s.Deviation / math.Sqrt(n)
	}
	return s
}

// Text puts a mean of n values into words, with its 95 % confidence interval if there are values
// enough for one: "33.02 +- 2.31 (95 %)".
func Text(mean, ci95 float64, n int) string {
	if n < 2 {
		return fmt.Sprintf("%.2f", mean)
	}
	return fmt.Sprintf("%.2f +- %.2f (95 %%)", mean, ci95)
}

// moments returns mean and variance (0 for a single value) of at least one value.
func moments(values []float64) (mean, variance float64) {
	n := float64(len(values))
	for _, v := range values {
		mean += v
	}
	mean /= n
	if n < 2 {
		return mean, 0
	}
	for _, v := range values {
		variance += (v - mean) * (v - mean)
	}
	return mean, variance / (n - 1)
}

// Median returns the middle value, or the mean of the two in the middle; NaN if there are no
// values.
func Median(values []float64) float64 {
	n := len(values)
	if n == 0 {
		return math.NaN()
	}
	sorted := slices.Sorted(slices.Values(values))
	return (sorted[(n-1)/2] + sorted[n/2]) / 2
}

// Interval is a lower and an upper end.
type Interval [2]float64

// normal975 is the 97.5 % quantile of the normal distribution.
const normal975 = 1.959963984540054

// Wilson returns the 95 % confidence interval of a rate of which hits in n trials were seen (Wilson
// 1927). It stays within 0 and 1 and, unlike p ± 1.96 σ, says something where no hit or nothing
// else was seen. Without trials it is 0 to 1.
func Wilson(hits, n int) Interval {
	if n <= 0 {
		return Interval{0, 1}
	}
	const z2 = normal975 * normal975
	count := float64(n)
	p := float64(hits) / count
	centre := (p + z2/(2*count)) / (1 + z2/count)
	half := normal975 / (1 + z2/count) * math.Sqrt(p*(1-p)/count+z2/(4*count*count))
	i := Interval{centre - half, centre + half}
	if hits == 0 { // exactly so, which rounding may miss
		i[0] = 0
	}
	if hits == n {
		i[1] = 1
	}
	return i
}

// StudentT975 returns the 97.5 % quantile of Student's t distribution with nu degrees of freedom,
// rounded down to a whole number of at least 1: exact for 1 and 2, else the expansion about the
// normal quantile (Abramowitz and Stegun 26.7.5), within 0.2 % from 3 on.
func StudentT975(nu float64) float64 {
	nu = max(math.Floor(nu), 1)
	switch nu {
	case 1:
		return math.Tan(math.Pi * 0.475)
	case 2:
		return 0.95 * math.Sqrt(2/(1-0.95*0.95))
	}
	const z = normal975
	const z3, z5, z7, z9 = z * z * z, z * z * z * z * z, z * z * z * z * z * z * z, z * z * z * z * z * z * z * z * z
	return z + (z3+z)/(4*nu) + (5*z5+16*z3+3*z)/(96*nu*nu) +
		(3*z7+19*z5+17*z3-15*z)/(384*nu*nu*nu) +
		(79*z9+776*z7+1482*z5-1920*z3-945*z)/(92160*nu*nu*nu*nu)
}
