package main

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"golang.org/x/perf/benchfmt"
	"golang.org/x/perf/benchmath"
)

// figure names what was measured: a benchmark of a package in one unit.
type figure struct{ pkg, name, unit string }

// results are the values of every figure, one for each round, and the units'
// good directions.
type results struct {
	values map[figure][]float64
	order  []figure
	units  benchfmt.UnitMetadataMap
}

// parseResults reads what go test -bench prints.
func parseResults(text string) (*results, error) {
	r := &results{values: map[figure][]float64{}}
	reader := benchfmt.NewReader(strings.NewReader(text), "results")
	for reader.Scan() {
		switch record := reader.Result().(type) {
		case *benchfmt.SyntaxError:
			return nil, record
		case *benchfmt.Result:
			for _, v := range record.Values {
				f := figure{record.GetConfig("pkg"), record.Name.String(), v.Unit}
				if r.values[f] == nil {
					r.order = append(r.order, f)
				}
				r.values[f] = append(r.values[f], v.Value)
			}
		}
	}
	r.units = reader.Units()
	if err := reader.Err(); err != nil {
		return nil, err
	}
	if len(r.order) == 0 {
		return nil, errors.New("no benchmark ran: -bench and -packages match nothing")
	}
	return r, nil
}

// gate decides what a regression is.
type gate struct {
	ratio float64  // by more than this factor worse
	alpha float64  // and significant at this level
	units []string // in one of these units
}

// verdict is the comparison of one figure.
type verdict struct {
	figure
	old, recent float64 // medians
	worse       float64 // by this factor; below 1: better
	p           float64 // of the U test, corrected for the number of figures
	regression  bool
}

// judge compares the figures that both sides have, in the units of the gate. It
// fails if there are too few rounds for so many figures.
func (g *gate) judge(old, recent *results) ([]verdict, error) {
	var verdicts []verdict
	rounds := 0
	thresholds := &benchmath.Thresholds{CompareAlpha: g.alpha}
	for _, f := range recent.order {
		better := recent.units.GetBetter(f.unit)
		if old.values[f] == nil || better == 0 || !slices.Contains(g.units, f.unit) {
			continue
		}
		a, b := benchmath.NewSample(old.values[f], thresholds), benchmath.NewSample(recent.values[f], thresholds)
		assumption := benchmath.AssumeNothing
		v := verdict{figure: f, old: assumption.Summary(a, 0.95).Center, recent: assumption.Summary(b, 0.95).Center,
			p: assumption.Compare(a, b).P}
		if better > 0 {
			v.worse = factor(v.old, v.recent)
		} else {
			v.worse = factor(v.recent, v.old)
		}
		rounds = max(rounds, min(len(a.Values), len(b.Values)))
		verdicts = append(verdicts, v)
	}
	tests := correct(verdicts)
	if least := smallestP(rounds) * float64(tests); least >= g.alpha {
		return nil, fmt.Errorf("%d rounds cannot make any of %d figures significant: take more rounds or fewer "+
			"benchmarks", rounds, tests)
	}
	for i := range verdicts {
		v := &verdicts[i]
		v.regression = v.worse > g.ratio && v.p < g.alpha
	}
	return verdicts, nil
}

// correct replaces the p of each verdict by Holm's, so that the probability of
// any false alarm, not of each one, is below the level: Holm, Scandinavian
// Journal of Statistics 6(2), 1979. It returns how many figures were tested;
// one whose values are all the same was not, its p is 1.
func correct(verdicts []verdict) (tests int) {
	var tested []*verdict
	for i := range verdicts {
		if verdicts[i].p < 1 {
			tested = append(tested, &verdicts[i])
		}
	}
	slices.SortFunc(tested, func(a, b *verdict) int { return cmp.Compare(a.p, b.p) })
	largest := 0.0
	for i, v := range tested {
		largest = max(largest, min(v.p*float64(len(tested)-i), 1))
		v.p = largest
	}
	return len(tested)
}

// smallestP is the p of two samples of n values that do not overlap at all.
func smallestP(n int) float64 {
	p := 2.0
	for i := 1; i <= n; i++ {
		p *= float64(i) / float64(n+i)
	}
	return p
}

// factor is a/b, where nothing by nothing is 1.
func factor(a, b float64) float64 {
	switch {
	case a == b:
		return 1
	case b == 0:
		return math.Inf(1)
	}
	return a / b
}

func count(verdicts []verdict) int {
	n := 0
	for _, v := range verdicts {
		if v.regression {
			n++
		}
	}
	return n
}

// missing returns the benchmarks of a that b lacks.
func missing(a, b *results) []string {
	var names []string
	has := map[string]bool{}
	for f := range b.values {
		has[f.pkg+" "+f.name] = true
	}
	for _, f := range a.order {
		if name := f.pkg + " " + f.name; !has[name] && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

func (v verdict) String() string {
	mark := " "
	if v.regression {
		mark = "!"
	}
	change := 100 * (v.recent/v.old - 1)
	if v.old == v.recent {
		change = 0
	}
	return fmt.Sprintf("%s %+7.1f%%  p=%.3f  %-9s  %.4g -> %.4g  %s %s", mark, change, v.p, v.unit, v.old, v.recent,
		v.pkg, v.name)
}
