package peak

import "time"

// FMA returns the best rate of any instruction set within about the given time, in GFLOP/s (a
// multiply-add counts as two operations), or 0 where there is no way to measure it. A few
// milliseconds are enough on a quiet machine; the highest of several measurements counts, as a
// clock that drifts and neighbours only lower it.
func FMA(within time.Duration) float64 { return measure(within, true, work) }

// Of returns the peak that an implementation of package kernels can reach: for "avx2" the rate
// with AVX2 alone, which is half of FMA on a core with two 512-bit units; FMA for all others.
func Of(implementation string, within time.Duration) float64 {
	return measure(within, implementation != "avx2", work)
}

// measure returns the best rate of work, which does some operations with or without wide
// registers and returns how many: without, or in turns.
func measure(within time.Duration, wide bool, work func(wide bool) int) float64 {
	var best float64
	for start, turn := time.Now(), 0; ; turn++ {
		before := time.Now()
		flops := work(wide && turn%2 == 1)
		if took := time.Since(before).Seconds(); took > 0 {
			best = max(best, float64(flops)/took/1e9)
		}
		if flops == 0 || time.Since(start) >= within {
			return best
		}
	}
}
