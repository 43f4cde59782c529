// Package loop runs the real training loop for those who measure it: the reach
// task, the learner with the settings of train, all of it.
package loop
