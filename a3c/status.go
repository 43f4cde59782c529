package a3c

import (
	"slices"
	"time"
)

// WorkerStatus says how a worker is doing.
type WorkerStatus struct {
	Rollouts int64     // pushed since the trainer was made
	Steps    int64     // environment steps of these
	Lag      int64     // pushes by others between the last pull and the push after it
	Last     time.Time // of the last push; zero: none yet
	Replaced int       // times that the worker panicked and a new one took its place
}

// Workers returns the status of each worker. Any goroutine may call it, also while the trainer runs.
func (t *Trainer) Workers() []WorkerStatus {
	t.mu.Lock()
	defer t.mu.Unlock()
	return slices.Clone(t.status)
}

// note records a rollout that was pushed. The caller holds mu.
func (s *WorkerStatus) note(sums *window) {
	s.Rollouts++
	s.Steps += sums.steps
	s.Lag = sums.lag
	s.Last = time.Now()
}
