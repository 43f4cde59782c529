// Package peak measures what the arithmetic units of one core can do, the
// yardstick that benchmarks divide by.
//
// FMA is the rate of float32 multiply-adds on registers alone, the widest that the core has or
// those of AVX2, whichever is faster: no kernel can be faster. Of is the limit of one
// implementation: kernels that use AVX2 alone cannot reach what 512-bit registers can. Measure the
// peak in the same run as the kernel, in turns with it, and take the highest: clocks and neighbours
// change.
package peak
