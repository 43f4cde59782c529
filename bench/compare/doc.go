// Compare measures the benchmarks of a commit and of the working tree
// alternately and fails if the working tree is slower.
//
//	make bench-compare OLD=main
//
// # How
//
// The commit is checked out into a temporary worktree; the test binaries of both
// trees are built. A package whose two binaries are the same byte for byte
// cannot have become slower and is not measured (-all does it anyway: old
// against old shows the noise of the machine). In each round every benchmark
// function runs once in one tree and then in the other, the order changing from
// round to round. The number of rounds is chosen beforehand (-count) and nothing
// is measured again because of its result.
//
// # What fails
//
// A benchmark fails the comparison if a unit of -units got worse by more than
// the factor -ratio, from median to median, and the difference is significant:
// p < 0.05 in the Mann-Whitney U test, as benchstat computes it, after Holm's
// correction for the number of figures. All three are needed. A shared machine
// shifts medians without any change of the program: comparing a commit with
// itself on two busy cores, 10 rounds of 10 ms, medians of 32 kernels came out
// between 0.78 and 1.49 of each other, one of them with p = 0.04 - the one in
// twenty that is significant by chance, and without the correction a gate over
// hundreds of figures would never open. A benchmark that only one tree has is
// named and cannot fail.
//
// The exit code is 1 after a regression and 2 if there is nothing to say: wrong
// flags, a tree that does not build, a benchmark that fails. The raw results of
// both sides stay in the folder -out, for benchstat old.txt new.txt.
//
// It is a module of its own, so that golang.org/x/perf is no dependency of the
// project.
package main
