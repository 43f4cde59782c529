package view

import (
	"math"
	"strings"
	"testing"
)

func TestRoundTicks(t *testing.T) {
	for _, c := range []struct {
		low, high float64
		want      string
	}{
		{0, 8e6, "0 1M 2M 3M 4M 5M 6M 7M 8M"},
		{20000, 7.98e6, "1M 2M 3M 4M 5M 6M 7M"},
		{1, 30, "5 10 15 20 25 30"},
		{0, 60000, "0 10k 20k 30k 40k 50k 60k"},
		{0, 41.5, "0 10 20 30 40"},
		{0, 1.1, "0 0.2 0.4 0.6 0.8 1"},
		{-0.3, 0.3, "-0.3 -0.2 -0.1 0 0.1 0.2 0.3"},
		{-2.5e6, 2.5e6, "-2M -1M 0 1M 2M"},
	} {
		var labels []string
		for _, tick := range (roundTicks{}).Ticks(c.low, c.high) {
			labels = append(labels, tick.Label)
		}
		if got := strings.Join(labels, " "); got != c.want {
			t.Errorf("%g to %g: %s, want %s", c.low, c.high, got, c.want)
		}
	}
	for _, c := range [][2]float64{{0, 0}, {1, 0}, {math.NaN(), 1}, {0, math.Inf(1)}} {
		if ticks := (roundTicks{}).Ticks(c[0], c[1]); len(ticks) > 0 {
			t.Errorf("%v: %d ticks", c, len(ticks))
		}
	}
}
