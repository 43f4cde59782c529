// Package probe holds small environments whose optimum is known, each made to be solved only by a
// learner that has one particular part right:
//
//	Bandit      one step, several factors: the policy gradient of a factored policy
//	Contextual  one step, the right choice depends on what is seen: the network's input
//	Delayed     a choice pays many steps later: discount, and values that carry news further than a rollout reaches
//	TimeLimit   an endless task cut off by a time limit: bootstrapping there, and the difference to a termination
//	Memory      a cue to be recalled later: the recurrent network and its state; a feedforward one stays at chance
//	Spot        a bright patch to be found in a picture: convolutions
//	Still       costs nothing and teaches nothing: benchmarks
//
// All satisfy a3c.Env by built-in types alone, and save and restore their state exactly. Optimum
// returns the best mean score; the tests of package a3c train each one to it within a stated number
// of steps. When learning breaks, the first probe that fails in this order says where to look.
package probe
