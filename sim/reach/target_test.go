package reach

import (
	"math"
	"testing"
)

// TestGlide: without turns of its own the target goes to and fro between the ends of its area, in
// the triangle wave of a constant speed.
func TestGlide(t *testing.T) {
	g := target{at: [3]float64{0.03, -0.4, 0}, forward: true}
	g.settle()
	for n := 1; n <= 1000; n++ {
		g.glide(0.1, false)
		// Unfolded, the way leads from the left end to the right one and back: 0.8 m.
		way := math.Mod(0.23+0.005*float64(n), 0.8)
		want := way - 0.2
		if way > 0.4 {
			want = 0.6 - way
		}
		if math.Abs(g.at[0]-want) > 1e-9 {
			t.Fatalf("after step %d the target is at %g, want %g", n, g.at[0], want)
		}
	}
}

// TestSeenTarget: a late picture shows the target on the straight way between the ends of steps.
func TestSeenTarget(t *testing.T) {
	g := target{at: [3]float64{0.10, -0.4, 0}, past: [2]float64{0.095, 0.09}}
	for _, c := range []struct{ ago, elapsed, want float64 }{
		{0, 0.1, 0.10}, {0.1, 0.1, 0.095}, {0.05, 0.1, 0.0975},
		{0.02, 0.04, 0.0975}, {0.09, 0.04, 0.0925}, // the step ended early
	} {
		if got := g.seen(c.ago, c.elapsed)[0]; math.Abs(got-c.want) > 1e-12 {
			t.Errorf("%g s ago, after a step of %g s: %g, want %g", c.ago, c.elapsed, got, c.want)
		}
	}
	g.settle()
	if got := g.seen(0.1, 0)[0]; got != 0.10 {
		t.Errorf("before the first step the target is seen at %g", got)
	}
}
