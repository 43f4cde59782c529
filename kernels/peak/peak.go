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
