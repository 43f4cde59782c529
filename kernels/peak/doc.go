// Package peak measures what the arithmetic units of one core can do, the
// yardstick that benchmarks divide by.
//
// FMA is the rate of float32 multiply-adds on registers alone, the widest that the
// core has or those of AVX2, whichever is faster: no kernel can be faster. Measure
// it in the same run as the kernel; clocks and neighbours change.
package peak
