// Package units tells benchstat which direction is better for the units of this project's
// benchmarks. It is apart from package machine because the module bench/compare uses it, and must
// not depend on what machine needs.
package units

import "strings"

// better lists units and their good direction. What has none (the share of a
// stage) is not listed, nor what benchstat knows: sec/op, B/op, allocs/op, B/s.
var better = []struct{ unit, direction string }{
	{"GFLOP/s", "higher"},
	{"%peak", "higher"},
	{"steps/s", "higher"},
	{"samples/s", "higher"},
	{"resident-MiB", "lower"},
	{"p50-µs", "lower"},
	{"p99-µs", "lower"},
}

// Header returns the lines that a file of benchmark results begins with.
func Header() string {
	var b strings.Builder
	for _, u := range better {
		b.WriteString("Unit " + u.unit + " better=" + u.direction + "\n")
	}
	return b.String()
}
