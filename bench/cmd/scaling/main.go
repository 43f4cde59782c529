// Command scaling measures how the training loop grows with its workers.
//
//	scaling -net recurrent -width wide -out bench/results/scaling
//
// For 1 to N workers (N is the number of CPUs that Go may use) it runs the real
// loop on the reach task in alternating rounds, and prints a table: steps per
// second (median of the rounds), their ratio to one worker's (median of the
// rounds' ratios), that ratio per worker, and what a step costs in processor time.
// The last shows what workers cost each other, whatever else runs on the machine.
package main

import "colonnade/a3c/cli"

func main() { cli.Main("scaling", run) }
