package main

import (
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
	p           float64
	regression  bool
}

// judge compares the figures that both sides have, in the units of the gate.
func (g *gate) judge(old, recent *results) []verdict {
	var verdicts []verdict
	thresholds := &benchmath.Thresholds{CompareAlpha: g.alpha}
	for _, f := range recent.order {
		better := recent.units.GetBetter(f.unit)
		if old.values[f] == nil || better == 0 || !slices.Contains(g.units, f.unit) {
			continue
		}
		a, b := benchmath.NewSample(old.values[f], thresholds), benchmath.NewSample(recent.values[f], thresholds)
		assumption := benchmath.AssumeNothing
		v := verdict{figure: f, old: assumption.Summary(a, 0.95).Center, recent: assumption.Summary(b, 0.95).Center, p: assumption.Compare(a, b).P}
		if better > 0 {
			v.worse = factor(v.old, v.recent)
		} else {
			v.worse = factor(v.recent, v.old)
		}
		v.regression = v.worse > g.ratio && v.p < g.alpha
		verdicts = append(verdicts, v)
	}
	return verdicts
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
	return fmt.Sprintf("%s %+7.1f%%  p=%.3f  %-9s  %.4g -> %.4g  %s %s", mark, change, v.p, v.unit, v.old, v.recent, v.pkg, v.name)
}
