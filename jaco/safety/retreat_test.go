package safety

import (
	"errors"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"colonnade/jaco/clock"
	"colonnade/jaco/emulator"
	"colonnade/sim"
)

// An arm in its margins that ignores points, as some do until they were home once, is not tried for
// ever.
func TestRetreatOfAnArmThatIgnoresPoints(t *testing.T) {
	folded, _ := sim.Canonical().Keyframe("home")
	folded[2] = 0.34
	r := newRig(t,
		setup{start: &folded, device: func(o *emulator.Options) { o.Choices.HomeFirst = emulator.HomeForAll }})
	defer r.close()
	began := r.clock.Now()
	var within clock.Deadline
	within.Set(background, began.Add(30*time.Second))
	var trip *Trip
	if err := r.guard.Resume(&within); !errors.As(err, &trip) || trip.Cause != Following ||
		!strings.Contains(err.Error(), "until it was home once") {
		t.Errorf("resume: %v", err)
	}
	if took := r.clock.Now().Sub(began); took > time.Second {
		t.Errorf("resume took %v", took)
	}
}

// TestLeaving: every distance grows as fast as it is to, also where two of them pull one joint
// different ways, as an arm's that is folded to joint 3's limit with its hand on link 2: added up,
// the slopes would press it deeper into one of them.
func TestLeaving(t *testing.T) {
	grow := func(g, v *[sim.NumJoints]float64) (rate float64) {
		for i := range g {
			rate += g[i] * v[i]
		}
		return rate
	}
	folded := [][sim.NumJoints]float64{{2: 1}, {2: -0.25, 3: 0.05, 4: 0.1}}
	var most [sim.NumJoints]float64
	for i := range most {
		most[i] = retreatSpeed
	}
	v := leaving(folded, &most)
	for k := range folded {
		if rate := grow(&folded[k], &v); rate < 0.99*retreatRate {
			t.Errorf("folded: distance %d grows by %g m/s, want %g", k, rate, retreatRate)
		}
	}
	// Fingers that nearly touch, and a hand over the table: as it was met.
	hand := [][sim.NumJoints]float64{{1: -0.625, 2: 0.235, 3: -0.008}, {7: -0.021, 8: 0.006}}
	v = leaving(hand, &most)
	if math.Abs(v[7]) > 1.2*retreatSpeed || grow(&hand[0], &v) < 0.99*retreatRate {
		t.Errorf("a finger is to turn at %.2f rad/s while the hand rises at %.3f m/s", v[7], grow(&hand[0], &v))
	}
	rng := rand.New(rand.NewPCG(1, 2))
	for range 1000 {
		gradients := make([][sim.NumJoints]float64, 1+rng.IntN(4))
		for k := range gradients {
			for i := range gradients[k] {
				gradients[k][i] = rng.NormFloat64()
			}
		}
		v := leaving(gradients, &most)
		for k := range gradients {
			if rate := grow(&gradients[k], &v); rate < 0.9*retreatRate {
				t.Errorf("%v: distance %d grows by %g m/s, want %g", gradients, k, rate, retreatRate)
			}
		}
	}
	// What cannot be, and what has no slope, comes to an end as well.
	for _, gradients := range [][][sim.NumJoints]float64{{{2: 1}, {2: -1}}, {{}}, nil} {
		for _, x := range leaving(gradients, &most) {
			if math.IsNaN(x) || math.Abs(x) > 1000 {
				t.Errorf("%v: %v", gradients, x)
			}
		}
	}
}
