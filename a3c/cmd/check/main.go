// Command check trains small known problems and a short reacher on this machine
// and says pass or fail, in under five minutes on two free cores: whether a
// build, with the kernels that this processor gets, learns.
//
//	check
//
// The problems are probe environments, each of which needs one part of the
// learner (package probe), and the reach task from pixels with starts near the
// target, at a length at which learning shows but is far from over. Each must
// score within a band, which follows from what several seeds scored where it was
// measured; bands.json holds these scores, the machine, and the command:
//
//	check -measure 4 > a3c/cmd/check/bands.json
//
// A change that moves a score out of its band has changed how well the program
// learns. Measure anew only when you know why.
package main

import "colonnade/a3c/cli"

func main() { cli.Main("check", run) }
