// Package learner gives every command that trains the same flags for the learner's settings, with the same defaults.
package learner
