package safety

import (
	"math/rand/v2"
	"testing"

	"colonnade/sim"
)

// TestZerosAreNeverLessSafe: a pose that does not keep its margins by the reported angles does not
// keep them whatever offsets are known, and one that does not by the corrected ones neither.
func TestZerosAreNeverLessSafe(t *testing.T) {
	guard := func(zeros [sim.NumJoints]float64) *Guard {
		return &Guard{model: sim.Canonical(), limits: DefaultLimits(), ahead: newAhead(sim.Canonical(), DefaultStopping()),
			opt: Options{Zeros: zeros}}
	}
	rng := rand.New(rand.NewPCG(1, 1))
	plain := guard([sim.NumJoints]float64{})
	centre, _ := sim.Canonical().Keyframe("reach_start")
	lower := 0
	for range 2000 {
		var zeros, corrected [sim.NumJoints]float64
		q := centre
		for i := range q {
			zeros[i] = MostZero * (2*rng.Float64() - 1)
			q[i] += 1.2 * (2*rng.Float64() - 1)
			corrected[i] = q[i] - zeros[i]
		}
		r, raw, is := guard(zeros).measure(&q), plain.measure(&q), plain.measure(&corrected)
		for i, x := range r.all() {
			want := min(raw.all()[i].excess(), is.all()[i].excess())
			if x.excess() != want {
				t.Fatalf("distance %d is kept at %g, want %g", i, x.excess(), want)
			}
		}
		if r.least() < raw.least() {
			lower++
		}
	}
	if lower == 0 {
		t.Error("the offsets mattered nowhere")
	}
}
