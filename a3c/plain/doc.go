// Package plain is A3C written down as plainly as it can be: the loop that the trainer of package
// a3c is held to.
//
// It takes the same settings, network and environments and computes the same updates, without any
// of what makes the trainer fast: each environment is evaluated by itself, a batch of one; nothing
// of acting is kept, so learning begins with a second forward pass; loss, returns and RMSProp are
// loops over float64; the shared parameters are behind a lock. A test of package a3c compares the
// two update by update, and bench/cmd/efficiency their learning curves at equal numbers of steps,
// which shows whether speed was bought with learning.
//
// Start reading at worker.rollout.
package plain
