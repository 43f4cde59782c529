// Command scaling measures how the training loop grows with its workers.
//
//	scaling -net recurrent -width wide -out bench/results/scaling
//
// For 1 to N workers (N is the number of CPUs that Go may use) it runs the real
// loop on the reach task in alternating rounds, and prints a table: steps per
// second (median of the rounds), their ratio to one worker's (median of the
// rounds' ratios), and that ratio per worker.
package main

import "colonnade/a3c/lab/cli"

func main() { cli.Main("scaling", run) }
