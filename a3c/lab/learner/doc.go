// Package learner has the learner's settings for this task, and makes the column that it trains.
package learner
