package stats

import (
	"fmt"
	"math"
	"math/bits"
	"math/rand/v2"
)

// Names of the tests.
const (
	PairedTest   = "paired: permutation of signs"
	UnpairedTest = "unpaired: permutation of Welch's t"
)

// Comparison is what is known of a difference of means, a's minus b's.
type Comparison struct {
	Test       string  `json:"test"`
	Difference float64 `json:"difference"`
	CI95       float64 `json:"ci95"` // half width of its interval (Student's t, Welch's where unpaired); 0: unknown
	P          float64 `json:"p"`    // probability of a difference at least as large if there were none
}

// Significant reports whether the difference is significant at 5 %.
func (c Comparison) Significant() bool { return c.P < 0.05 }

// permutations is how many are drawn: p is then good to 0.003 at 0.05.
const permutations = 20_000

// Paired compares scores of the same episodes. It panics if their numbers differ or there are none.
func Paired(a, b []float64) Comparison {
	if len(a) != len(b) || len(a) == 0 {
		panic(fmt.Sprintf("stats: paired comparison of %d and %d scores", len(a), len(b)))
	}
	differences := make([]float64, len(a))
	sum, size := 0.0, 0.0
	for i := range a {
		differences[i] = a[i] - b[i]
		sum += differences[i]
		size += math.Abs(differences[i])
	}
	s := Summarize(differences)
	rng := rand.NewPCG(uint64(len(a)), 0x9a17)
	p := proportion(func() bool {
		turned := 0.0
		for i := 0; i < len(differences); i += 64 {
			signs := rng.Uint64()
			for _, d := range differences[i:min(i+64, len(differences))] {
				// The lowest bit as the sign: without a branch that half of the time goes the other
				// way.
				turned += math.Float64frombits(math.Float64bits(d) ^ signs<<63)
				signs = bits.RotateLeft64(signs, -1)
			}
		}
		return math.Abs(turned) >= math.Abs(sum)-tolerance*size
	})
	return Comparison{PairedTest, s.Mean, s.CI95, p}
}

// Unpaired compares scores of episodes that have nothing to do with each other. It panics if there
// are none on one side.
func Unpaired(a, b []float64) Comparison {
	if len(a) == 0 || len(b) == 0 {
		panic(fmt.Sprintf("stats: unpaired comparison of %d and %d scores", len(a), len(b)))
	}
	difference, t, half := welch(a, b)
	all := make([]float64, 0, len(a)+len(b))
	all = append(append(all, a...), b...)
	rng := rand.New(rand.NewPCG(uint64(len(a)), uint64(len(b))))
	p := proportion(func() bool {
		for i := range a { // the first scores of a random order
			j := i + rng.IntN(len(all)-i)
			all[i], all[j] = all[j], all[i]
		}
		_, dealt, _ := welch(all[:len(a)], all[len(a):])
		return math.Abs(dealt) >= math.Abs(t)*(1-tolerance)
	})
	return Comparison{UnpairedTest, difference, half, p}
}

// tolerance is the share by which rounding may part what is equal.
const tolerance = 1e-9

// proportion returns how often extreme is true, the observed order included.
func proportion(extreme func() bool) float64 {
	count := 1
	for range permutations {
		if extreme() {
			count++
		}
	}
	return float64(count) / (permutations + 1)
}

// welch returns the difference of means, Welch's t, and the half width of the difference's 95 %
// interval.
func welch(a, b []float64) (difference, t, half float64) {
	meanA, varianceA := moments(a)
	meanB, varianceB := moments(b)
	difference = meanA - meanB
	partA, partB := varianceA/float64(len(a)), varianceB/float64(len(b))
	spread := math.Sqrt(partA + partB)
	switch {
	case spread > 0:
		t = difference / spread
	case difference != 0:
		t = math.Inf(1)
	}
	if len(a) < 2 || len(b) < 2 || spread == 0 {
		return difference, t, 0
	}
	nu := (partA + partB) * (partA + partB) / (partA*partA/float64(len(a)-1) + partB*partB/float64(len(b)-1))
	return difference, t, StudentT975(nu) * spread
}
