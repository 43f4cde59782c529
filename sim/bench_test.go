package sim_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"colonnade/sim"
)

// commands returns n random commands as the task has them, and a pose from which to follow them.
func commands(n int) (ctrl []vector, start vector) {
	m := sim.Canonical()
	rng := rand.New(rand.NewPCG(1, 2))
	ctrl = make([]vector, n)
	for k := range ctrl {
		for i := range ctrl[k] {
			ctrl[k][i] = float64(rng.IntN(3)-1) * m.MaxSpeed(i)
		}
	}
	start, _ = m.Keyframe("reach_start")
	return ctrl, start
}

// BenchmarkStep measures one control step of 100 ms with and without looking for collisions.
func BenchmarkStep(b *testing.B) {
	ctrl, start := commands(1024)
	for _, h := range []float64{0.002, 0.01, 0.02} {
		for _, check := range []bool{false, true} {
			b.Run(fmt.Sprintf("h=%gms/check=%v", h*1000, check), func(b *testing.B) {
				m := sim.Canonical()
				s, err := sim.NewSimulator(m, h, sim.ControlStep)
				if err != nil {
					b.Fatal(err)
				}
				var rest vector
				s.Place(&start, &rest)
				b.ReportAllocs()
				for k := 0; b.Loop(); k++ {
					if k%8 == 0 {
						s.Place(&start, &rest)
					}
					c := &ctrl[k%len(ctrl)]
					if check {
						if _, err := s.Advance(c); err != nil {
							b.Fatal(err)
						}
						continue
					}
					for range int(sim.ControlStep/h + 0.5) {
						m.Step(s.Data, c, h)
					}
				}
			})
		}
	}
}

// BenchmarkDynamics measures the parts of one physics step.
func BenchmarkDynamics(b *testing.B) {
	m := sim.Canonical()
	ctrl, start := commands(1)
	d := at(m, start, ctrl[0])
	var accel vector
	b.Run("part=kinematics", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			m.Kinematics(d)
		}
	})
	b.Run("part=forward", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			m.ForwardDynamics(d, &ctrl[0], &accel)
		}
	})
	b.Run("part=sincos", func(b *testing.B) {
		x := 0.3
		b.ReportAllocs()
		for b.Loop() {
			s, _ := sim.Sincos(x)
			x = 3 + s
		}
	})
	b.Run("part=check", func(b *testing.B) {
		c := m.NewChecker()
		b.ReportAllocs()
		for b.Loop() {
			c.Check(d)
		}
	})
	b.Run("part=surroundings", func(b *testing.B) {
		var s sim.Surroundings
		b.ReportAllocs()
		for b.Loop() {
			m.Surroundings(d, &s)
		}
	})
	b.Run("part=clearance", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			m.Clearance(d)
		}
	})
}
