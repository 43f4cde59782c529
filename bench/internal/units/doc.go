// Package units tells benchstat which way is better in the units that this
// project's benchmarks report, which it cannot guess.
package units
