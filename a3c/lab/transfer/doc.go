// Package transfer is training in a second world what was learnt in a first one: the methods of the paper, as
// [Settings] and as a plan for package training.
//
//	progressive    a new column beside the frozen old ones, with laterals from them; begins with their policy
//	finetune       the old column itself goes on learning, all of it
//	finetune-last  the old column's output layer alone goes on learning
//	scratch        a new narrow column that knows nothing
//	scratch-wide   a new wide column that knows nothing
//
// By default there is one worker with one environment, as there is one arm, and the target gets a new place every third
// episode, as a person would move it.
//
// Start reading at Settings.Plan.
package transfer
