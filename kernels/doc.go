// Package kernels computes the inner loops of deep reinforcement learning on
// float32 slices: matrix products, convolutions, the LSTM cell, activations,
// the softmax of three, and the optimiser's update. There are hand-written
// kernels for amd64 (AVX2, and AVX-512 for the products) and for arm64 (NEON), and
// portable Go for everything else; all are tested against the same float64
// references.
//
// # Vocabulary
//
// The axes of an array have fixed letters everywhere:
//
//	m n k      rows of the output, columns of the output, length of the sums (matmul)
//	N          images of a batch (the argument n of the convolutions)
//	H W C      height, width and channels of the input
//	R S        height and width of the filter
//	O          output channels; OutH and OutW are height and width of the output
//	batch n    rows and cells of an LSTM
//
// Forward quantities are x, w, bias, y; gradients are dx, dw, db, dy. Gradients of
// parameters accumulate (+=), gradients of activations overwrite (=).
//
// # Layouts
//
// Arrays are row-major: the last axis is contiguous. A matrix (m,n) with row
// stride ld keeps its element (i,j) at i*ld+j, so a block of columns of a larger
// matrix is a matrix too:
//
//	      n
//	  ┌───────┬─────┐
//	m │ (i,j) │     │      ld ≥ n
//	  └───────┴─────┘
//	  ←───── ld ────→
//
// Images are (N,H,W,C), channels innermost, and filters (R,S,C,O), output channels
// innermost. The patch under an output pixel is then R runs of S·C floats, each
// multiplied by S·C rows of O weights:
//
//	 image (H, W·C)                  filter (R·S·C, O)
//	┌──────────────────┐            ┌──────────┐
//	│   ▒▒▒▒▒▒▒▒       │  run 0     │▒▒▒▒▒▒▒▒▒▒│ S·C rows for run 0
//	│   ▒▒▒▒▒▒▒▒       │  run 1     │          │ S·C rows for run 1
//	│                  │            └──────────┘
//	└──────────────────┘
//
// so a convolution is a matrix product whose rows are gathered on the fly, and
// no patch is ever copied.
//
// A row of LSTM gates is i(n) f(n) g(n) o(n): input, forget, candidate, output.
//
// # Results
//
// Results depend on the values, the shape and the implementation alone, never on
// addresses or on what else ran. Beyond that, a row of Gemm, an image of
// Conv.Forward, a cell of LSTMForward and a group of LogSoftmax3 come out the same
// whatever the number of rows: an agent acts the same alone and in a batch. The
// kernels of AVX-512 give the bits of those of AVX2; between other
// implementations results differ by rounding, within the bound in each comment
// (the unit roundoff is 2⁻²⁴). NaN and Inf propagate as in the formulas; zeros are
// not skipped. Denormal numbers are computed with, not flushed.
//
// The sigmoid of the assembly kernels is within 4·2⁻²⁴ of its value, relative, for |x|
// ≤ 87 (beyond, it stays at e⁻⁸⁷ or 1), its tanh within 4·2⁻²⁴ everywhere.
//
// # Concurrency
//
// The kernels have no state: any number of goroutines may call them on different
// data at once. Each call computes on the goroutine that makes it, and allocates
// nothing once as many packing buffers exist as goroutines ever computed at the
// same time. Assembly cannot be preempted; one assembly call takes at most some
// 50 us (several times that where nearly all its numbers are denormal). In programs
// built with -race, the kernels report what their assembly reads and writes.
//
// # Implementations
//
// The environment variable KERNELS forces an implementation: avx512 (needs
// AVX-512 F, BW, DQ and VL), avx2 (needs AVX2 and FMA), neon or base. Without it the
// first of these that the machine has is used. A name that it lacks is reported by
// ConfigError. The build tag purego leaves the assembly out. In tests,
// KERNELS_REQUIRE=avx2 (or avx512,avx2) turns an implementation that would be
// skipped into a failure.
//
// The NEON kernels are tested under qemu-user (make test-arm64), which says that
// they are right and nothing of how fast: no arm64 machine was at hand. Their
// comments count instructions where those of the AVX2 kernels give measurements,
// and the thresholds in gemm_arm64.go between one way and another follow from
// such counts.
//
// # Speed
//
// The floor of every micro-kernel is the FMA peak, which the benchmarks measure in registers alone
// ([colonnade/kernels/peak]). A tile of MR x NR a call, everything in L1, sums of 16, 64 and 256
// steps, in percent of the peak of the instruction set:
//
//	Intel Xeon, family 6 model 207 (go test -bench MicroKernel ./kernels, best of 36 rounds)
//	  AVX-512, 179 GFLOP/s    4x32  63 78 79     8x16  59 72 77
//	                          6x32  63 87 94    12x16  63 83 87
//	                          8x32  73 90 87    16x16  67 87 93
//	                         12x32  74 92 97
//	  AVX2, 96 GFLOP/s        4x16  64 71 72     8x8   54 73 74
//	                          6x16  77 88 82    12x8   68 81 88
//	                                            24x4   64 81 89
//	AMD EPYC, Zen 4: 6x16 97 to 99 (long sums), 12x8 91 (192 steps); the others were not
//	  measured alone
//
// Products of one row are bound by reading the weights, 2 FLOP for 4 bytes: row_amd64.s,
// dot_amd64.s and outer_amd64.s say what they reach of it. bench/results/peers has GFLOP/s,
// whole layers beside other libraries by processor, and what was missed and why.
//
// # Where to start reading
//
// gemm.go has the interface and the format of all comments, gemm_generic.go the
// loops it means, micro_amd64.go the one idea behind all products: a micro-kernel keeps
// MR x NR elements of the output in registers. micro_amd64.s has those of AVX2,
// micro512*_amd64.s those of AVX-512. gemm_amd64.go and conv*_amd64.go block the
// loops around them as Goto and BLIS do: panels of KC steps by NR columns are packed
// where that pays, and MC rows use one after another. gemm_small_amd64.go and
// gemm_row_amd64.go have what needs no blocks, stubs_amd64.go the declarations of
// all other assembly. The files named arm64 do the same with NEON, and neon_arm64.h
// spells the instructions that Go's assembler lacks.
package kernels
