package sim_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"colonnade/sim"
)

// TestImplicitAgainstReference holds the error of the training steps, which the package comment
// states: 5 s of new random commands every 100 ms, from 40 poses around reach_start, against 2 ms.
func TestImplicitAgainstReference(t *testing.T) {
	for _, c := range []struct {
		step                   float64 // s
		joints, palm, farthest float64 // bounds: rms of the arm's joints, rad; rms and largest of the palm, m
	}{
		{0.01, 0.004, 0.003, 0.012},
		{0.02, 0.009, 0.009, 0.035},
	} {
		m := sim.Canonical()
		rng := rand.New(rand.NewPCG(1, 1))
		start, _ := m.Keyframe("reach_start")
		var joints, palm, farthest float64
		count := 0
		for range 40 {
			q := start
			for i := range sim.NumArmJoints {
				q[i] += 0.8 * (2*rng.Float64() - 1)
			}
			a, b := at(m, q, vector{}), at(m, q, vector{})
			for range 50 {
				var ctrl vector
				for i := range ctrl {
					ctrl[i] = float64(rng.IntN(3)-1) * m.MaxSpeed(i)
				}
				for range 50 {
					m.Step(a, &ctrl, sim.ReferenceStep)
					m.StopFingers(a)
				}
				for range int(0.1/c.step + 0.5) {
					m.Step(b, &ctrl, c.step)
					m.StopFingers(b)
				}
				for i := range sim.NumArmJoints {
					joints += (a.Q[i] - b.Q[i]) * (a.Q[i] - b.Q[i]) / sim.NumArmJoints
				}
				d := a.Palm.Distance(b.Palm)
				palm += d * d
				farthest = max(farthest, d)
				count++
			}
		}
		joints, palm = math.Sqrt(joints/float64(count)), math.Sqrt(palm/float64(count))
		t.Logf("step %g ms: joints %.2g rad rms, palm %.2g mm rms, %.2g mm at most", 1000*c.step, joints, 1000*palm,
			1000*farthest)
		if joints > c.joints || palm > c.palm || farthest > c.farthest {
			t.Errorf("step %g ms: the error is larger than %g rad, %g m, %g m", 1000*c.step, c.joints, c.palm,
				c.farthest)
		}
	}
}

// TestNoChatter: at the training steps a joint that starts from rest gains speed until it has its
// command's, and stays there. (The reference scheme gives joint 1 0.38, 0.75, 0.37 ... rad/s at 10
// ms.)
func TestNoChatter(t *testing.T) {
	m := sim.Canonical()
	start, _ := m.Keyframe("reach_start")
	for _, h := range []float64{0.01, 0.02} {
		for i := range sim.NumJoints {
			d := at(m, start, vector{})
			var ctrl vector
			ctrl[i] = m.MaxSpeed(i)
			before := 0.0
			for n := range int(0.3/h + 0.5) {
				m.Step(d, &ctrl, h)
				// Gravity pulls a joint up to 5 % beyond its command.
				if d.V[i] > 1.05*ctrl[i] || d.V[i] < before-0.01*ctrl[i] {
					t.Errorf("h %g: %s has %g rad/s after step %d, %g before, commanded %g", h, m.JointName(i), d.V[i],
						n, before, ctrl[i])
				}
				before = d.V[i]
			}
			if math.Abs(before-ctrl[i]) > 0.06*ctrl[i] {
				t.Errorf("h %g: %s ends at %g rad/s, commanded %g", h, m.JointName(i), before, ctrl[i])
			}
		}
	}
	var chatters bool
	d := at(m, start, vector{})
	for range 10 {
		m.StepReference(d, &vector{m.MaxSpeed(0)}, 0.01)
		chatters = chatters || d.V[0] > 1.1*m.MaxSpeed(0)
	}
	if !chatters {
		t.Error("the reference scheme does not chatter at 10 ms: then this test shows nothing")
	}
}

// TestImplicitEquation puts the solution of each step back into the equation that it should solve,
// torque limits included; also for a hand of 30 kg on motors without much inertia of their own,
// where the search for the servos at their limit goes round in circles if it changes all of them at
// once.
func TestImplicitEquation(t *testing.T) {
	desc := sim.Canonical().Description()
	desc.Links[sim.Hand].Mass *= 30
	for b := range desc.Links {
		if desc.Links[b].Joint != nil {
			desc.Links[b].Joint.Armature *= 0.001
		}
	}
	heavy, err := sim.Compile(desc)
	if err != nil {
		t.Fatal(err)
	}
	for name, m := range map[string]*sim.Model{"canonical": sim.Canonical(), "heavy hand": heavy} {
		t.Run(name, func(t *testing.T) { checkImplicitEquation(t, m) })
	}
}

func checkImplicitEquation(t *testing.T, m *sim.Model) {
	d := m.NewData()
	rng := rand.New(rand.NewPCG(2, 2))
	atLimit := 0
	for range 20000 {
		randomState(rng, m, d)
		h := []float64{0.005, 0.01, 0.02}[rng.IntN(3)]
		before := *d
		var ctrl, accel, tau vector
		for i := range ctrl {
			ctrl[i] = float64(rng.IntN(3)-1) * m.MaxSpeed(i)
		}
		m.StepImplicit(d, &ctrl, h)
		for i := range accel {
			accel[i] = (d.V[i] - before.V[i]) / h
		}
		m.InverseDynamics(&before, &accel, &tau)
		for i := range tau {
			want := m.ServoTorque(d, i, ctrl[i]) // at the new velocity
			if limit := math.Abs(want); limit == 40 || limit == 80 || limit == 20 || limit == 1 {
				atLimit++
			}
			if got := tau[i] + m.Damping(i)*d.V[i]; math.Abs(got-want) > 1e-6 {
				t.Fatalf("h %g, q %v, v %v: %s gets %.12g N m, its servo wants %.12g at the new velocity", h, before.Q,
					before.V, m.JointName(i), got, want)
			}
		}
	}
	if atLimit < 10000 {
		t.Errorf("only %d torques were at their limit", atLimit)
	}
}

func TestCommandsAreClamped(t *testing.T) {
	m := sim.Canonical()
	start, _ := m.Keyframe("reach_start")
	for _, h := range []float64{0.002, 0.01} {
		a, b := at(m, start, vector{}), at(m, start, vector{})
		for range 50 {
			m.Step(a, &vector{100, -100, 0, 0, 3}, h)
			m.Step(b, &vector{m.MaxSpeed(0), -m.MaxSpeed(1), 0, 0, m.MaxSpeed(4)}, h)
		}
		if a.Q != b.Q || a.V != b.V {
			t.Errorf("h %g: a command beyond the limit gives %v, the limit itself %v", h, a.V, b.V)
		}
	}
}

func TestStepNoticesNewAngles(t *testing.T) {
	m := sim.Canonical()
	start, _ := m.Keyframe("reach_start")
	home, _ := m.Keyframe("home")
	a, b := at(m, start, vector{}), at(m, home, vector{})
	a.Q = home // without Kinematics
	m.Step(a, &vector{}, 0.01)
	m.Step(b, &vector{}, 0.01)
	if a.Q != b.Q || a.Palm != b.Palm {
		t.Error("a step after setting the angles used the poses before")
	}
	m.PoseBody(a, sim.Hand)
	m.Step(a, &vector{}, 0.01)
	m.Step(b, &vector{}, 0.01)
	if a.Q != b.Q || a.BodyPos != b.BodyPos {
		t.Error("a step after PoseBody went wrong")
	}
}

func TestStopFingers(t *testing.T) {
	m := sim.Canonical()
	start, _ := m.Keyframe("reach_start")
	d := at(m, start, vector{})
	d.Q[6], d.Q[7], d.Q[8] = -0.01, 1.52, 0.7
	d.V[6], d.V[7], d.V[8] = -1, 1, 1
	d.Q[1], d.V[1] = 0.5, -1 // an arm joint beyond its limit is the checker's business
	m.StopFingers(d)
	if d.Q[6] != 0 || d.V[6] != 0 || d.Q[7] != 1.51 || d.V[7] != 0 {
		t.Errorf("fingers beyond their ends are at %v with %v", d.Q[6:], d.V[6:])
	}
	if d.Q[8] != 0.7 || d.V[8] != 1 || d.Q[1] != 0.5 || d.V[1] != -1 {
		t.Errorf("other joints were touched: %v, %v", d.Q, d.V)
	}
	want := at(m, d.Q, d.V)
	if d.BodyRot != want.BodyRot {
		t.Error("the poses are not those of the new angles")
	}
}

// TestMotionAgainstFineSteps holds the error that training steps add to an arm with lag, backlash
// and payload, which the package comment states: against steps of 1 ms, over at most 5 s of random
// commands from 12 starts, up to the first violation.
func TestMotionAgainstFineSteps(t *testing.T) {
	m := sim.Canonical()
	start, _ := m.Keyframe("reach_start")
	for _, c := range []struct{ step, palm, farthest float64 }{
		{0.01, 0.013, 0.055}, {0.02, 0.022, 0.09},
	} {
		rng := rand.New(rand.NewPCG(4, 4))
		a, b := moving(t, 0.001, everyMotion()), moving(t, c.step, everyMotion())
		var palm, farthest float64
		count := 0
		for range 12 {
			q := start
			for i := range sim.NumArmJoints {
				q[i] += 0.4 * (2*rng.Float64() - 1)
			}
			if a.Place(&q, &vector{}).Cause != sim.None {
				continue
			}
			b.Place(&q, &vector{})
			for range 50 {
				var ctrl vector
				for i := range ctrl {
					ctrl[i] = float64(rng.IntN(3)-1) * m.MaxSpeed(i)
				}
				if advance(t, a, ctrl).Cause != sim.None || advance(t, b, ctrl).Cause != sim.None {
					break
				}
				d := a.Data.Palm.Distance(b.Data.Palm)
				palm += d * d
				farthest = max(farthest, d)
				count++
			}
		}
		palm = math.Sqrt(palm / float64(count))
		t.Logf("step %g ms: palm %.2g mm rms, %.2g mm at most, %d control steps", 1000*c.step, 1000*palm, 1000*farthest,
			count)
		if palm > c.palm || farthest > c.farthest || count < 200 {
			t.Errorf("step %g ms: the error is larger than %g m, %g m", 1000*c.step, c.palm, c.farthest)
		}
	}
}
