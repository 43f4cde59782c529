// Package stats says how sure the outcome of an evaluation is: intervals of means and of rates, and
// whether two policies differ.
//
//	Summarize   mean of scores with a 95 % interval (Student's t)
//	Wilson      95 % interval of a rate, such as that of violations (Wilson 1927)
//	Paired      two policies on the same episodes
//	Unpaired    two policies on episodes that have nothing to do with each other, as in different worlds
//
// # Which test, and why
//
// Scores are far from normal: an episode that never finds the target scores 0, one that does some
// 40 of 50. So the tests permute and assume no distribution. Paired turns the signs of the
// differences: if neither policy were better, each difference could as well have had the other
// sign. Sharing episodes takes the luck of the start and the target out of the difference. Unpaired
// deals the scores out anew and compares Welch's t, not the bare difference, so that it stays a
// test of means where the two differ in spread (Janssen 1997; Chung and Romano 2013).
//
// Permutations are drawn from a fixed stream: the same scores give the same p. It counts the
// observed order as one of them and so is never 0 (Phipson and Smyth 2010).
package stats
