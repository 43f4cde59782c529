package distill

import (
	"errors"
	"testing"
	"time"

	"colonnade/a3c"
)

// clocked is an arm that tells of its steps, and may be slow to say where it is.
type clocked struct {
	forgetful
	steps chan struct{}
	slow  int // in every so many steps its twin takes longer than an action may; 0: in none
	drawn int
}

func (c *clocked) Step(action []int, pixels []uint8, proprio []float32) (float32, bool, bool, error) {
	select {
	case c.steps <- struct{}{}:
	default:
	}
	return c.forgetful.Step(action, pixels, proprio)
}

func (c *clocked) Twin(pixels []uint8) (bool, error) {
	if c.drawn++; c.slow > 0 && c.drawn%c.slow == 0 {
		time.Sleep(Deadline + 5*time.Millisecond)
	}
	return c.forgetful.Twin(pixels)
}

// TestActingNeverWaits: the arm acts on while the learner is stuck, here in what is called after a
// window of metrics, until the arm has taken 500 steps more. Then the learner catches up.
func TestActingNeverWaits(t *testing.T) {
	teacher := column(t, 12, 1)
	cfg, set := config(900)
	cfg.Deterministic, set.Beside = false, true
	env := &clocked{forgetful: forgetful{newTwins(true)}, steps: make(chan struct{}, 900)}
	stuck := false
	cfg.OnMetrics = func(a3c.Metrics) error {
		if stuck {
			return nil
		}
		stuck = true
		for range 600 {
			select {
			case <-env.steps:
			case <-time.After(20 * time.Second):
				return errors.New("the arm waits for the learner")
			}
		}
		return nil
	}
	tr := trainer(t, cfg, set, teacher, teacher, env, "", false)
	run(t, tr)
	if !stuck || tr.Steps() != 900 || tr.frames.Len() != 900 {
		t.Errorf("%d steps learnt from, %d frames", tr.Steps(), tr.frames.Len())
	}
}

// TestLateActions: actions that come after the deadline are counted, whatever they waited for.
func TestLateActions(t *testing.T) {
	teacher := column(t, 12, 1)
	cfg, set := config(200)
	cfg.Deterministic, set.Beside = false, true
	late, slowest := int64(0), 0.0
	cfg.OnMetrics = func(m a3c.Metrics) error {
		late, slowest = late+m.Teacher.Late, max(slowest, m.Teacher.Slowest)
		return nil
	}
	env := &clocked{forgetful: forgetful{newTwins(true)}, steps: make(chan struct{}), slow: 50}
	run(t, trainer(t, cfg, set, teacher, teacher, env, "", false))
	// The machine may be late by itself, but not with every other action.
	if late < 4 || late > 100 || slowest < (Deadline+5*time.Millisecond).Seconds() {
		t.Errorf("%d of 200 actions late, the slowest took %.1f ms: 4 took 15 ms or more", late, 1e3*slowest)
	}
}
