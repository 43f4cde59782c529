// Package a3c trains policies by asynchronous advantage actor-critic (Mnih et al. 2016) on the CPU,
// and evaluates them.
//
// # Words
//
//	environment   something that can be observed and acted on in steps: Env
//	episode       from Reset to the step that terminates or truncates it
//	terminated    it truly ended: nothing more would have been earned, the value behind it is 0
//	truncated     it was cut off by a limit: the value behind it is what the network says of its last observation
//	factor        one part of the action, a joint for example, with its own softmax over a few choices
//	rollout       some steps in each of a worker's environments with unchanged parameters
//	return        discounted reward from a step on, as far as the rollout goes, then the network's value
//	advantage     return minus value: how much better an action was than expected
//	worker        a goroutine on its own OS thread with its own environments and its own copy of the parameters
//	push          one gradient into the shared parameters: by itself, or gathered with those of others
//	update        one step of RMSProp
//	policy lag    the pushes of others between a worker's pull of the parameters and its push
//	score         undiscounted, unscaled return of an episode
//
// # The loop
//
// Each worker repeats: pull the shared parameters; in each step evaluate the observations of its
// environments as one matrix, draw actions, and step all environments; evaluate what lies behind
// the last step and behind every truncation; compute returns, loss and gradient from the
// activations kept while acting; clip it; push it. No worker waits for another (Hogwild, store.go).
// With Config.Deterministic they do: all pull the same parameters, compute in parallel, and are
// pushed in order, so a seed decides every bit. One worker is A2C.
//
// The loss of a sample is
//
//	-advantage * Σ_factors log pi(action)  +  ValueCost * (return - value)²  -  EntropyCost * Σ_factors entropy
//
// and that of a rollout the mean over its samples. Rewards are multiplied by RewardScale in it, and
// so values are in scaled reward; scores are not.
//
// # Many workers
//
// While a worker plays a rollout, all others push: what it pushes was computed from parameters that
// are Workers-1 gradients old, and each moves the parameters by about the learning rate, whatever
// its length, for that is what RMSProp does. Where the gradients agree, they move together that
// many times too far before any worker sees it. They agree most at the start, when every worker
// finds the value wrong by the same amount, and RMSProp's statistics, from zero, make each step up
// to ten times as long: convolutions are pushed to where none of their units is ever active again.
// They agree again whenever rewards are new.
//
// So what is under way is bounded, and what follows from the number of workers is nothing else: the
// gradients that workers have under way are at most those of eight workers with eight environments,
// however many there are.
//
//	Envs     64 environments are shared out, at most 8 to each worker, so a rollout of all is
//	         64*Rollout steps up to 64 workers
//	Gather   the mean of Workers/8 gradients is one update, so those of all workers move the
//	         parameters eight times; each is clipped at Gather times the bound, which is one for
//	         updates
//	Warmup   the rate rises from 0 until each worker has seen 32 rounds of the others
//
// With one worker nothing of this acts. Beyond 64 workers a round is Workers*Rollout steps and an
// update has more of them.
//
// # Layouts
//
// Samples are (steps, envs): sample t*envs+e is step t of environment e. A row of logits goes
// factor by factor, a row of the network's output ends with the value. Observation t is what the
// network saw before step t; the observation after the last step of a rollout is the first of the
// next, together with the LSTM state.
//
// # Concurrency
//
// An Env, a worker and an Actor belong to one goroutine at a time. The shared parameters are racy
// on purpose: the comment in store.go says how, and under the race detector they are not.
// Config.OnMetrics and OnCheckpoint are called by the goroutine that called Run.
//
// # Resuming
//
// A Snapshot is all a run consists of. Environments that implement encoding.BinaryMarshaler and
// BinaryUnmarshaler go on to the bit; any other begins a new episode. In deterministic mode an
// interrupted and resumed run is the unbroken one, bit for bit, apart from what a clock measured.
//
// # Where to start
//
// env.go is the contract of an environment; package envtest checks one, package probe has small
// ones with a known optimum. worker.go is the loop, loss.go the mathematics, store.go the shared
// parameters, trainer.go and run.go what holds the workers together, snapshot.go what resuming
// needs. Evaluate and Actor play without learning.
package a3c
