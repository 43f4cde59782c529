// Package loop runs the real training loop for measurements: the reach task and the learner with
// the settings of the command train.
package loop
