package a3c_test

import (
	"context"
	"testing"
)

// TestWorkers: each worker's status counts what it pushed, and tells of its replacements.
func TestWorkers(t *testing.T) {
	cfg := small(false)
	h := newHouse(37, 111)
	trainer := h.trainer(t, cfg)
	if all := trainer.Workers(); len(all) != cfg.Workers || !all[0].Last.IsZero() {
		t.Errorf("before the run: %+v", all)
	}
	if err := trainer.Run(context.Background()); err != nil {
		t.Fatal(err)
	}
	steps, replaced := int64(0), 0
	for id, w := range trainer.Workers() {
		if w.Steps != w.Rollouts*int64(cfg.Rollout*cfg.Envs) || w.Lag < 0 || w.Last.IsZero() != (w.Rollouts == 0) {
			t.Errorf("worker %d: %+v", id, w)
		}
		steps += w.Steps
		replaced += w.Replaced
	}
	if steps != trainer.Steps() || replaced != 2 {
		t.Errorf("%d steps and %d replacements, want %d and 2", steps, replaced, trainer.Steps())
	}
}
