package reach_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"colonnade/sim"
	"colonnade/sim/reach"
)

// cost is what the planner minimises, written down once more from the whole pose.
func cost(m *sim.Model, d *sim.Data, moving int, target sim.Vec3) float64 {
	c := d.Palm.Distance(target.Add(sim.Vec3{0, 0, 0.07})) + 0.0005*float64(moving)
	for i := range sim.NumArmJoints {
		if lower, upper, limited := m.Range(i); limited && min(d.Q[i]-lower, upper-d.Q[i]) < 0.1 {
			c++
		}
	}
	c += 5 * max(0, 0.05-d.Palm[2])
	for b := sim.Link2; b < sim.NumBodies; b++ {
		c += 5 * max(0, 0.05-d.BodyPos[b][2])
	}
	for f := range sim.NumFingers {
		c += 10 * max(0, 0.03-m.Tip(d, f)[2])
	}
	return c
}

// TestPlanIsBest tries all 729 actions, in poses all over the arm's range, and finds none better.
func TestPlanIsBest(t *testing.T) {
	m := sim.Canonical()
	p := reach.NewPlanner(m)
	d := m.NewData()
	rng := rand.New(rand.NewPCG(1, 1))
	start, _ := m.Keyframe("reach_start")
	var action [sim.NumJoints]int
	for n := range 60 {
		q := start
		for i := range q {
			spread := 0.8
			if n%3 == 0 {
				spread = 2
			}
			q[i] += spread * (2*rng.Float64() - 1)
		}
		target := sim.Vec3{0.4 * (rng.Float64() - 0.5), -0.45 + 0.3*(rng.Float64()-0.5), 0}
		if n%3 == 1 {
			// There already, so that the small terms decide.
			d.Q = q
			m.Kinematics(d)
			target = d.Palm.Sub(sim.Vec3{0, 0, 0.07})
		}
		p.Plan(action[:], &q, target)
		planned, best := math.NaN(), math.Inf(1)
		for code := range 729 {
			moving, same := 0, true
			d.Q = q
			for i, rest := sim.NumArmJoints-1, code; i >= 0; i, rest = i-1, rest/3 {
				choice := rest % 3
				d.Q[i] += 0.1 * float64(choice-1) * m.MaxSpeed(i)
				if choice != 1 {
					moving++
				}
				same = same && action[i] == choice
			}
			m.Kinematics(d)
			c := cost(m, d, moving, target)
			best = min(best, c)
			if same {
				planned = c
			}
		}
		if !(math.Abs(planned-best) < 1e-12) {
			t.Errorf("q %v, target %v: the plan %v costs %.15g, the best action %.15g", q, target, action, planned,
				best)
		}
		if action[6] != 1 || action[7] != 1 || action[8] != 1 {
			t.Errorf("the plan %v moves fingers", action)
		}
	}
}

func TestPlanDoesNotAllocate(t *testing.T) {
	m := sim.Canonical()
	p := reach.NewPlanner(m)
	q, _ := m.Keyframe("reach_start")
	action := make([]int, sim.NumJoints)
	if n := testing.AllocsPerRun(10, func() { p.Plan(action, &q, sim.Vec3{0.1, -0.4, 0}) }); n != 0 {
		t.Errorf("Plan allocates %g times", n)
	}
}

func BenchmarkPlan(b *testing.B) {
	m := sim.Canonical()
	p := reach.NewPlanner(m)
	q, _ := m.Keyframe("reach_start")
	action := make([]int, sim.NumJoints)
	b.ReportAllocs()
	for b.Loop() {
		p.Plan(action, &q, sim.Vec3{0.1, -0.4, 0})
	}
}
