package robot

import (
	"math"
	"testing"
	"time"

	"colonnade/sim"
)

// A joint without limits that stands whole turns on goes the shorter way to a start, and
// observations leave its turns out.
func TestTurnsAreNotUndone(t *testing.T) {
	m := sim.Canonical()
	centre, _ := m.Keyframe("reach_start")
	for _, c := range []struct {
		name  string
		joint int
		turns float64
	}{{"base", 0, 1}, {"base", 0, -1}, {"joint 6", 5, 20}, {"joint 4", 3, -7}} {
		start := centre
		start[c.joint] += c.turns * 2 * math.Pi
		cell := emulate(t, func(o *Emulation) { o.Start = &start })
		e := newEnv(t, Options{Workcell: cell.Workcell})
		b := newBuffers()
		began := cell.Clock.Now()
		if err := e.Reset(3, b.pixels, b.proprio); err != nil {
			t.Fatal(err)
		}
		if took := cell.Clock.Now().Sub(began); took > 6*time.Second {
			t.Errorf("%s, %g turns on: to the start in %v", c.name, c.turns, took)
		}
		q, _ := e.Joints()
		for i := range sim.NumArmJoints {
			if math.Abs(q[i]-centre[i]) > 0.9 || math.Abs(float64(b.proprio[i])-q[i]) > 1e-6 {
				t.Errorf("%s, %g turns on: joint %d is observed at %.2f rad, starts are around %.2f", c.name, c.turns,
					i+1, q[i], centre[i])
			}
		}
		here := cell.Guard.State().Q
		if turns := Turns(&here); math.Abs(turns[c.joint]-c.turns*2*math.Pi) > 1e-9 {
			t.Errorf("%s: %.2f rad of whole turns, want %g turns", c.name, turns[c.joint], c.turns)
		}
		if _, _, _, err := e.Step(b.still(), b.pixels, b.proprio); err != nil {
			t.Fatal(err)
		}
	}
}

// A joint that has turned very far is turned back bit by bit, before the arm's own limit.
func TestTurnsHaveAnEnd(t *testing.T) {
	var q, from pose
	for _, c := range [][2]float64{{0, 0}, {0.4, 0}, {0.6, 1}, {-0.6, -1}, {20, 20}, {21, 20}, {-25, -24}} {
		from[5] = c[0] * 2 * math.Pi
		from[1] = from[5] // which has limits
		if turns := turnsBetween(sim.Canonical(), &q, &from); math.Abs(turns[5]-c[1]*2*math.Pi) > 1e-9 ||
			turns[1] != 0 {
			t.Errorf("from %.1f turns: %.2f turns are kept, want %.0f", c[0], turns[5]/(2*math.Pi), c[1])
		}
	}
}
