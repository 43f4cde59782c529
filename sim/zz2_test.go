package sim_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"colonnade/sim"
)

func TestZZ2(t *testing.T) {
	m := sim.Canonical()
	rng := rand.New(rand.NewPCG(3, 4))
	for _, h := range []float64{0.0005, 0.002, 0.005, 0.01, 0.02, 0.05} {
		for _, impl := range []bool{false, true} {
			if !impl && h > 0.002 {
				continue
			}
			var maxq, maxp, sq, sp, n, endp, maxv, lag float64
			for range 40 {
				a, b := m.NewData(), m.NewData()
				start, _ := m.Keyframe("reach_start")
				a.Q = start
				for i := range 6 {
					a.Q[i] += 0.8 * (2*rng.Float64() - 1)
				}
				b.Q = a.Q
				for range 50 {
					var ctrl vector
					for i := range ctrl {
						ctrl[i] = float64(rng.IntN(3)-1) * m.MaxSpeed(i)
					}
					for range 50 {
						m.StepReference(a, &ctrl, 0.002)
						m.StopFingers(a)
					}
					for range int(0.1/h + 0.5) {
						if impl {
							m.StepImplicit(b, &ctrl, h)
						} else {
							m.StepReference(b, &ctrl, h)
						}
						m.StopFingers(b)
					}
					for i := range a.Q {
						d := math.Abs(a.Q[i] - b.Q[i])
						maxq = max(maxq, d)
						sq += d * d / 9
						maxv = max(maxv, math.Abs(a.V[i]-b.V[i]))
					}
					p := a.Palm.Distance(b.Palm)
					maxp = max(maxp, p)
					sp += p * p
					n++
					endp = p
					_ = lag
				}
			}
			fmt.Printf("h=%g impl=%v: q rms %.4f max %.4f rad; palm rms %.2f mm max %.2f mm, v max %.3f end %.4f\n", h, impl, math.Sqrt(sq/n), maxq, 1000*math.Sqrt(sp/n), 1000*maxp, maxv, endp)
		}
	}
}
