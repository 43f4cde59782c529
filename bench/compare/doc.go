// Compare measures the benchmarks of a commit and of the working tree in turns, and fails if the
// working tree is slower.
//
//	make bench-compare OLD=main
//
// # How
//
// The commit is checked out into a temporary worktree, and the test binaries of both trees are
// built. A package whose two binaries are equal byte for byte cannot have become slower and is not
// measured. (-all measures it anyway: old against old shows the noise of the machine.) In each
// round every benchmark function runs once in each tree; the order changes from round to round. The
// number of rounds is chosen beforehand (-count), and nothing is measured again because of its
// result.
//
// # What fails
//
// A benchmark fails the comparison if a unit of -units got worse by more than the factor -ratio,
// from median to median, and the difference is significant: p < 0.05 in the Mann-Whitney U test, as
// benchstat computes it, after Holm's correction for the number of figures. All three conditions
// are needed. On a shared machine medians move without any change of the program, and one figure in
// twenty is significant by chance: without the correction a gate over hundreds of figures would
// never open. bench/README.md has an example. A benchmark that only one tree has is named and
// cannot fail.
//
// The exit code is 1 after a regression. It is 2 if there is no answer: wrong flags, a tree that
// does not build, a benchmark that fails. The raw results of both sides stay in the folder -out,
// for benchstat old.txt new.txt.
//
// It is a module of its own, so that the project does not depend on golang.org/x/perf.
package main
