// Command record runs Go benchmarks and keeps their raw output.
//
//	record -count 6 -out bench/results/bench -packages './kernels/... ./bench'
//
// The file, OUT/CPU/COMMIT.txt, is what go test -bench printed under a header
// with commit, processor and the good direction of each unit, so that benchstat
// reads it. Files of one processor can be compared, others not.
package main

import "colonnade/a3c/cli"

func main() { cli.Main("record", run) }
