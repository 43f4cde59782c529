// Package envtest checks that an environment keeps the contract of a3c.Env.
//
// Conformance is for tests, Check for other callers. Both play some episodes with random actions
// and look for faults that would mislead a learner: an observation that is not written completely,
// an episode that depends on more than its seed, a result that depends on rendering, a state that
// is not restored exactly. They see only what random play reaches: faults in rare states need tests
// of their own.
package envtest
