package a3c_test

import (
	"context"
	"testing"
	"time"

	"colonnade/a3c"
)

// watched says that each of its steps took some of the time that it takes.
type watched struct {
	a3c.Env
	physics, render time.Duration
}

func (w *watched) Step(action []int, pixels []uint8, proprio []float32) (float32, bool, bool, error) {
	began := time.Now()
	reward, terminated, truncated, err := w.Env.Step(action, pixels, proprio)
	spent := time.Since(began)
	w.physics += spent / 2
	w.render += spent / 4
	return reward, terminated, truncated, err
}

func (w *watched) StageTimes() (physics, render time.Duration) { return w.physics, w.render }

// TestStopwatch: what environments say of their time is counted once, and the stages add up to no
// more than the time.
func TestStopwatch(t *testing.T) {
	var sum a3c.Stages
	seconds := 0.0
	cfg := small(false)
	cfg.OnMetrics = func(m a3c.Metrics) error { sum.Add(m.Stages); seconds = m.Seconds; return nil }
	var all []*watched
	trainer, _ := newTrainer(t, cfg, 8, func() a3c.Env {
		w := &watched{Env: memory()}
		all = append(all, w)
		return w
	})
	if err := trainer.Run(context.Background()); err != nil {
		t.Fatal(err)
	}
	var physics, render time.Duration
	for _, w := range all {
		physics += w.physics
		render += w.render
	}
	if sum.Physics != int64(physics) || sum.Render != int64(render) {
		t.Errorf("physics %d and render %d, the environments say %d and %d", sum.Physics, sum.Render, physics, render)
	}
	total := time.Duration(0)
	for name, d := range sum.All() {
		if d < 0 {
			t.Errorf("%s took %v", name, d)
		}
		total += d
	}
	if most := time.Duration(seconds * float64(cfg.Workers) * 1e9); total > most {
		t.Errorf("the stages add up to %v, the workers had %v", total, most)
	}
}
