// Package peak measures what the arithmetic units of one core can do, the
// yardstick that benchmarks divide by.
//
// FMA is the rate of float32 multiply-adds on registers alone, the widest that the
// core has or those of AVX2, whichever is faster: no kernel can be faster. Measure
// it in the same run as the kernel; clocks and neighbours change.
package peak

import "time"

// FMA returns the best rate seen within about the given time, in GFLOP/s (a
// multiply-add counts as two operations), or 0 where there is no way to
// measure it. A few milliseconds are enough on a quiet machine.
func FMA(within time.Duration) float64 {
	var best float64
	for start, turn := time.Now(), 0; ; turn++ {
		before := time.Now()
		flops := work(turn)
		if took := time.Since(before).Seconds(); took > 0 {
			best = max(best, float64(flops)/took/1e9)
		}
		if flops == 0 || time.Since(start) >= within {
			return best
		}
	}
}
