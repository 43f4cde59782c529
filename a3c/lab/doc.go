// Package lab gathers what the commands share and the learner must not know:
// command lines, run folders, worlds by name, curves and animations.
//
// It is the one place, beside the commands themselves, where the learner
// (packages a3c and nn) and the world (package sim) meet. Its parts:
//
//	lab/cli       flags, configuration files, progress, exit codes, profiles
//	lab/world     -task, -domain, -net and -width to environments and networks
//	lab/learner   the learner's settings as flags, and a new column
//	lab/rundir    the folder that a training run leaves
//	lab/training  a run in its folder: begun, resumed, trained, evaluated
//	lab/history   a run's windows of metrics in bounded memory
//	lab/job       what the commands that train share: -out, -resume, and the run from flags to result
//	lab/transfer  the methods of transfer to a second world
//	lab/study     a search: many runs, shared by many processes
//	lab/chart     learning curves as SVG and PNG
//	lab/film      animations of episodes
//	lab/rig       which arm and which camera, as flags
//	lab/live      the page that shows a run while it goes on
//	lab/tensorboard  event files, for TensorBoard
//
// Only commands and package bench import it (bench/imports_test.go).
package lab
