package main

import (
	"fmt"
	"io"
	"slices"
)

// report prints what is significantly different, the worst first.
func report(w io.Writer, o *options, verdicts []verdict, onlyOld, onlyNew []string) {
	shown := slices.Clone(verdicts)
	shown = slices.DeleteFunc(shown, func(v verdict) bool { return v.p >= o.gate.alpha })
	slices.SortStableFunc(shown, func(a, b verdict) int {
		switch {
		case a.worse > b.worse:
			return -1
		case a.worse < b.worse:
			return 1
		}
		return 0
	})
	fmt.Fprintf(w, "%d figures compared over %d rounds; %d differ (p < %g), %d are worse by more than a factor of %g\n",
		len(verdicts), o.count, len(shown), o.gate.alpha, count(verdicts), o.gate.ratio)
	for _, v := range shown {
		fmt.Fprintln(w, v)
	}
	for _, name := range onlyOld {
		fmt.Fprintln(w, "only in the old commit:", name)
	}
	for _, name := range onlyNew {
		fmt.Fprintln(w, "only in the working tree:", name)
	}
}
