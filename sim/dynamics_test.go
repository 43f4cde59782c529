package sim_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"colonnade/sim"
)

// randomState sets any angles and speeds of up to 1.5 rad/s.
func randomState(rng *rand.Rand, m *sim.Model, d *sim.Data) {
	for i := range d.Q {
		d.Q[i] = 2 * math.Pi * rng.Float64()
		d.V[i] = 3*rng.Float64() - 1.5
	}
	m.Kinematics(d)
}

func TestForwardUndoesInverse(t *testing.T) {
	m := sim.Canonical()
	d := m.NewData()
	rng := rand.New(rand.NewPCG(1, 1))
	for range 200 {
		randomState(rng, m, d)
		var want, tau, got vector
		for i := range want {
			want[i] = 20 * (rng.Float64() - 0.5)
		}
		m.InverseDynamics(d, &want, &tau)
		m.ForwardDynamics(d, &tau, &got)
		for i := range got {
			if math.Abs(got[i]-want[i]) > 1e-11 {
				t.Fatalf("q %v: acceleration %d is %.17g, want %.17g", d.Q, i, got[i], want[i])
			}
		}
	}
}

// TestKineticEnergy compares the kinetic energy with that of the links moving, from the poses
// alone: besides ½ Σ mass·(speed of the centre of mass)² and the armature there is only the links'
// spin, which is little.
func TestKineticEnergy(t *testing.T) {
	m := sim.Canonical()
	d := m.NewData()
	rng := rand.New(rand.NewPCG(2, 2))
	for range 200 {
		randomState(rng, m, d)
		_, kinetic := m.Energy(d)
		const dt = 1e-6
		ahead := m.NewData()
		for i := range d.Q {
			ahead.Q[i] = d.Q[i] + dt*d.V[i]
		}
		m.Kinematics(ahead)
		linear, armature := 0.0, 0.0
		for b, l := range m.Description().Links {
			speed := m.COM(ahead, b).Distance(m.COM(d, b)) / dt
			linear += 0.5 * l.Mass * speed * speed
			if b > 0 {
				armature += 0.5 * l.Joint.Armature * d.V[b-1] * d.V[b-1]
			}
		}
		if spin := kinetic - linear - armature; spin < -1e-4 || spin > 0.25 {
			t.Fatalf("q %v, v %v: kinetic energy %g, of which motion %g, armature %g, spin %g", d.Q, d.V, kinetic,
				linear, armature, spin)
		}
	}
}

// frictionless returns the canonical model without damping.
func frictionless(t *testing.T) *sim.Model {
	desc := sim.Canonical().Description()
	for b := range desc.Links {
		if desc.Links[b].Joint != nil {
			desc.Links[b].Joint.Damping = 0
		}
	}
	m, err := sim.Compile(desc)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// TestEnergy lets an arm without friction swing: its energy may change only by the error of the
// integration, which shrinks with the step.
func TestEnergy(t *testing.T) {
	m := frictionless(t)
	rng := rand.New(rand.NewPCG(3, 3))
	d := m.NewData()
	randomState(rng, m, d)
	start := *d
	drift := func(h float64, step func(*sim.Data, *vector, float64)) float64 {
		*d = start
		potential, kinetic := m.Energy(d)
		before := potential + kinetic
		for range int(0.5/h + 0.5) {
			step(d, nil, h)
		}
		potential, kinetic = m.Energy(d)
		return math.Abs(potential + kinetic - before)
	}
	for _, step := range []func(*sim.Data, *vector, float64){m.StepReference, m.StepImplicit} {
		coarse, fine := drift(0.002, step), drift(0.0002, step)
		if coarse > 0.05 || fine > 0.15*coarse {
			t.Errorf("energy drifts by %g J at 2 ms, %g J at 0.2 ms", coarse, fine)
		}
	}
}

func TestNoAllocations(t *testing.T) {
	m := sim.Canonical()
	start, _ := m.Keyframe("reach_start")
	d := at(m, start, vector{})
	c := m.NewChecker()
	ctrl, accel := vector{0.3, -0.3, 0.3, 0.5}, vector{}
	var around sim.Surroundings
	for name, f := range map[string]func(){
		"StepReference":   func() { m.StepReference(d, &ctrl, 0.002) },
		"StepImplicit":    func() { m.StepImplicit(d, &ctrl, 0.01) },
		"ForwardDynamics": func() { m.ForwardDynamics(d, &ctrl, &accel) },
		"Check":           func() { d.Q = start; c.Check(d) },
		"Clearance":       func() { m.Clearance(d) },
		"Surroundings":    func() { m.Surroundings(d, &around) },
		"Energy":          func() { m.Energy(d) },
	} {
		if n := testing.AllocsPerRun(100, f); n != 0 {
			t.Errorf("%s allocates %g times", name, n)
		}
	}
}
