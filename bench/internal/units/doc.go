// Package units tells benchstat which direction is better for the units of this project's
// benchmarks. It is apart from package machine because the module bench/compare uses it, and must
// not depend on what machine needs.
package units
