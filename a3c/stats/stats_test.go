package stats

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

func near(t *testing.T, what string, got, want, within float64) {
	t.Helper()
	if !(math.Abs(got-want) <= within) {
		t.Errorf("%s: %g, want %g", what, got, want)
	}
}

func TestSummarize(t *testing.T) {
	s := Summarize([]float64{2, 4, 4, 4, 5, 5, 7, 9})
	near(t, "mean", s.Mean, 5, 1e-12)
	near(t, "deviation", s.Deviation, math.Sqrt(32.0/7), 1e-12)
	near(t, "interval", s.CI95, 2.3646*math.Sqrt(32.0/7)/math.Sqrt(8), 5e-3)
	if s := Summarize([]float64{3}); s != (Summary{Mean: 3}) {
		t.Errorf("one value: %+v", s)
	}
	if s := Summarize(nil); s != (Summary{}) {
		t.Errorf("no value: %+v", s)
	}
}

func TestText(t *testing.T) {
	if got := Text(33.018, 2.306, 5); got != "33.02 +- 2.31 (95 %)" {
		t.Errorf("five values: %q", got)
	}
	if got := Text(33.018, 0, 1); got != "33.02" {
		t.Errorf("one value has no interval: %q", got)
	}
}

// TestStudent: a table of Student's t (97.5 %); in between, rounded down.
func TestStudent(t *testing.T) {
	for nu, want := range map[float64]float64{0.5: 12.706, 1: 12.706, 2: 4.303, 2.9: 4.303, 3: 3.182, 4: 2.776,
		5: 2.571, 10: 2.228, 30: 2.042, 100: 1.984} {
		near(t, fmt.Sprint("nu ", nu), StudentT975(nu), want, 0.002*want)
	}
}

// TestWilson: Newcombe 1998, Statistics in Medicine 17, table I, method 3; and both ends.
func TestWilson(t *testing.T) {
	for _, c := range []struct {
		hits, n   int
		low, high float64
	}{{81, 263, 0.2553, 0.3662}, {15, 148, 0.0624, 0.1605}, {0, 20, 0, 0.1611}, {1, 29, 0.0061, 0.1718},
		{29, 29, 0.8830, 1}} {
		i := Wilson(c.hits, c.n)
		near(t, fmt.Sprint(c, " low"), i[0], c.low, 6e-5)
		near(t, fmt.Sprint(c, " high"), i[1], c.high, 6e-5)
	}
	if i := Wilson(0, 0); i != (Interval{0, 1}) {
		t.Errorf("no trials: %v", i)
	}
	if low, high := Wilson(0, 7)[0], Wilson(7, 7)[1]; low != 0 || high != 1 {
		t.Errorf("ends: %g, %g", low, high)
	}
}

// TestPairedExact: with few differences all signs can be counted.
func TestPairedExact(t *testing.T) {
	b := make([]float64, 5)
	near(t, "all one way", Paired([]float64{1, 2, 3, 4, 5}, b).P, 2.0/32, 0.01)   // +++++ and -----
	near(t, "one against", Paired([]float64{-1, 2, 3, 4, 5}, b).P, 4.0/32, 0.012) // and those with 1 turned
	c := Paired([]float64{3, 3, 3}, []float64{3, 3, 3})
	if c.Difference != 0 || c.CI95 != 0 || c.P != 1 || c.Significant() {
		t.Errorf("no difference: %+v", c)
	}
}

// TestPairedUsesThePairs: a small advantage in every episode shows although episodes differ much;
// unpaired it is lost.
func TestPairedUsesThePairs(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	var a, b []float64
	for range 100 {
		luck := 15 * rng.NormFloat64()
		b = append(b, luck+rng.NormFloat64())
		a = append(a, luck+rng.NormFloat64()+1)
	}
	paired, unpaired := Paired(a, b), Unpaired(a, b)
	if !paired.Significant() || paired.Test != PairedTest || paired.CI95 > 0.5 || paired.P > 0.001 {
		t.Errorf("paired: %+v", paired)
	}
	if unpaired.Significant() || unpaired.Test != UnpairedTest || unpaired.CI95 < 3 {
		t.Errorf("unpaired: %+v", unpaired)
	}
	near(t, "the difference is the same", paired.Difference, unpaired.Difference, 1e-9)
	if again := Paired(a, b); again != paired {
		t.Error("the same scores, another result")
	}
	if swapped := Paired(b, a); swapped.Difference != -paired.Difference || swapped.P != paired.P {
		t.Errorf("swapped: %+v", swapped)
	}
}

// TestSize: where nothing differs, a test at 5 % finds something in about 5 % of cases, for skewed
// scores and, unpaired, for sides of different spread and number; where something does, in most.
func TestSize(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	score := func(shift float64) float64 { // a third of episodes fail
		if rng.IntN(3) == 0 {
			return 0
		}
		return 36 + shift + 4*rng.NormFloat64()
	}
	const rounds = 60
	count := map[string]int{}
	for range rounds {
		var a, b, better, wide, narrow []float64
		for i := range 40 {
			a, b, better = append(a, score(0)), append(b, score(0)), append(better, score(0)+14)
			narrow = append(narrow, rng.NormFloat64())
			if i < 10 { // the smaller side has the larger spread: there a test of the bare difference finds what is not
				wide = append(wide, 5*rng.NormFloat64())
			}
		}
		for name, c := range map[string]Comparison{
			"paired": Paired(a, b), "unpaired": Unpaired(a, b), "spread": Unpaired(narrow, wide),
			"paired better": Paired(better, b), "unpaired better": Unpaired(better, b),
		} {
			if c.Significant() {
				count[name]++
			}
		}
	}
	for _, name := range []string{"paired", "unpaired", "spread"} {
		if count[name] > rounds/6 { // 3 expected; 11 or more in 1 of 5000 such tests
			t.Errorf("%s: significant in %d of %d cases where nothing differs", name, count[name], rounds)
		}
	}
	for _, name := range []string{"paired better", "unpaired better"} {
		if count[name] < rounds*3/4 {
			t.Errorf("%s: significant in %d of %d cases", name, count[name], rounds)
		}
	}
}

func TestUnpairedEdges(t *testing.T) {
	if c := Unpaired([]float64{1, 1}, []float64{2, 2, 2}); c.Difference != -1 || c.CI95 != 0 || c.P > 0.15 ||
		c.P < 0.05 { // 1 order of 10
		t.Errorf("without spread: %+v", c)
	}
	if c := Unpaired([]float64{1}, []float64{2}); c.P != 1 || c.CI95 != 0 {
		t.Errorf("one against one: %+v", c)
	}
	for name, f := range map[string]func(){
		"numbers": func() { Paired([]float64{1}, nil) }, "none": func() { Paired(nil, nil) },
		"none at all": func() { Unpaired(nil, []float64{1}) },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: no panic", name)
				}
			}()
			f()
		}()
	}
}

func ExamplePaired() {
	trained, untrained := []float64{40, 38, 0, 41, 39, 37, 40, 36}, []float64{0, 2, 0, 0, 1, 0, 0, 3}
	c := Paired(trained, untrained)
	fmt.Printf("%.1f +- %.1f, significant: %t\n", c.Difference, c.CI95, c.Significant())
	// Output: 33.1 +- 11.4, significant: true
}

func TestMedian(t *testing.T) {
	values := []float64{4, 1, 3, 2}
	if m := Median(values); m != 2.5 || values[0] != 4 {
		t.Errorf("median %g, values now %v", m, values)
	}
	if m := Median(values[:3]); m != 3 {
		t.Errorf("median %g, want 3", m)
	}
	if m := Median(nil); !math.IsNaN(m) {
		t.Errorf("median of nothing: %g", m)
	}
}
