package sim

import (
	"math"
	"math/rand/v2"
	"testing"
)

// TestSurroundings compares points and gradients with what they mean, in random poses: the points
// lie on the surfaces and as far apart as the distance says, and small turns of the joints change
// the distance at the gradient's rate.
func TestSurroundings(t *testing.T) {
	m := Canonical()
	d, moved := m.NewData(), m.NewData()
	rng := rand.New(rand.NewPCG(7, 7))
	// turned measures how one cause's distance, of the same bodies, changes by a joint's angle.
	turned := func(joint int, measure func(d *Data) float64) float64 {
		const h = 1e-6
		moved.Q = d.Q
		moved.Q[joint] += h
		m.Kinematics(moved)
		ahead := measure(moved)
		moved.Q[joint] -= 2 * h
		m.Kinematics(moved)
		return (ahead - measure(moved)) / (2 * h)
	}
	compare := func(n *Nearby, measure func(d *Data) float64) (wrong int) {
		for i := range n.Gradient {
			if math.Abs(n.Gradient[i]-turned(i, measure)) > 1e-5 {
				wrong++
			}
		}
		return wrong
	}
	jumps, overlaps := 0, 0
	for range 4000 {
		randomPose(rng, m, d)
		var s Surroundings
		m.Surroundings(d, &s)
		if c := m.Clearance(d); s.Limit.Violation != c.Limit || s.Table.Violation != c.Table ||
			s.Self.Violation != c.Self {
			t.Fatalf("surroundings %+v, clearance %+v", s, c)
		}
		if n := compare(&s.Limit, func(d *Data) float64 { return m.limitViolation(d).Distance }); n > 0 {
			jumps++ // in the middle of the range
		}
		low := s.Table.On[0]
		if math.Abs(low[2]-m.tableHeight-s.Table.Distance) > 1e-12 ||
			s.Table.On[1] != (Vec3{low[0], low[1], m.tableHeight}) {
			t.Fatalf("q %v: points %v for %s", d.Q, s.Table.On, m.Describe(s.Table.Violation))
		}
		if compare(&s.Table, func(d *Data) float64 { return m.height(d, s.Table.A) }) > 0 {
			jumps++
		}
		a, b := s.Self.A, s.Self.B
		if s.Self.Distance < 0 {
			overlaps++
		}
		if gap := s.Self.On[0].Distance(s.Self.On[1]); s.Self.Distance > 0 && math.Abs(gap-s.Self.Distance) > 1e-9 {
			t.Fatalf("q %v: points %g apart for %s", d.Q, gap, m.Describe(s.Self.Violation))
		}
		for k, body := range [2]int{a, b} {
			local := d.BodyRot[body].Transpose().MulVec(s.Self.On[k].Sub(d.BodyPos[body]))
			depth := math.Inf(1)
			for j := range m.solids[body] {
				depth = min(depth, m.solids[body][j].depth(vec(&local)))
			}
			if s.Self.Distance > 0 && math.Abs(depth) > 1e-9 {
				t.Fatalf("q %v: the point on %s is %g m from its surface", d.Q, m.BodyName(body), depth)
			}
		}
		if compare(&s.Self, func(d *Data) float64 { return m.distance(d, a, b) }) > 0 && s.Self.Distance > -0.01 {
			jumps++
		}
	}
	// The difference quotient is off where another corner or shape takes over within it.
	if jumps > 20 {
		t.Errorf("%d of 12000 gradients are not those of the distance", jumps)
	}
	if overlaps < 100 {
		t.Errorf("only %d poses overlapped", overlaps)
	}
}

// TestClearanceAgreesWithChecker: in random poses, many of them broken, each cause's distance is
// below 0 exactly when a checker that looks for that cause alone finds it.
func TestClearanceAgreesWithChecker(t *testing.T) {
	m := Canonical()
	d := m.NewData()
	rng := rand.New(rand.NewPCG(8, 8))
	found := make(map[Cause]int)
	for range 20000 {
		randomPose(rng, m, d)
		if rng.IntN(4) == 0 {
			d.Q[1] += rng.Float64() - 0.5
			m.Kinematics(d)
		}
		c := m.Clearance(d)
		v := m.NewChecker().Check(d)
		found[v.Cause]++
		want := None
		switch {
		case c.Limit.Distance < 0:
			want = JointLimit
		case c.Table.Distance < 0 && c.Self.Distance < 0:
			want = v.Cause // whichever body comes first
			if want == None || want == JointLimit {
				want = TableTouch
			}
		case c.Table.Distance < 0:
			want = TableTouch
		case c.Self.Distance < 0:
			want = SelfContact
		}
		if v.Cause != want {
			t.Fatalf("q %v: the checker says %s, the clearance %+v", d.Q, m.Describe(v), c)
		}
		if nearest := map[Cause]Violation{JointLimit: c.Limit, TableTouch: c.Table,
			SelfContact: c.Self}[v.Cause]; v.Cause != None && nearest.Distance > v.Distance {
			t.Fatalf("q %v: the checker found %s, the clearance only %s", d.Q, m.Describe(v), m.Describe(nearest))
		}
	}
	for _, cause := range []Cause{None, JointLimit, TableTouch, SelfContact} {
		if found[cause] < 200 {
			t.Errorf("%q came up %d times only", cause, found[cause])
		}
	}
}
