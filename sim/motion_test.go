package sim_test

import (
	"bytes"
	"encoding/binary"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"colonnade/sim"
)

func TestMotionValidates(t *testing.T) {
	good := sim.Motion{Latency: 0.1, Lag: 0.05, Speed: vector{-0.1, 0.1}, Backlash: 0.01, Payload: 0.3,
		Encoder: vector{0.02, -0.02}}
	for _, m := range []sim.Motion{{}, good} {
		if err := m.Validate(); err != nil {
			t.Errorf("%+v: %v", m, err)
		}
	}
	for _, c := range []struct {
		change func(*sim.Motion, float64)
		values []float64
		want   string
	}{
		{func(m *sim.Motion, x float64) { m.Latency = x }, []float64{-0.001, 0.11}, "latency is"},
		{func(m *sim.Motion, x float64) { m.Lag = x }, []float64{-0.001, 1.1}, "lag is"},
		{func(m *sim.Motion, x float64) { m.Backlash = x }, []float64{-0.001, 0.3}, "backlash is"},
		{func(m *sim.Motion, x float64) { m.Payload = x }, []float64{-0.001, 6}, "payload is"},
		{func(m *sim.Motion, x float64) { m.Speed[2] = x }, []float64{-0.6, 0.6}, "speed error of joint 3 is"},
		{func(m *sim.Motion, x float64) { m.Encoder[8] = x }, []float64{-1.1, 1.1}, "encoder error of joint 9 is"},
	} {
		for _, x := range append(c.values, math.NaN(), math.Inf(1), math.Inf(-1)) {
			m := good
			c.change(&m, x)
			if err := m.Validate(); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%g: error %v, want %q", x, err, c.want)
			}
		}
	}
}

// moving returns a simulator with a motion, placed at reach_start.
func moving(t testing.TB, step float64, motion sim.Motion) *sim.Simulator {
	t.Helper()
	s, err := sim.NewSimulator(sim.Canonical(), step, sim.ControlStep)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.SetMotion(motion); err != nil {
		t.Fatal(err)
	}
	start, _ := s.Model.Keyframe("reach_start")
	s.Place(&start, &vector{})
	return s
}

func advance(t testing.TB, s *sim.Simulator, ctrl vector) sim.Violation {
	t.Helper()
	v, err := s.Advance(&ctrl)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestSetMotionRefuses(t *testing.T) {
	good := sim.Motion{Lag: 0.05, Latency: 0.03}
	s := moving(t, 0.01, good)
	if err := s.SetMotion(sim.Motion{Payload: -1}); err == nil || !strings.Contains(err.Error(), "payload") {
		t.Errorf("a negative payload: error %v", err)
	}
	if s.Motion() != good {
		t.Errorf("a refused motion left %+v", s.Motion())
	}
}

// TestNoMotion: the zero Motion is the model to the bit, also after another one.
func TestNoMotion(t *testing.T) {
	ctrl, _ := commands(40)
	for _, step := range []float64{0.002, 0.01, 0.02} {
		a, err := sim.NewSimulator(sim.Canonical(), step, sim.ControlStep)
		if err != nil {
			t.Fatal(err)
		}
		b := moving(t, step, everyMotion())
		advance(t, b, ctrl[0])
		if err := b.SetMotion(sim.Motion{}); err != nil {
			t.Fatal(err)
		}
		start, _ := a.Model.Keyframe("reach_start")
		a.Place(&start, &vector{})
		b.Place(&start, &vector{})
		for k := range ctrl {
			d := *a.Data
			advance(t, a, ctrl[k])
			advance(t, b, ctrl[k])
			if a.Data.Q != b.Data.Q || a.Data.V != b.Data.V || b.Seen() != b.Data {
				t.Fatalf("step %g s: a motion of nothing changes the arm's", step)
			}
			for range int(sim.ControlStep/step + 0.5) {
				a.Model.Step(&d, &ctrl[k], step)
				a.Model.StopFingers(&d)
			}
			if a.Elapsed() == sim.ControlStep && a.Data.Q != d.Q {
				t.Fatalf("step %g s: the simulator moves otherwise than its model", step)
			}
		}
	}
}

// everyMotion has every quantity.
func everyMotion() sim.Motion {
	return sim.Motion{
		Latency: 0.05, Lag: 0.04, Backlash: 0.015, Payload: 0.4,
		Speed: vector{-0.05, 0.04, -0.03, 0.02, 0.05, -0.04, 0.1, -0.1}, Encoder: vector{0.01, -0.02},
	}
}

// TestLatency compares what is seen with the poses that the arm had, physics step by physics step.
func TestLatency(t *testing.T) {
	ctrl, start := commands(20)
	for _, c := range []struct {
		latency float64
		age     int
	}{{0, 0}, {0.004, 0}, {0.006, 1}, {0.03, 3}, {0.1, 10}} {
		s := moving(t, 0.01, sim.Motion{Latency: c.latency})
		fine, err := sim.NewSimulator(sim.Canonical(), 0.01, 0.01)
		if err != nil {
			t.Fatal(err)
		}
		fine.Place(&start, &vector{})
		if math.Abs(s.Latency()-0.01*float64(c.age)) > 1e-12 {
			t.Errorf("latency %g: on the grid it is %g", c.latency, s.Latency())
		}
		past := []vector{start}
		for k := range ctrl {
			ended := advance(t, s, ctrl[k]).Cause != sim.None
			for range int(s.Elapsed()/0.01 + 0.5) {
				advance(t, fine, ctrl[k])
				past = append(past, fine.Data.Q)
			}
			want := at(s.Model, past[max(0, len(past)-1-c.age)], vector{})
			if seen := s.Seen(); seen.Q != want.Q || seen.BodyPos != want.BodyPos || seen.BodyRot != want.BodyRot {
				t.Fatalf("latency %g, step %d: seen at %v, want %v", c.latency, k, seen.Q, want.Q)
			}
			if s.Data.Q != fine.Data.Q {
				t.Fatalf("latency %g changes the motion", c.latency)
			}
			if ended {
				break
			}
		}
		s.Place(&start, &vector{})
		if s.Seen().Q != start {
			t.Errorf("latency %g: after Place an older arm is seen", c.latency)
		}
	}
}

// TestLag: with a time constant of 80 ms joint 1 lags 80 ms times its speed behind where it would
// be, whatever the physics step.
func TestLag(t *testing.T) {
	for _, step := range []float64{0.002, 0.01, 0.02} {
		a, b := moving(t, step, sim.Motion{}), moving(t, step, sim.Motion{Lag: 0.08})
		speed := a.Model.MaxSpeed(0)
		for range 8 {
			advance(t, a, vector{speed})
			advance(t, b, vector{speed})
		}
		if behind := (a.Data.Q[0] - b.Data.Q[0]) / speed; math.Abs(behind-0.08) > 0.08*0.13 {
			t.Errorf("step %g s: joint 1 is %.4f s behind, want 0.08", step, behind)
		}
		if math.Abs(b.Data.V[0]-speed) > 0.01 {
			t.Errorf("step %g s: in the end joint 1 turns with %g rad/s, want %g", step, b.Data.V[0], speed)
		}
	}
}

// TestSpeedError: the error is a factor on what is left of the command after the joint's limit.
func TestSpeedError(t *testing.T) {
	for _, command := range []float64{0.3, 100} {
		exact := moving(t, 0.01, sim.Motion{})
		fast := moving(t, 0.01, sim.Motion{Speed: vector{0.1, 0, 0, -0.2}})
		for range 5 {
			advance(t, exact, vector{0: command, 3: command})
			advance(t, fast, vector{0: command, 3: command})
		}
		if ratio := fast.Data.V[0] / exact.Data.V[0]; math.Abs(ratio-1.1) > 0.005 {
			t.Errorf("joint 1 is %g times as fast, want 1.1", ratio)
		}
		if ratio := fast.Data.V[3] / exact.Data.V[3]; math.Abs(ratio-0.8) > 0.02 {
			t.Errorf("joint 4 is %g times as fast, want 0.8", ratio)
		}
	}
}

// TestBacklash turns joint 1, about which gravity has no say, to and fro: each time it turns back,
// the link first coasts until its servo has crossed the backlash, so it goes less far by the
// backlash's width; when the two meet is known to a physics step.
func TestBacklash(t *testing.T) {
	const backlash = 0.04
	for _, step := range []float64{0.002, 0.01, 0.02} {
		a, b := moving(t, step, sim.Motion{}), moving(t, step, sim.Motion{Backlash: backlash})
		speed := a.Model.MaxSpeed(0)
		swing := func(s *sim.Simulator, direction float64) float64 {
			before := s.Data.Q[0]
			for range 5 {
				advance(t, s, vector{direction * speed})
			}
			return math.Abs(s.Data.Q[0] - before)
		}
		swing(a, 1)
		swing(b, 1)
		for range 3 {
			for _, direction := range []float64{-1, 1} {
				lost := swing(a, direction) - swing(b, direction)
				if math.Abs(lost-backlash) > 0.05*backlash+1.3*speed*step {
					t.Errorf("step %g s: the swing lost %.4f rad, want %g", step, lost, backlash)
				}
			}
		}
	}
}

// TestBacklashUnderLoad: a joint that carries weight leans on one flank, so that backlash does not
// let it drop, and turning it against the weight loses nothing.
func TestBacklashUnderLoad(t *testing.T) {
	a, b := moving(t, 0.01, sim.Motion{}), moving(t, 0.01, sim.Motion{Backlash: 0.04})
	for range 10 {
		advance(t, a, vector{})
		advance(t, b, vector{})
	}
	if dropped := math.Abs(a.Data.Q[1] - b.Data.Q[1]); dropped > 0.002 {
		t.Errorf("at rest joint 2 is %g rad apart from one without backlash", dropped)
	}
	up := vector{1: -a.Model.MaxSpeed(1)}
	for range 5 {
		advance(t, a, up)
		advance(t, b, up)
	}
	if lost := math.Abs(a.Data.Q[1] - b.Data.Q[1]); lost > 0.004 {
		t.Errorf("lifting lost %g rad to backlash", lost)
	}
}

// TestPayloadMakesTheArmSag: more weight makes the arm sag more.
func TestPayloadMakesTheArmSag(t *testing.T) {
	var sag [2]float64
	for k, payload := range []float64{0, 1} {
		s := moving(t, 0.01, sim.Motion{Payload: payload})
		before := s.Data.Palm[2]
		for range 10 {
			advance(t, s, vector{})
		}
		sag[k] = before - s.Data.Palm[2]
	}
	// At the start pose 1 kg at the palm adds about 4 N m to 11 N m at joint 2.
	if ratio := sag[1] / sag[0]; !(ratio > 1.2 && ratio < 1.7) {
		t.Errorf("the palm sags by %.4f m, with 1 kg by %.4f m", sag[0], sag[1])
	}
}

// TestSpeedIsNeverExceeded: whatever the commands, servo errors and weight, no joint gets faster
// than its servo may be, but for the few percent that its weight adds through the servo's softness.
func TestSpeedIsNeverExceeded(t *testing.T) {
	rng := rand.New(rand.NewPCG(9, 9))
	motions := []sim.Motion{{}, everyMotion(), {Backlash: 0.05}, {Lag: 0.1, Payload: 1}}
	for _, step := range []float64{0.002, 0.01, 0.02} {
		for _, motion := range motions {
			s := moving(t, step, motion)
			start := s.Data.Q
			for range 200 {
				var ctrl vector
				for i := range ctrl {
					ctrl[i] = 4 * (rng.Float64() - 0.5)
				}
				ended := advance(t, s, ctrl).Cause != sim.None
				for i, v := range s.Data.V {
					most := s.Model.MaxSpeed(i) * (1 + max(0, motion.Speed[i]))
					// Torque over damping and gain: what 25 N m (joints 1-3) or 3 N m add to the
					// velocity.
					slack := []float64{0.05, 0.05, 0.05, 0.03, 0.03, 0.03, 0.02, 0.02, 0.02}[i]
					if motion.Backlash > 0 && i < sim.NumArmJoints {
						slack += math.Sqrt(2 * 25 * motion.Backlash) // a link that falls through its backlash at up to 25 rad/s²
					}
					if math.Abs(v) > most+slack {
						t.Fatalf("step %g s, %+v: %s has %g rad/s, allowed %g", step, motion, s.Model.JointName(i), v,
							most)
					}
				}
				if ended {
					s.Place(&start, &vector{})
				}
			}
		}
	}
}

// TestSimulatorState goes on from a saved state in another simulator, and compares every bit with
// the one that never stopped.
func TestSimulatorState(t *testing.T) {
	ctrl, start := commands(60)
	for _, motion := range []sim.Motion{{}, everyMotion(), {Latency: 0.1}, {Latency: 0.03}} {
		a, b := moving(t, 0.01, motion), moving(t, 0.01, motion)
		for k := range ctrl {
			state, err := a.AppendBinary([]byte("head"))
			if err != nil {
				t.Fatal(err)
			}
			advance(t, b, ctrl[(k+7)%len(ctrl)])
			if err := b.UnmarshalBinary(state[4:]); err != nil {
				t.Fatal(err)
			}
			if a.Seen().Q != b.Seen().Q {
				t.Fatalf("%+v: before step %d the restored arm is seen elsewhere", motion, k)
			}
			va, vb := advance(t, a, ctrl[k]), advance(t, b, ctrl[k])
			if va != vb || a.Data.Q != b.Data.Q || a.Data.V != b.Data.V || a.Seen().Q != b.Seen().Q {
				t.Fatalf("%+v: after step %d the restored arm went another way", motion, k)
			}
			if va.Cause != sim.None {
				a.Place(&start, &vector{})
			}
		}
	}
	s := moving(t, 0.01, everyMotion())
	good, _ := s.AppendBinary(nil)
	bad := append([]byte(nil), good...)
	binary.LittleEndian.PutUint64(bad[len(bad)-8:], math.Float64bits(math.NaN()))
	for _, data := range [][]byte{nil, good[:len(good)-8], append(append([]byte(nil), good...), 0), bad} {
		if err := s.UnmarshalBinary(data); err == nil {
			t.Errorf("a damaged state of %d bytes was accepted", len(data))
		}
		if again, _ := s.AppendBinary(nil); !bytes.Equal(again, good) {
			t.Error("a refused state changed the simulator")
		}
	}
}

func TestMotionDoesNotAllocate(t *testing.T) {
	s := moving(t, 0.01, everyMotion())
	start := s.Data.Q
	state, _ := s.AppendBinary(nil)
	ctrl, motion := vector{0.3, -0.3}, everyMotion()
	if n := testing.AllocsPerRun(50, func() {
		if err := s.SetMotion(motion); err != nil {
			t.Error(err)
		}
		s.Place(&start, &vector{})
		if _, err := s.Advance(&ctrl); err != nil {
			t.Error(err)
		}
		s.Seen()
		if _, err := s.AppendBinary(state[:0]); err != nil {
			t.Error(err)
		}
		if err := s.UnmarshalBinary(state); err != nil {
			t.Error(err)
		}
	}); n != 0 {
		t.Errorf("an arm with every motion allocates %g times", n)
	}
}
