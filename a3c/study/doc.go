// Package study is a search for settings: a folder of trials that any number of processes, on any
// number of machines that share the folder, work through together.
//
//	STUDY/config.toml          what is searched, and how
//	STUDY/trial-007/           a run folder, as train leaves it
//	STUDY/trial-007/rung-0.json   the score of the trial at the end of rung 0
//	STUDY/trials.csv, scores.svg, scores.png   the table of all trials, and their sorted scores
//
// What a trial's settings are follows from the study's seed and the trial's number alone, and who
// works on a trial holds its folder's lock, so processes need not speak with each other: each takes
// the first trial that is neither done nor held. The lock goes with the process, however that ends;
// the trial goes on where its last checkpoint stands. Package colonnade/a3c/cmd/sweep/cluster has
// that for Slurm and Kubernetes.
//
// # Successive halving
//
// With more than one rung (Jamieson and Talwalkar 2016) all trials run to the end of the first
// rung, a small part of the steps; the best third of them goes on to the second, three times as
// far; and so on, until the last rung is the whole run. Each trial's learning rate falls towards
// the end of the whole run from the beginning. A rung begins when the one before is complete, so
// who is promoted does not depend on how fast anybody was.
//
// Start reading at Study.Work.
package study
