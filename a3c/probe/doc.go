// Package probe has small environments with a known optimum. Each one tests a single part of a
// learner:
//
//	Bandit      one step, several factors: the policy gradient of a factored policy
//	Contextual  one step, the right choice depends on the observation: the network's input
//	Delayed     a choice pays many steps later: discount, values over more than one rollout
//	TimeLimit   an endless task with a time limit: bootstrapping at truncation
//	Memory      a cue must be recalled later: LSTM and its state (feedforward stays at chance)
//	Spot        a bright patch must be found in a picture: convolutions
//	Still       costs nothing and teaches nothing: benchmarks
//
// All satisfy a3c.Env with built-in types alone, and save and restore their state exactly. Optimum
// returns the best mean score. The tests of package a3c train each environment to it within a
// stated number of steps. When learning breaks, run the probes in this order: the first one that
// fails shows which part is wrong.
package probe
