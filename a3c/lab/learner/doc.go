// Package learner makes the column that the learner trains on this task.
package learner
