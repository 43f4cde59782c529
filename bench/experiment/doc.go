// Package experiment does the paper's experiments on transfer, each as a list of runs that any
// number of processes work through together, and reports what they found.
//
//	story             the project in minutes: three ways of transfer side by side (make run)
//	transfer-search   each method's learning rate and entropy cost, by a search of the same size for all
//	figure-5          transfer to the robot's world: every method, several seeds
//	figure-6          random seeds, learning rates and entropy costs in four worlds
//	figure-7          a third column: from a resting target to a moving one
//
// # Two folders
//
// The results folder (-out) is small and committed:
//
//	config.toml    the flags
//	inputs.json    what the results depend on besides: digests of checkpoints, fingerprints of worlds, searched settings
//	runs.csv       a line for each run that is over: settings, final evaluation
//	training.csv   where curves are drawn: the scores of its training episodes
//	README.md, *.svg, *.png, *.csv   the report, which follows from the files above alone
//
// The work folder (-work) has a folder for each run, which is a run folder as transfer leaves it
// while the run goes on, and afterwards little more than the record. Who works on a run holds its
// folder's lock, so processes need not speak with each other: each takes the first run that is
// neither done nor held. A killed run goes on from its last checkpoint. A clone has the results
// without the work folder: it does what is missing in runs.csv, and nothing else.
//
// An experiment whose inputs have changed, such as a world, is refused: old results and new ones do
// not mix.
//
// Start reading at Session.Work; the experiments are in search.go and figure5.go to figure7.go.
package experiment
