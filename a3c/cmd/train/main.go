// Command train trains a column from pixels by A3C, or A2C with one worker.
//
//	train -net recurrent -width wide -steps 50000000 -out runs/column1
//
// It leaves a run folder (package colonnade/a3c/training) and prints one JSON object:
// steps, steps_per_second, score and episodes, where the score is the mean
// undiscounted return of a final evaluation of the final parameters with the
// stochastic policy.
package main

import "colonnade/a3c/cli"

func main() { cli.Main("train", run) }
