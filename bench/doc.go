// Package bench holds what is measured about the whole project: end-to-end
// benchmarks, the recorded results, and the tests of its architecture.
//
//	results/   figures with the commands and machines that gave them
package bench
