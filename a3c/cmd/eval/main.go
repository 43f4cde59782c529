// Command eval measures a trained policy: many episodes, their mean score with
// a 95 % interval, how many reached the target and how many ended in a
// violation. It can also film some.
//
//	eval -checkpoint runs/column1 -episodes 200 -seed 7
//	eval -checkpoint runs/column1 -animation episodes.gif
package main

import "colonnade/a3c/lab/cli"

func main() { cli.Main("eval", run) }
