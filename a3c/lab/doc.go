// Package lab gathers what the commands share and the learner must not know:
// run folders, worlds by name, studies. Command lines are in package cli, pictures in package view.
//
// It is the one place, beside the commands themselves, where the learner
// (packages a3c and nn) and the world (package sim) meet. Its parts:
//
//	lab/world     the settings of a world and of a network, and what they name
//	lab/learner   a new column
//	lab/rundir    the folder that a training run leaves
//	lab/training  the settings of a first column; a run in its folder: begun, resumed, trained, evaluated
//	lab/history   a run's windows of metrics in bounded memory
//	lab/job       what the commands that train share: -out, -resume, and the run from flags to result
//	lab/transfer  the settings and methods of transfer to a second world
//	lab/study     a search: many runs, shared by many processes
//	lab/live      the page that shows a run while it goes on
//	lab/tensorboard  event files, for TensorBoard
//
// Only commands and package bench import it (bench/imports_test.go).
package lab
