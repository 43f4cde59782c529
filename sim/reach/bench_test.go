package reach_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"colonnade/sim/reach"
)

// BenchmarkStep measures one environment step under random actions, resets included.
func BenchmarkStep(b *testing.B) {
	for _, h := range []float64{0.002, 0.01, 0.02} {
		for _, draw := range []bool{false, true} {
			b.Run(fmt.Sprintf("h=%gms/pixels=%v", 1000*h, draw), func(b *testing.B) {
				e := newEnv(b, reach.Options{PhysicsStep: h})
				rng := rand.New(rand.NewPCG(1, 1))
				actions := make([][]int, 1024)
				for k := range actions {
					actions[k] = randomAction(rng)
				}
				var pixels []uint8
				if draw {
					pixels = make([]uint8, 64*64*3)
				}
				done, seed := true, uint64(0)
				b.ReportAllocs()
				for k := 0; b.Loop(); k++ {
					if done {
						seed++
						if err := e.Reset(seed, pixels, nil); err != nil {
							b.Fatal(err)
						}
					}
					_, terminated, truncated, err := e.Step(actions[k%len(actions)], pixels, nil)
					if err != nil {
						b.Fatal(err)
					}
					done = terminated || truncated
				}
			})
		}
	}
}

// BenchmarkReset measures drawing the start of an episode, without pixels.
func BenchmarkReset(b *testing.B) {
	e := newEnv(b, reach.Options{})
	b.ReportAllocs()
	for seed := uint64(0); b.Loop(); seed++ {
		reset(b, e, seed)
	}
}
