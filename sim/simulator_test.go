package sim_test

import (
	"math"
	"strings"
	"testing"

	"colonnade/sim"
)

func TestSimulatorSteps(t *testing.T) {
	m := sim.Canonical()
	for _, c := range []struct {
		physics, control float64
		want             string
	}{
		{0.002, 0.1, ""},
		{0.01, 0.1, ""},
		{0.02, 0.1, ""},
		{0.1, 0.1, ""},
		{0.003, 0.1, "not a whole multiple"},
		{0.2, 0.1, "not a whole multiple"},
		{0, 0.1, "want 1e-05 to 10 s"},
		{-0.01, 0.1, "want 1e-05 to 10 s"},
		{math.NaN(), 0.1, "want 1e-05 to 10 s"},
		{0.01, math.Inf(1), "want 1e-05 to 10 s"},
		{0.01, 0, "want 1e-05 to 10 s"},
		{1e-9, 0.1, "want 1e-05 to 10 s"},
		{1e-12, 1e-9, "want 1e-05 to 10 s"}, // memory of the past for 1e11 steps
		{1e300, 1e300, "want 1e-05 to 10 s"},
	} {
		_, err := sim.NewSimulator(m, c.physics, c.control)
		if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("physics %g, control %g: error %v, want %q", c.physics, c.control, err, c.want)
		}
	}
}

func newSimulator(t *testing.T) *sim.Simulator {
	s, err := sim.NewSimulator(sim.Canonical(), sim.TrainingStep, sim.ControlStep)
	if err != nil {
		t.Fatal(err)
	}
	start, _ := s.Model.Keyframe("reach_start")
	if v := s.Place(&start, &vector{}); v.Cause != sim.None {
		t.Fatal(s.Model.Describe(v))
	}
	return s
}

func TestAdvanceStopsAtTheFirstViolation(t *testing.T) {
	s := newSimulator(t)
	down := vector{1: s.Model.MaxSpeed(1)}
	for n := range 100 {
		v, err := s.Advance(&down)
		if err != nil {
			t.Fatal(err)
		}
		if v.Cause == sim.None {
			continue
		}
		// One physics step moves no link by more than 2 cm.
		if v.Cause != sim.TableTouch || v.Distance < -0.02 || n < 3 {
			t.Errorf("control step %d: %s, %s", n, v.Cause, s.Model.Describe(v))
		}
		return
	}
	t.Error("the arm went down for 10 s and never touched the table")
}

func TestAdvanceRefuses(t *testing.T) {
	s := newSimulator(t)
	before := *s.Data
	for _, bad := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
		if _, err := s.Advance(&vector{4: bad}); err == nil || !strings.Contains(err.Error(), "joint_5") {
			t.Errorf("command %g: error %v, want one that names joint_5", bad, err)
		}
	}
	if s.Data.Q != before.Q || s.Data.V != before.V {
		t.Error("a refused command moved the arm")
	}
	s.Place(&vector{3: math.NaN()}, &vector{})
	if _, err := s.Advance(&vector{}); err == nil || !strings.Contains(err.Error(), "no longer finite") {
		t.Errorf("from a state that is not a number: error %v", err)
	}
}

func TestFingersStopAtTheirEnds(t *testing.T) {
	s := newSimulator(t)
	open := vector{6: -1, 7: -1, 8: -1}
	for range 20 {
		if v, err := s.Advance(&open); err != nil || v.Cause != sim.None {
			t.Fatal(err, s.Model.Describe(v))
		}
	}
	for i := 6; i < 9; i++ {
		if s.Data.Q[i] != 0 || s.Data.V[i] != 0 {
			t.Errorf("%s is at %g with %g rad/s, want to rest at 0", s.Model.JointName(i), s.Data.Q[i], s.Data.V[i])
		}
	}
}
