package study

import (
	"math"
	"testing"
)

// TestDraws: trials do not depend on how many there are, stay in their ranges and fill them evenly
// in the logarithm.
func TestDraws(t *testing.T) {
	s := Settings{Seed: 7, LearningRate: Range{5e-5, 5e-3}, EntropyCost: Range{1e-5, 1e-2}}
	const n = 3000
	low, sum := 0, 0.0
	for i := range n {
		trial := s.Draw(i)
		if trial != s.Draw(i) || trial.Seed != 7+uint64(i) {
			t.Fatalf("trial %d: %+v", i, trial)
		}
		if trial.LearningRate < 5e-5 || trial.LearningRate > 5e-3 || trial.EntropyCost < 1e-5 ||
			trial.EntropyCost > 1e-2 {
			t.Errorf("out of range: %+v", trial)
		}
		if trial.LearningRate < 5e-4 { // the middle of the logarithm
			low++
		}
		sum += math.Log10(trial.EntropyCost)
	}
	// Five standard deviations of a fair coin, and of the mean of a uniform number of width 3.
	if math.Abs(float64(low)/n-0.5) > 5*0.5/math.Sqrt(n) || math.Abs(sum/n+3.5) > 5*3/math.Sqrt(12*n) {
		t.Errorf("%d of %d rates are below the middle, mean logarithm of the entropy cost %g", low, n, sum/n)
	}
}

// TestNarrowRange: rounding to four digits does not leave a range whose ends have more.
func TestNarrowRange(t *testing.T) {
	for _, r := range []Range{{0.00012345, 0.00012345}, {0.00012341, 0.00012344}} {
		for _, u := range []float64{0, 0.5, 0.999} {
			if v := r.draw(u); v < r.Low || v > r.High {
				t.Errorf("%v at %g: %g", r, u, v)
			}
		}
	}
}

func TestBest(t *testing.T) {
	scores := []Score{{Trial: 0}, {Trial: 1}, {Trial: 2}, {Trial: 3, Diverged: "NaN"}}
	scores[0].Score, scores[1].Score, scores[2].Score, scores[3].Score = 5, 7, 5, 9
	for n, want := range map[int][]int{1: {1}, 2: {0, 1}, 3: {0, 1, 2}, 4: {0, 1, 2, 3}} {
		got := best(scores, n)
		if len(got) != n {
			t.Fatalf("best %d: %v", n, got)
		}
		for i := range want {
			if got[i] != want[i] {
				t.Errorf("best %d: %v, want %v", n, got, want)
			}
		}
	}
}

func TestRungs(t *testing.T) {
	s := Settings{Trials: 30, Steps: 27_000, Rungs: 4, ReductionFactor: 3}
	for rung, want := range []int64{1000, 3000, 9000, 27_000} {
		if got := s.rungSteps(rung); got != want {
			t.Errorf("rung %d ends after %d steps, want %d", rung, got, want)
		}
	}
	if got, want := s.Budget(), int64(30*1000+10*2000+4*6000+2*18_000); got != want {
		t.Errorf("budget %d, want %d", got, want)
	}
}
