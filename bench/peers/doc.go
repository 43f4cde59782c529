// Peers measures the kernels of this project beside other libraries that do the same work:
// OpenBLAS, oneDNN and gonum, at the network's real shapes, with one thread, in turns in one
// process.
//
//	make bench-peers
//
// The table goes to bench/results/peers. Peers is a module of its own: it needs cgo and the
// libraries libopenblas-dev and libdnnl-dev, which the project does not.
//
// # What is compared
//
// Each line of the table is one kernel call at one batch size. Before anything is timed, all
// candidates compute the line from the same random numbers, and their results must agree to 1e-4 of
// the largest: only equal work is compared. Then follow rounds. In each round every candidate runs
// for some milliseconds, in an order that is drawn anew, after one call that only warms the caches
// and after a measurement of the FMA peak. The figure of a candidate is the median of its rounds. A
// ratio is the median of the rounds' ratios, so that a drifting clock affects both sides. The peak
// is that of the instructions in use, and the highest of all rounds. Time is processor time of the
// thread: the time that other programs take does not count, though their effect on the caches does.
//
// # What is fair
//
// A peer gets the best of what it offers; the best variant counts:
//
//   - oneDNN convolutions run once with all layouts chosen by the library (variant any) and once
//     with images as (N,H,W,C), like ours (nhwc). In both, the library chooses the layout of the
//     weights. Reorders into and out of its layouts are not timed, though a program that uses it
//     must pay for some. Bias and ReLU are fused and the gradient of the bias is computed, as in
//     ours.
//   - oneDNN inner products have all layouts chosen by the library (any). Its plain sgemm is
//     measured too.
//   - OpenBLAS sgemm gets row-major matrices; at batch 1 also sgemv. It runs as the core type that
//     the processor's instructions allow (OPENBLAS_CORETYPE, unless that is set already): a version
//     older than the processor falls back to kernels that are several times slower. The table names
//     the core type. If the library runs as another one, nothing is measured.
//   - OpenBLAS, gonum and oneDNN's sgemm have no convolutions. They get the patches already
//     gathered (im2col, not timed) and compute the bare product, without bias and ReLU. The sum
//     over overlapping patches (col2im), which the gradient of the input needs, is not timed
//     either.
//   - Our side is the function that the network calls, with packing of weights, bias, ReLU and
//     sums. Weights that the network packs once in a backward pass and then uses for many products,
//     those of the convolution's gradient of the input and of the LSTM's, are packed beforehand.
//
// With -isa avx2 the peers may use AVX2 at most, and ours is the AVX2 implementation. With -isa
// best all use what they find. Both tables are made where the processor has AVX-512.
package main
