package sim

import (
	"math"
	"math/rand/v2"
	"testing"
)

// TestBacklashEquation puts the solution of each step back into the law of the backlash, at random
// gaps and velocities, also for a hand of 30 kg on motors without much inertia of their own.
func TestBacklashEquation(t *testing.T) {
	desc := Canonical().Description()
	desc.Links[Hand].Mass *= 30
	for b := range desc.Links {
		if desc.Links[b].Joint != nil {
			desc.Links[b].Joint.Armature *= 0.001
		}
	}
	heavy, err := Compile(desc)
	if err != nil {
		t.Fatal(err)
	}
	var on [5]int
	for _, m := range []*Model{Canonical(), heavy} {
		d := m.NewData()
		rng := rand.New(rand.NewPCG(2, 2))
		for range 20000 {
			for i := range d.Q {
				d.Q[i] = 2 * math.Pi * rng.Float64()
				d.V[i] = 3*rng.Float64() - 1.5
			}
			m.Kinematics(d)
			p := backlash{half: 0.05 * rng.Float64()}
			for i := range p.gap {
				p.gap[i] = p.half * (2*rng.Float64() - 1)
			}
			h := []float64{0.002, 0.01, 0.02}[rng.IntN(3)]
			before, gap := *d, p.gap
			var set, accel, tau [NumJoints]float64
			for i := range set {
				set[i] = float64(rng.IntN(3)-1) * m.maxSpeed[i]
			}
			m.stepImplicit(d, &set, &p, h)
			for i := range accel {
				accel[i] = (d.V[i] - before.V[i]) / h
			}
			m.InverseDynamics(&before, &accel, &tau)
			for i := range tau {
				ahead := set[i] - d.V[i] // of the servo, rad/s
				upper, lower := m.maxForce[i], m.maxForce[i]
				if i < NumArmJoints {
					upper *= min(max(1-(p.half-gap[i])/math.Max(h*(set[i]-before.V[i]), 1e-300), 0), 1)
					lower *= min(max(1-(p.half+gap[i])/math.Max(h*(before.V[i]-set[i]), 1e-300), 0), 1)
					switch front, back := (p.half-gap[i])/h, (-p.half-gap[i])/h; {
					case ahead > front:
						ahead -= front
					case ahead < back:
						ahead -= back
					default:
						ahead = 0
					}
					if want := min(max(gap[i]+h*(set[i]-d.V[i]), -p.half), p.half); math.Abs(p.gap[i]-want) > 1e-15 {
						t.Fatalf("gap %g became %g, want %g", gap[i], p.gap[i], want)
					}
				}
				want := min(max(m.kv[i]*ahead, -lower), upper)
				switch {
				case want == upper && want > 0:
					on[4]++
				case want == -lower && want < 0:
					on[0]++
				case want > 0:
					on[3]++
				case want < 0:
					on[1]++
				default:
					on[2]++
				}
				if got := tau[i] + m.damping[i]*d.V[i]; math.Abs(got-want) > 1e-6 {
					t.Fatalf("h %g, half %g, gap %g: joint %d gets %.12g N m, the law wants %.12g at the new velocity",
						h, p.half, gap[i], i, got, want)
				}
			}
		}
	}
	for k, n := range on {
		if n < 1000 {
			t.Errorf("piece %d of the law came up %d times only", k, n)
		}
	}
}

// TestBacklashIsPassive: under servos that hold still an arm with backlash loses energy, whatever
// its gaps, as one without.
func TestBacklashIsPassive(t *testing.T) {
	m := Canonical()
	rng := rand.New(rand.NewPCG(5, 5))
	for range 50 {
		d := m.NewData()
		d.Payload = rng.Float64()
		for i := range d.Q {
			d.Q[i] = 2 * math.Pi * rng.Float64()
			d.V[i] = 2*rng.Float64() - 1
		}
		m.Kinematics(d)
		p := backlash{half: 0.02}
		potential, kinetic := m.Energy(d)
		before := potential + kinetic
		for range 500 {
			var still [NumJoints]float64
			m.stepImplicit(d, &still, &p, 0.002)
			potential, kinetic = m.Energy(d)
			// The weight's torque is taken at the old angles, which errs by its change over a step.
			if now := potential + kinetic; now > before+1e-3 {
				t.Fatalf("the energy rose from %g to %g J in a step", before, now)
			} else {
				before = now
			}
		}
		if kinetic > 0.02 {
			t.Errorf("after 1 s the arm still has %g J", kinetic)
		}
	}
}

// TestPayloadIsAPointMass compares a payload with a model whose hand has that mass in it.
func TestPayloadIsAPointMass(t *testing.T) {
	const payload = 0.7
	desc := Canonical().Description()
	hand := &desc.Links[Hand]
	palm := hand.Sites[0].Pos
	for _, s := range hand.Sites {
		if s.Name == "palm" {
			palm = s.Pos
		}
	}
	// Both are moved to the common centre of mass by the parallel axis theorem.
	total := hand.Mass + payload
	com := hand.COM.Scale(hand.Mass / total).Add(palm.Scale(payload / total))
	shift := func(mass float64, from Vec3) {
		r := from.Sub(com)
		for k, pair := range [6][2]int{{0, 0}, {1, 1}, {2, 2}, {0, 1}, {0, 2}, {1, 2}} {
			x := -r[pair[0]] * r[pair[1]]
			if pair[0] == pair[1] {
				x += r.Dot(r)
			}
			hand.Inertia[k] += mass * x
		}
	}
	shift(hand.Mass, hand.COM)
	shift(payload, palm)
	hand.Mass, hand.COM = total, com
	loaded, err := Compile(desc)
	if err != nil {
		t.Fatal(err)
	}
	m := Canonical()
	a, b := m.NewData(), loaded.NewData()
	a.Payload = payload
	rng := rand.New(rand.NewPCG(6, 6))
	for range 200 {
		for i := range a.Q {
			a.Q[i], a.V[i] = 2*math.Pi*rng.Float64(), 3*rng.Float64()-1.5
		}
		b.Q, b.V = a.Q, a.V
		var massA, massB [NumJoints][NumJoints]float64
		var biasA, biasB, tau, accel, back [NumJoints]float64
		m.MassMatrix(a, &massA)
		loaded.MassMatrix(b, &massB)
		m.Bias(a, &biasA)
		loaded.Bias(b, &biasB)
		for i := range massA {
			for j := range massA {
				if math.Abs(massA[i][j]-massB[i][j]) > 1e-13 {
					t.Fatalf("mass matrix[%d][%d] is %g, want %g", i, j, massA[i][j], massB[i][j])
				}
			}
			if math.Abs(biasA[i]-biasB[i]) > 1e-12 {
				t.Fatalf("bias[%d] is %g, want %g", i, biasA[i], biasB[i])
			}
			accel[i] = 20 * (rng.Float64() - 0.5)
		}
		potentialA, kineticA := m.Energy(a)
		potentialB, kineticB := loaded.Energy(b)
		if math.Abs(potentialA-potentialB) > 1e-12 || math.Abs(kineticA-kineticB) > 1e-12 {
			t.Fatalf("energies %g, %g J, want %g, %g", potentialA, kineticA, potentialB, kineticB)
		}
		m.InverseDynamics(a, &accel, &tau)
		m.ForwardDynamics(a, &tau, &back)
		for i := range back {
			if math.Abs(back[i]-accel[i]) > 1e-11 {
				t.Fatalf("acceleration %d is %g, want %g", i, back[i], accel[i])
			}
		}
	}
}

func TestLagGain(t *testing.T) {
	for _, c := range []struct{ step, lag, tolerance float64 }{
		{0.01, 0.05, 3e-6}, {0.01, 0.02, 2e-4}, {0.002, 0.05, 1e-9}, {0.01, 0.01, 2e-3}, {0.01, 1, 1e-9},
		{0.01, 0.0001, 1e-4}, {0.01, 1e-300, 0}, {0.01, 0, 0},
	} {
		want := 1 - math.Exp(-c.step/c.lag)
		if c.lag == 0 {
			want = 1
		}
		if got := lagGain(c.step, c.lag); math.Abs(got-want) > c.tolerance {
			t.Errorf("step %g, lag %g: gain %g, want %g", c.step, c.lag, got, want)
		}
	}
}
