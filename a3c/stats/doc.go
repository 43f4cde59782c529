// Package stats computes how certain the result of an evaluation is: intervals of means and rates,
// and tests of whether two policies differ.
//
//	Summarize   mean of scores with a 95 % interval (Student's t)
//	Median      middle of some values
//	Wilson      95 % interval of a rate, such as that of violations (Wilson 1927)
//	Paired      test of two policies on the same episodes
//	Unpaired    test of two policies on unrelated episodes, as in different worlds
//
// # Which test, and why
//
// Scores are far from normal: an episode that never finds the target scores 0, most others about
// 40 of 50. So both are permutation tests, which assume no distribution. Paired flips the signs of
// the differences: if neither policy were better, both signs would be equally likely. Episodes that
// both policies play remove the luck of start and target from the difference. Unpaired reassigns
// the scores to the two groups. It compares Welch's t instead of the difference of means, so that
// it remains a test of means when the spreads differ (Janssen 1997; Chung and Romano 2013).
//
// Permutations come from a fixed random stream: the same scores give the same p. The observed order
// counts as one permutation, so p is never 0 (Phipson and Smyth 2010).
package stats
