// Command eval measures a trained policy: many episodes, their mean score with
// a 95 % interval, how many reached the target and how many ended in a
// violation, with intervals of their own (Wilson), and by which causes.
//
//	eval -checkpoint runs/column1 -episodes 200 -seed 7
//	eval -checkpoint runs/column1 -episodes 200 -seeds 5 -map map.svg -table episodes.csv
//	eval -checkpoint runs/progressive -against runs/finetune -domain robot -episodes 200
//	eval -checkpoint runs/column1 -against-domain robot -episodes 200
//	eval -checkpoint runs/column1 -animation episodes.gif
//
// -map draws the scores over the places of the target, -table writes a line
// for every episode, -animation films some.
//
// -against lets another policy play the same episodes and tests whether the
// difference is due to luck: episode by episode, by turning signs, where both
// play in the same world, else as two independent samples. Package stats says
// why these tests. One training run of each method is one sample of the method,
// however many episodes it plays: the test speaks of these two policies.
package main

import "colonnade/a3c/cli"

func main() { cli.Main("eval", run) }
