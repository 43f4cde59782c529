package a3c

import (
	"encoding"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"colonnade/kernels"
	"colonnade/nn/safetensors"
)

// Snapshot is everything a run needs to go on: in deterministic mode, to the bit. It shares no
// memory with the trainer.
type Snapshot struct {
	Theta, MS []float32 // parameters and RMSProp's mean squares

	Steps, Updates, Episodes int64
	Time                     time.Duration // spent in Run

	// Settings that a resumed run must share.
	Workers, Envs, Rollout int
	Seed                   uint64
	Deterministic          bool
	// kernels.Implementation; another one rounds differently, "base" also on another architecture
	Kernels string

	Window WindowState
	State  []WorkerState // one for each worker

	// Extra is what a learner of another package keeps besides, under names of its own; empty for a
	// Trainer.
	Extra []safetensors.Tensor
}

// WindowState is the unfinished window of metrics.
type WindowState struct {
	Began   time.Duration // time spent in Run when the window began
	Counts  []int64       // in the order of window.counts
	Sums    []float64     // in the order of window.values
	Entropy []float64     // one for each factor
	Scores  []float32     // of the episodes that ended; with Config.KeepScores
}

// WorkerState is one worker between two rollouts.
type WorkerState struct {
	Random         []byte    // marshalled rand.PCG
	Square, Weight float64   // advantageScale
	H, C           []float32 // LSTM state, column after column (envs,n); empty without
	Pixels         []uint8   // the next observation (envs,H,W,C); empty without
	Proprioception []float32 // (envs,P); empty without
	Envs           []EnvState
}

// EnvState is one environment and the episode in it.
type EnvState struct {
	Saved    bool    // State holds its exact state; otherwise it begins a new episode when the run resumes
	State    []byte  // from encoding.BinaryMarshaler
	First    bool    // the next observation begins an episode
	Started  bool    // an episode is under way
	Episodes int64   // episodes begun
	Score    float64 // of the episode so far
	Length   int64
}

// Exact reports whether every environment's state was saved. If not, a resumed run begins new
// episodes where it was not.
func (s *Snapshot) Exact() bool {
	for _, w := range s.State {
		for _, e := range w.Envs {
			if e.Started && !e.Saved {
				return false
			}
		}
	}
	return true
}

// Snapshot returns the state of a trainer that is not running. While it runs, Config.OnCheckpoint
// receives snapshots. A trainer whose Run failed has none: part of its last rollout is lost.
func (t *Trainer) Snapshot() (*Snapshot, error) {
	if t.broken != nil {
		return nil, fmt.Errorf("no snapshot of a run that failed: %w", t.broken)
	}
	return t.take()
}

// take builds a snapshot; all workers stand between rollouts.
func (t *Trainer) take() (*Snapshot, error) {
	if bad := tensorsNotFinite(t.net, t.store.theta); len(bad) > 0 {
		return nil, fmt.Errorf("snapshot: parameters of %v are %w", bad, ErrNotFinite)
	}
	s := &Snapshot{
		Theta: slices.Clone(t.store.theta), MS: slices.Clone(t.store.ms),
		Steps: t.steps.Load(), Updates: t.updates, Episodes: t.episodes, Time: t.elapsed(),
		Workers: t.cfg.Workers, Envs: t.cfg.Envs, Rollout: t.cfg.Rollout,
		Seed: t.cfg.Seed, Deterministic: t.cfg.Deterministic, Kernels: kernels.Implementation(),
		Window: t.sums.state(t.cutAt),
	}
	for _, w := range t.workers {
		state, err := w.state()
		if err != nil {
			return nil, fmt.Errorf("snapshot of worker %d: %w", w.id, err)
		}
		s.State = append(s.State, state)
	}
	return s, nil
}

func (w *worker) state() (WorkerState, error) {
	random, err := w.source.MarshalBinary()
	if err != nil {
		return WorkerState{}, err
	}
	s := WorkerState{Random: random, Square: w.scale.square, Weight: w.scale.weight}
	s.H, s.C = w.batch.SaveState()
	first := w.batch.First(0)
	for e := range w.slots {
		slot := &w.slots[e]
		s.Pixels = append(s.Pixels, w.batch.Pixels(0, e)...)
		s.Proprioception = append(s.Proprioception, w.batch.Proprioception(0, e)...)
		env := EnvState{First: first[e], Started: slot.started, Episodes: slot.episodes, Score: slot.score,
			Length: slot.length}
		if m := slot.marshaler(); m != nil && slot.started {
			if env.State, err = m.MarshalBinary(); err != nil {
				return WorkerState{}, fmt.Errorf("environment %d: %w", e, err)
			}
			env.Saved = true
		}
		s.Envs = append(s.Envs, env)
	}
	return s, nil
}

// Restore puts a trainer that has not run yet where the snapshot was taken. The number of workers,
// of environments and of steps in a rollout must be the same; in deterministic mode the seed, the
// mode and the bits of the kernels (SameBits) too. Other settings, such as Steps, may differ, and
// then so does what follows.
//
// After an error the trainer is unusable.
func (t *Trainer) Restore(s *Snapshot) error {
	if err := t.checkSnapshot(s); err != nil {
		return fmt.Errorf("resume: %w", err)
	}
	copy(t.store.theta, s.Theta)
	copy(t.store.ms, s.MS)
	t.store.updates.Store(s.Updates)
	t.steps.Store(s.Steps)
	t.updates, t.episodes = s.Updates, s.Episodes
	t.before = s.Time
	t.cutAt = s.Window.Began
	t.sums.restore(s.Window)
	for i, w := range t.workers {
		if err := w.restore(&s.State[i]); err != nil {
			t.broken = fmt.Errorf("resume worker %d: %w", i, err)
			return t.broken
		}
	}
	return nil
}

// SameBits tells whether two kernel implementations, by their names, compute the same bits.
func SameBits(a, b string) bool {
	if a == "avx512" {
		a = "avx2"
	}
	if b == "avx512" {
		b = "avx2"
	}
	return a == b
}

func (t *Trainer) checkSnapshot(s *Snapshot) error {
	if t.store.updates.Load() != 0 {
		return errors.New("the trainer has run already")
	}
	if s.Workers != t.cfg.Workers || s.Envs != t.cfg.Envs || s.Rollout != t.cfg.Rollout {
		return fmt.Errorf("the snapshot has %d workers of %d environments and rollouts of %d steps, the run wants %d "+
			"of %d and %d: use the snapshot's",
			s.Workers, s.Envs, s.Rollout, t.cfg.Workers, t.cfg.Envs, t.cfg.Rollout)
	}
	if t.cfg.Deterministic {
		switch {
		case !s.Deterministic:
			return errors.New("the snapshot is of a run that was not deterministic, so this one cannot be")
		case s.Seed != t.cfg.Seed:
			return fmt.Errorf("the snapshot is of seed %d, the run wants %d: a deterministic run keeps its seed",
				s.Seed, t.cfg.Seed)
		case !SameBits(s.Kernels, kernels.Implementation()):
			return fmt.Errorf("the snapshot was computed by the %q kernels, here are the %q ones: a deterministic "+
				"run keeps its kernels (KERNELS=%s)",
				s.Kernels, kernels.Implementation(), s.Kernels)
		}
	}
	if n := t.net.Parameters(); len(s.Theta) != n || len(s.MS) != n {
		return fmt.Errorf("the snapshot holds %d parameters and %d mean squares, the network has %d", len(s.Theta),
			len(s.MS), n)
	}
	if bad := append(tensorsNotFinite(t.net, s.Theta), tensorsNotFinite(t.net, s.MS)...); len(bad) > 0 {
		return fmt.Errorf("the snapshot's parameters or mean squares of %v: %w", bad, ErrNotFinite)
	}
	if slices.ContainsFunc(s.MS, func(v float32) bool { return v < 0 }) {
		return errors.New("the snapshot's mean squares are negative in places")
	}
	if len(s.Extra) > 0 {
		return errors.New("the snapshot is of another learner, such as one with a teacher")
	}
	if s.Steps < 0 || s.Updates < 0 || s.Episodes < 0 || s.Time < 0 {
		return errors.New("the snapshot's counters are negative")
	}
	if err := t.sums.check(s.Window, t.cfg.KeepScores); err != nil {
		return err
	}
	if len(s.State) != len(t.workers) {
		return fmt.Errorf("the snapshot holds %d workers' states, want %d", len(s.State), len(t.workers))
	}
	for i, w := range t.workers {
		if err := w.check(&s.State[i]); err != nil {
			return fmt.Errorf("worker %d: %w", i, err)
		}
	}
	return nil
}

// check compares the sizes of a state with the worker's.
func (w *worker) check(s *WorkerState) error {
	for _, c := range []struct {
		name      string
		got, want int
	}{
		{"LSTM outputs", len(s.H), w.batch.StateLen()},
		{"LSTM cells", len(s.C), w.batch.StateLen()},
		{"pixels", len(s.Pixels), len(w.slots) * len(w.batch.Pixels(0, 0))},
		{"proprioceptive values", len(s.Proprioception), len(w.slots) * len(w.batch.Proprioception(0, 0))},
		{"environments", len(s.Envs), len(w.slots)},
	} {
		if c.got != c.want {
			return fmt.Errorf("the snapshot holds %d %s, want %d", c.got, c.name, c.want)
		}
	}
	for _, c := range []struct {
		name   string
		values []float32
	}{{"LSTM outputs", s.H}, {"LSTM cells", s.C}, {"proprioceptive values", s.Proprioception}} {
		if !allFinite(c.values) {
			return fmt.Errorf("the snapshot's %s are in part %w", c.name, ErrNotFinite)
		}
	}
	for e := range s.Envs {
		if !finite(s.Envs[e].Score) {
			return fmt.Errorf("the snapshot's score of environment %d is %w", e, ErrNotFinite)
		}
	}
	if !(s.Square >= 0 && s.Square <= math.MaxFloat32 && s.Weight >= 0 && s.Weight <= 1) {
		return fmt.Errorf("the snapshot's scale of advantages has square %g and weight %g", s.Square, s.Weight)
	}
	return nil
}

// restore sets the worker's state, whose sizes fit.
func (w *worker) restore(s *WorkerState) error {
	if err := w.source.UnmarshalBinary(s.Random); err != nil {
		return fmt.Errorf("random numbers: %w", err)
	}
	w.scale = advantageScale{square: s.Square, weight: s.Weight}
	w.batch.RestoreState(s.H, s.C)
	first := w.batch.First(0)
	pixels, proprio := s.Pixels, s.Proprioception
	for e := range w.slots {
		slot, saved := &w.slots[e], &s.Envs[e]
		pixels = pixels[copy(w.batch.Pixels(0, e), pixels):]
		proprio = proprio[copy(w.batch.Proprioception(0, e), proprio):]
		slot.episodes = saved.Episodes
		if !saved.Saved {
			continue // a new episode begins with the run
		}
		u, ok := slot.env.(encoding.BinaryUnmarshaler)
		if !ok {
			return fmt.Errorf("environment %d: its state was saved, but this one cannot restore any", e)
		}
		if err := u.UnmarshalBinary(saved.State); err != nil {
			return fmt.Errorf("environment %d: %w", e, err)
		}
		slot.started, first[e] = true, saved.First
		slot.score, slot.length = saved.Score, saved.Length
	}
	return nil
}
