package peak

import (
	"testing"
	"time"
)

func TestFMA(t *testing.T) {
	best := FMA(5 * time.Millisecond)
	if best == 0 {
		t.Skip("no multiply-add to measure here")
	}
	// One unit at 0.2 GHz to four units of 16 lanes at 8 GHz, a tenth of it
	// lost to neighbours.
	if best < 0.3 || best > 1024 {
		t.Errorf("%g GFLOP/s is not the speed of a core", best)
	}
	t.Logf("%.1f GFLOP/s", best)
}

// Code with narrow registers alone is never divided by the rate of wide ones, and all other code by
// the faster of both.
func TestWideRegisters(t *testing.T) {
	for _, wide := range []bool{false, true} {
		used := map[bool]int{}
		work := func(wide bool) int {
			used[wide]++
			return 1
		}
		if best := measure(100*time.Microsecond, wide, work); best <= 0 {
			t.Errorf("a rate of %g", best)
		}
		if used[false] == 0 || (used[true] > 0) != wide {
			t.Errorf("wide %v: %d turns with wide registers, %d without", wide, used[true], used[false])
		}
	}
	if narrow, all := Of("avx2", 5*time.Millisecond), Of("avx512", 5*time.Millisecond); narrow > 0 {
		t.Logf("avx2 %.1f GFLOP/s, all %.1f", narrow, all)
	}
}
