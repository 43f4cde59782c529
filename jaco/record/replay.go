package record

import (
	"errors"
	"fmt"
	"io"
	"math"

	"colonnade/jaco/robot"
	"colonnade/sim"
)

// Deviation is how far the simulated arm was from the recorded one after each step of recorded
// actions.
type Deviation struct {
	Episodes, Steps int
	Skipped         int                    // steps that were not played, as the simulated arm had broken a rule before
	Joint           [sim.NumJoints]float64 // root mean square, rad
	Palm, MostPalm  float64                // root mean square and largest, m
	Torn            bool                   // the last record was not written to its end
}

// Replay plays the actions of all episodes in the simulator, with the motion of a world, each from
// its recorded start. Each, unless nil, is called after each step with what was recorded and the
// simulated arm.
//
// A step that waited for something, and those after it, deviate: the simulator does not wait.
func Replay(r *Reader, motion sim.Motion, each func(m *robot.Moment, d *sim.Data) error) (Deviation, error) {
	var total Deviation
	model := sim.Canonical()
	s, err := sim.NewSimulator(model, sim.TrainingStep, sim.ControlStep)
	if err != nil {
		return total, err
	}
	if err := s.SetMotion(motion); err != nil {
		return total, err
	}
	recorded := model.NewData()
	var m robot.Moment
	over := true
	for {
		if err := r.Next(&m); err == io.EOF || errors.Is(err, ErrTorn) {
			total.Torn = err != io.EOF
			break
		} else if err != nil {
			return total, err
		}
		q := m.Q
		for i := range q {
			q[i] -= motion.Encoder[i]
		}
		if m.Step == 0 {
			over = s.Place(&q, new([sim.NumJoints]float64)).Cause != sim.None
			total.Episodes++
			continue
		}
		if over {
			total.Skipped++
			continue
		}
		var v [sim.NumJoints]float64
		for i, a := range m.Action {
			if a > 2 {
				return total, fmt.Errorf("replay: episode %d, step %d: an action of %d, want 0, 1 or 2", m.Episode,
					m.Step, a)
			}
			v[i] = (float64(a) - 1) * model.MaxSpeed(i)
		}
		violation, err := s.Advance(&v)
		if err != nil {
			return total, err
		}
		over = violation.Cause != sim.None
		recorded.Q = q
		model.Kinematics(recorded)
		total.add(s.Data, recorded)
		if each != nil {
			if err := each(&m, s.Data); err != nil {
				return total, err
			}
		}
	}
	total.finish()
	return total, nil
}

func (t *Deviation) add(simulated, recorded *sim.Data) {
	t.Steps++
	for i := range t.Joint {
		d := simulated.Q[i] - recorded.Q[i]
		t.Joint[i] += d * d
	}
	palm := simulated.Palm.Distance(recorded.Palm)
	t.Palm += palm * palm
	t.MostPalm = max(t.MostPalm, palm)
}

func (t *Deviation) finish() {
	n := float64(max(t.Steps, 1))
	for i := range t.Joint {
		t.Joint[i] = math.Sqrt(t.Joint[i] / n)
	}
	t.Palm = math.Sqrt(t.Palm / n)
}
