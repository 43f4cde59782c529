package sim_test

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"colonnade/sim"
)

// pose returns an arm at rest with the arm's joints at six angles and the fingers at one.
func pose(m *sim.Model, finger float64, arm ...float64) *sim.Data {
	d := m.NewData()
	copy(d.Q[:], arm)
	for f := range sim.NumFingers {
		d.Q[sim.NumArmJoints+f] = finger
	}
	m.Kinematics(d)
	return d
}

// Poses that Kinova's own software uses are safe: those of the canonical model, and "retract" and
// "vertical" of kinova-ros's MoveIt configuration.
func TestNoFalseContact(t *testing.T) {
	m := sim.Canonical()
	poses := map[string]*sim.Data{
		"retract":  pose(m, 0.2, -1.56695, 2.6189, 0.4688, -1.6088, 0.0904, 1.741),
		"vertical": pose(m, 0.2, 3.1415, 3.1415, 3.1415, 3.1415, 3.1415, 3.1415),
	}
	for _, name := range []string{"home", "reach_start"} {
		q, ok := m.Keyframe(name)
		if !ok {
			t.Fatalf("no keyframe %q", name)
		}
		poses[name] = at(m, q, vector{})
	}
	for name, d := range poses {
		if v := m.NewChecker().Check(d); v.Cause != sim.None {
			t.Errorf("%s: %s: %s", name, v.Cause, m.Describe(v))
		}
		c := m.Clearance(d)
		t.Logf("%s: %s; %s; %s", name, m.Describe(c.Limit), m.Describe(c.Table), m.Describe(c.Self))
		if c.Limit.Distance < 0.05 || c.Table.Distance < 0.01 || c.Self.Distance < 0.01 {
			t.Errorf("%s: nearest violations %+v, want some distance", name, c)
		}
	}
}

func TestCheckFinds(t *testing.T) {
	m := sim.Canonical()
	start, _ := m.Keyframe("reach_start")
	for _, c := range []struct {
		name  string
		joint int
		angle float64
		cause sim.Cause
		words string
	}{
		{"joint_2 too low", 1, 0.82, sim.JointLimit, "joint_2 -0.0003 rad from its limit"},
		{"joint_2 too high", 1, 5.47, sim.JointLimit, "joint_2"},
		{"joint_3 too low", 2, 0.33, sim.JointLimit, "joint_3"},
		{"joint_3 too high", 2, 5.96, sim.JointLimit, "joint_3"},
		{"into the table", 1, 4.6, sim.TableTouch, "above the table"},
		{"folded", 2, 0.35, sim.SelfContact, "from"},
		{"fingers beyond their range are no violation", 6, 1.6, sim.None, "no violation"},
		{"joints without limit", 0, 100, sim.None, "no violation"},
		{"unchanged", 0, start[0], sim.None, "no violation"},
	} {
		q := start
		q[c.joint] = c.angle
		d := at(m, q, vector{})
		v := m.NewChecker().Check(d)
		if v.Cause != c.cause || !strings.Contains(m.Describe(v), c.words) {
			t.Errorf("%s: %s: %s, want %s: %s", c.name, v.Cause, m.Describe(v), c.cause, c.words)
		}
		if v.Cause != sim.None && !(v.Distance < 0) {
			t.Errorf("%s: distance %g, want below 0", c.name, v.Distance)
		}
	}
}

func TestFingersTouchEachOther(t *testing.T) {
	m := sim.Canonical()
	q, _ := m.Keyframe("reach_start")
	q[6], q[7], q[8] = 1.5, 1.5, 0
	v := m.NewChecker().Check(at(m, q, vector{}))
	if want := "finger_1"; v.Cause != sim.SelfContact || m.BodyName(v.A) != want || m.BodyName(v.B) != "finger_2" {
		t.Errorf("%s: %s, want contact of the closed fingers 1 and 2", v.Cause, m.Describe(v))
	}
}

// TestCheckerSkipsNothing walks at random, in small and large steps, into violations and out again:
// a checker that remembers must say what a new one says, and agree with the clearance.
func TestCheckerSkipsNothing(t *testing.T) {
	m := sim.Canonical()
	rng := rand.New(rand.NewPCG(1, 1))
	start, _ := m.Keyframe("reach_start")
	d := at(m, start, vector{})
	old := m.NewChecker()
	found := make(map[sim.Cause]int)
	for n := range 60000 {
		size := 0.02
		if n%50 == 0 {
			size = 1
		}
		for i := range d.Q {
			d.Q[i] += size * (2*rng.Float64() - 1)
		}
		if n%400 == 0 {
			d.Q = start
		}
		m.Kinematics(d)
		got, want := old.Check(d), m.NewChecker().Check(d)
		if got != want {
			t.Fatalf("step %d, q %v: %s (%s), a new checker says %s (%s)", n, d.Q, got.Cause, m.Describe(got),
				want.Cause, m.Describe(want))
		}
		found[got.Cause]++
		c := m.Clearance(d)
		if safe := min(c.Limit.Distance, c.Table.Distance, c.Self.Distance) >= 0; safe != (got.Cause == sim.None) {
			t.Fatalf("step %d, q %v: %s (%s), but clearance %+v", n, d.Q, got.Cause, m.Describe(got), c)
		}
	}
	for _, cause := range []sim.Cause{sim.None, sim.JointLimit, sim.TableTouch, sim.SelfContact} {
		if found[cause] < 100 {
			t.Errorf("the walk met %q only %d times", cause, found[cause])
		}
	}
}

// A checker that has seen a broken state must not carry it on.
func TestCheckerRecovers(t *testing.T) {
	m := sim.Canonical()
	start, _ := m.Keyframe("reach_start")
	d := at(m, start, vector{})
	c := m.NewChecker()
	for _, broken := range []float64{math.NaN(), math.Inf(1), 1e300} {
		c.Check(d)
		d.Q[3] = broken
		c.Check(d)
		d.Q = start
		if v := c.Check(d); v.Cause != sim.None {
			t.Errorf("after an angle of %g: %s", broken, m.Describe(v))
		}
		d.Q[1] = 4.6
		if v := c.Check(d); v.Cause != sim.TableTouch {
			t.Errorf("after an angle of %g the table was not noticed: %s", broken, m.Describe(v))
		}
		d.Q = start
	}
}
