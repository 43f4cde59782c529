// Package plain is A3C in its simplest form. The fast trainer of package a3c is tested against it.
//
// It takes the same settings, network and environments and computes the same updates, without what
// makes the trainer fast: it evaluates each environment alone, in batches of one; it keeps nothing
// from acting, so learning starts with a second forward pass; loss, returns and RMSProp are loops
// over float64; a lock guards the shared parameters. TestPlain of package a3c compares the two
// update by update. The command bench/cmd/efficiency compares their learning curves at equal
// numbers of steps, which shows whether speed costs learning.
//
// Start reading at worker.rollout.
package plain
