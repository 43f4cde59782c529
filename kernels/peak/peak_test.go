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
