// Command experiment does the paper's experiments on transfer: runs, figures, tables.
//
//	experiment transfer-search -trials 30     settings of each method
//	experiment figure-5 -seeds 5              transfer to the robot's world
//	experiment figure-6 -runs 60              how transfer depends on settings and luck
//	experiment figure-7                       a third column
//
// The same command goes on where it was stopped or killed; several processes may work on one experiment at once.
package main

import "colonnade/a3c/cli"

func main() { cli.Main("experiment", run) }
