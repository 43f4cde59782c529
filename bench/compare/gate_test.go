package main

import (
	"fmt"
	"math"
	"strings"
	"testing"
)

var standard = gate{ratio: 1.05, alpha: 0.05, units: []string{"sec/op", "allocs/op"}}

// raw prints values as go test -bench does, a result for each.
func raw(name, unit string, values ...float64) string {
	var b strings.Builder
	for _, v := range values {
		fmt.Fprintf(&b, "pkg: p\nBenchmark%s 1 %g %s\n", name, v, unit)
	}
	return b.String()
}

func judged(t *testing.T, g gate, old, recent string) []verdict {
	t.Helper()
	a, err := parseResults(old)
	if err != nil {
		t.Fatal(err)
	}
	b, err := parseResults(recent)
	if err != nil {
		t.Fatal(err)
	}
	v, err := g.judge(a, b)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// The gate's decision over made-up samples: it takes both, the ratio and the
// significance.
func TestGate(t *testing.T) {
	steady := []float64{100, 101, 99, 100, 102, 98, 100, 101, 99, 100}
	times := func(k float64, x []float64) []float64 {
		var y []float64
		for _, v := range x {
			y = append(y, k*v)
		}
		return y
	}
	noisy := []float64{80, 150, 90, 140, 100, 130, 85, 145, 95, 135}
	zeros, ones := make([]float64, 10), times(0.01, []float64{100, 100, 100, 100, 100, 100, 100, 100, 100, 100})
	for _, c := range []struct {
		what        string
		unit        string
		old, recent []float64
		regression  bool
	}{
		{"the same", "ns/op", steady, steady, false},
		{"clearly slower", "ns/op", steady, times(1.2, steady), true},
		{"clearly faster", "ns/op", steady, times(0.8, steady), false},
		{"significant, but less than the ratio", "ns/op", steady, times(1.04, steady), false},
		{"more than the ratio, but noise", "ns/op", noisy, times(1.1, noisy), false},
		{"noisy and far slower", "ns/op", noisy, times(3, noisy), true},
		{"an allocation where there was none", "allocs/op", zeros, ones, true},
		{"an allocation less", "allocs/op", ones, zeros, false},
		{"no allocations", "allocs/op", zeros, zeros, false},
	} {
		v := judged(t, standard, raw("X", c.unit, c.old...), raw("X", c.unit, c.recent...))
		if len(v) != 1 {
			t.Errorf("%s: %d verdicts, want 1", c.what, len(v))
		} else if v[0].regression != c.regression {
			t.Errorf("%s: regression %t, want %t: %+v", c.what, v[0].regression, c.regression, v[0])
		}
	}
}

// Of many figures some differ by chance: a p that is convincing alone is not
// among forty, a clear one still is.
func TestManyFigures(t *testing.T) {
	old, recent := "", ""
	for i := range 40 {
		// 10 % slower by the median, p = 0.038 each.
		old += raw(fmt.Sprintf("Chance%d", i), "ns/op", 100, 101, 99, 100.5, 99.5, 125, 130, 98)
		recent += raw(fmt.Sprintf("Chance%d", i), "ns/op", 110, 111, 109, 110.5, 109.5, 135, 140, 108)
	}
	one := judged(t, standard, raw("X", "ns/op", 100, 101, 99, 100.5, 99.5, 125, 130, 98), raw("X", "ns/op", 110, 111,
		109, 110.5, 109.5, 135, 140, 108))
	if !one[0].regression {
		t.Errorf("alone: %+v", one[0])
	}
	old += raw("Clear", "ns/op", 100, 101, 99, 102, 98, 103, 97, 104)
	recent += raw("Clear", "ns/op", 200, 201, 199, 202, 198, 203, 197, 204)
	verdicts := judged(t, standard, old, recent)
	for _, v := range verdicts {
		if v.regression != (v.name == "Clear") {
			t.Errorf("%+v", v)
		}
	}
}

// Holm's example in numbers: the i-th smallest of m counts m-i+1 times, and
// none less than the one before.
func TestCorrection(t *testing.T) {
	verdicts := []verdict{{p: 0.04}, {p: 0.01}, {p: 1}, {p: 0.03}, {p: 0.015}}
	if tests := correct(verdicts); tests != 4 {
		t.Errorf("%d tests, want 4", tests)
	}
	for i, want := range []float64{0.06, 0.04, 1, 0.06, 0.045} {
		if math.Abs(verdicts[i].p-want) > 1e-12 {
			t.Errorf("p %d is %g, want %g", i, verdicts[i].p, want)
		}
	}
}

// A gate that cannot close says so.
func TestTooFewRounds(t *testing.T) {
	old, recent := "", ""
	for i := range 10 {
		old += raw(fmt.Sprintf("X%d", i), "ns/op", 1, 2, 3, 4)
		recent += raw(fmt.Sprintf("X%d", i), "ns/op", 10, 20, 30, 40)
	}
	a, _ := parseResults(old)
	b, _ := parseResults(recent)
	if v, err := standard.judge(a, b); err == nil {
		t.Errorf("4 rounds judge 10 figures: %+v", v)
	}
}

func TestSmallestP(t *testing.T) {
	for n, want := range map[int]float64{1: 1, 3: 0.1, 4: 2.0 / 70, 5: 2.0 / 252} {
		if got := smallestP(n); math.Abs(got-want) > 1e-12 {
			t.Errorf("n = %d: %g, want %g", n, got, want)
		}
	}
}

// Where higher is better, less is a regression; units that the gate does not
// name, or whose direction nobody told, are not judged.
func TestUnits(t *testing.T) {
	g := standard
	g.units = []string{"steps/s", "shares"}
	header := "Unit steps/s better=higher\n"
	fast, slow := raw("X", "steps/s", 100, 101, 99, 102, 98), raw("X", "steps/s", 50, 51, 49, 52, 48)
	if v := judged(t, g, header+fast, header+slow); len(v) != 1 || !v[0].regression || v[0].worse != 2 {
		t.Errorf("half the steps: %+v", v)
	}
	if v := judged(t, g, header+slow, header+fast); len(v) != 1 || v[0].regression || v[0].worse != 0.5 {
		t.Errorf("twice the steps: %+v", v)
	}
	if v := judged(t, g, raw("X", "shares", 1, 1, 1, 1), raw("X", "shares", 9, 9, 9, 9)); len(v) != 0 {
		t.Errorf("a unit without direction is judged: %+v", v)
	}
	if v := judged(t, standard, raw("X", "B/op", 1, 1, 1, 1), raw("X", "B/op", 9, 9, 9, 9)); len(v) != 0 {
		t.Errorf("a unit that the gate does not name is judged: %+v", v)
	}
}

// Benchmarks of one side alone are named, not judged.
func TestMissing(t *testing.T) {
	old := raw("A", "ns/op", 1, 2) + raw("B", "ns/op", 1, 2)
	recent := raw("B", "ns/op", 1, 2) + raw("C", "ns/op", 1, 2)
	if v := judged(t, standard, old, recent); len(v) != 1 || v[0].name != "B" {
		t.Errorf("judged: %+v", v)
	}
	a, _ := parseResults(old)
	b, _ := parseResults(recent)
	if got := fmt.Sprint(missing(a, b), missing(b, a)); got != "[p A] [p C]" {
		t.Errorf("missing %s", got)
	}
}

func TestNothingRan(t *testing.T) {
	if _, err := parseResults("PASS\n"); err == nil {
		t.Error("results without a benchmark are accepted")
	}
	if _, err := parseResults("BenchmarkX 1 fast ns/op\n"); err == nil {
		t.Error("a line that is no result is accepted")
	}
}

func TestVerdictPrints(t *testing.T) {
	v := verdict{figure: figure{"p", "X", "allocs/op"}, old: 0, recent: 1, worse: math.Inf(1), p: 0.001,
		regression: true}
	if got := v.String(); !strings.HasPrefix(got, "! ") || !strings.Contains(got, "+Inf%") {
		t.Errorf("%q", got)
	}
	v = verdict{figure: figure{"p", "X", "allocs/op"}, p: 1}
	if got := v.String(); !strings.Contains(got, "+0.0%") {
		t.Errorf("%q", got)
	}
}
