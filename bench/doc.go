// Package bench holds what is measured about the whole project: the real training loop as
// measurements run it, end-to-end benchmarks, the recorded results, and the tests of the project's
// architecture.
//
//	results/   figures with the commands and machines that gave them
package bench
