// Package envtest checks that an environment keeps the contract of a3c.Env.
//
// Conformance is for tests, Check for anything else. Both play some episodes with random actions
// and look for whatever would make a learner learn something else than it should: an observation
// that is not written whole, an episode that its seed does not decide, a hidden dependence on
// rendering, a state that does not come back exactly. They take what random play finds: an
// environment that goes wrong only in rare states needs tests of its own.
package envtest
