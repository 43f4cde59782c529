package distill

import (
	"encoding"
	"errors"
	"fmt"
	"slices"

	"colonnade/a3c"
	"colonnade/kernels"
	"colonnade/nn/safetensors"
)

// playerState is a player between two rollouts.
type playerState struct {
	random             []byte // marshalled rand.PCG
	episodes           int64
	env                a3c.EnvState
	h, c               []float32 // the student's LSTM state
	teacherH, teacherC []float32
	pixels             []uint8 // the next observation
	proprio            []float32
	helped             bool
}

// state returns the player's state. An environment that cannot be saved begins a new episode when
// the run resumes; of one beside which the learner works, nothing more is kept.
func (p *player) state() (s playerState, err error) {
	if s.random, err = p.source.MarshalBinary(); err != nil {
		return s, err
	}
	s.episodes = p.episodes
	s.env = a3c.EnvState{Started: p.started, Episodes: p.episodes}
	b := p.student.batch
	s.pixels, s.proprio = slices.Clone(b.Pixels(0, 0)), slices.Clone(b.Proprioception(0, 0))
	m, ok := p.env.(encoding.BinaryMarshaler)
	_, restores := p.env.(encoding.BinaryUnmarshaler)
	if !ok || !restores || !p.started || p.settings.Beside {
		return s, nil
	}
	if s.env.State, err = m.MarshalBinary(); err != nil {
		return s, fmt.Errorf("environment: %w", err)
	}
	s.env.Saved, s.env.First, s.env.Score, s.env.Length, s.helped = true, b.First(0)[0], p.score, p.length, p.helped
	s.h, s.c = b.SaveState()
	s.teacherH, s.teacherC = p.teacher.batch.SaveState()
	return s, nil
}

// restore is the inverse of state.
func (p *player) restore(s *playerState, steps int64) error {
	if err := p.source.UnmarshalBinary(s.random); err != nil {
		return fmt.Errorf("random numbers: %w", err)
	}
	p.steps, p.episodes = steps, s.episodes
	if !s.env.Saved {
		return nil // a new episode begins with the run
	}
	u, ok := p.env.(encoding.BinaryUnmarshaler)
	if !ok {
		return errors.New("the environment's state was saved, but this one cannot restore any")
	}
	b, teacher := p.student.batch, p.teacher.batch
	if len(s.h) != b.StateLen() || len(s.c) != b.StateLen() || len(s.teacherH) != teacher.StateLen() ||
		len(s.teacherC) != teacher.StateLen() ||
		len(s.pixels) != len(b.Pixels(0, 0)) || len(s.proprio) != len(b.Proprioception(0, 0)) {
		return errors.New("the snapshot's observation or LSTM states do not fit the networks")
	}
	if err := u.UnmarshalBinary(s.env.State); err != nil {
		return fmt.Errorf("environment: %w", err)
	}
	b.RestoreState(s.h, s.c)
	teacher.RestoreState(s.teacherH, s.teacherC)
	copy(b.Pixels(0, 0), s.pixels)
	copy(b.Proprioception(0, 0), s.proprio)
	b.First(0)[0], teacher.First(0)[0] = s.env.First, s.env.First
	p.started, p.score, p.length, p.helped = true, s.env.Score, s.env.Length, s.helped
	return nil
}

// Names of what a snapshot has beyond that of an a3c.Trainer.
const (
	extraMean    = "adam_mean"     // F32 (parameters); Snapshot.MS has the mean of squares
	extraWindows = "windows"       // U8, marshalled rand.PCG
	extraTeacher = "teacher"       // F32, the teacher's LSTM state: all h, then all c
	extraCounts  = "teacher_flags" // I64 (3): frames, updates, whether the teacher acted in the episode
)

// Snapshot returns all that the run needs to go on, and waits until the frames up to it are on the
// disk. A trainer whose run failed has none.
func (t *Trainer) Snapshot() (*a3c.Snapshot, error) {
	if t.broken != nil {
		return nil, fmt.Errorf("no snapshot of a run that failed: %w", t.broken)
	}
	if err := t.frames.sync(); err != nil {
		return nil, fmt.Errorf("snapshot: frames: %w", err)
	}
	windows, err := t.learner.source.MarshalBinary()
	if err != nil {
		return nil, err
	}
	a, p := &t.learner.adam, &t.played
	helped := int64(0)
	if p.helped {
		helped = 1
	}
	teacher := slices.Concat(p.teacherH, p.teacherC)
	return &a3c.Snapshot{
		Theta: slices.Clone(t.learner.theta), MS: slices.Clone(a.v), Steps: t.steps.Load(), Updates: a.updates,
		Episodes: t.episodes, Time: t.Elapsed(), Workers: 1, Envs: 1, Rollout: t.cfg.Rollout, Seed: t.cfg.Seed,
		Deterministic: t.cfg.Deterministic, Kernels: kernels.Implementation(),
		Window: t.window.state(t.cutAt),
		State: []a3c.WorkerState{{Random: p.random, H: p.h, C: p.c, Pixels: p.pixels, Proprioception: p.proprio,
			Envs: []a3c.EnvState{p.env}}},
		Extra: []safetensors.Tensor{
			safetensors.Float32s(extraMean, []int{len(a.m)}, a.m),
			safetensors.Uint8s(extraWindows, []int{len(windows)}, windows),
			safetensors.Float32s(extraTeacher, []int{len(teacher)}, teacher),
			safetensors.Int64s(extraCounts, []int{3}, []int64{t.frames.Len(), a.updates, helped}),
		},
	}, nil
}

// extra is what a snapshot's Extra holds.
type extra struct {
	mean, teacher []float32
	windows       []byte
	counts        []int64
}

func readExtra(tensors []safetensors.Tensor) (x extra, err error) {
	for _, t := range tensors {
		switch t.Name {
		case extraMean:
			x.mean, err = t.Float32s()
		case extraTeacher:
			x.teacher, err = t.Float32s()
		case extraWindows:
			x.windows, err = t.Uint8s()
		case extraCounts:
			x.counts, err = t.Int64s()
		}
		if err != nil {
			return x, err
		}
	}
	if len(x.counts) != 3 || x.windows == nil {
		return x, errors.New("the snapshot is not one of a student with a teacher")
	}
	return x, nil
}

// Restore puts a trainer that has not run yet where the snapshot was taken. If the environment's
// state was saved, the run goes on to the bit: frames that came after the snapshot are cut off,
// since they will come again. If it was not, as on an arm, they are kept, and learnt from.
//
// After an error the trainer is unusable.
func (t *Trainer) Restore(s *a3c.Snapshot) error {
	if err := t.restore(s); err != nil {
		t.broken = fmt.Errorf("resume: %w", err)
		return t.broken
	}
	return nil
}

func (t *Trainer) restore(s *a3c.Snapshot) error {
	x, err := readExtra(s.Extra)
	if err != nil {
		return err
	}
	a := &t.learner.adam
	switch {
	case t.steps.Load() != 0 || a.updates != 0:
		return errors.New("the trainer has run already")
	case s.Workers != 1 || s.Envs != 1 || len(s.State) != 1 || len(s.State[0].Envs) != 1:
		return errors.New("the snapshot is of several environments")
	case s.Rollout != t.cfg.Rollout:
		return fmt.Errorf("the snapshot has rollouts of %d steps, the run wants %d: use the snapshot's", s.Rollout,
			t.cfg.Rollout)
	case t.cfg.Deterministic && (!s.Deterministic || s.Seed != t.cfg.Seed || !a3c.SameBits(s.Kernels,
		kernels.Implementation())):
		return fmt.Errorf("a deterministic run keeps its seed (%d), its mode and its kernels (%s)", s.Seed, s.Kernels)
	case len(s.Theta) != len(t.learner.theta) || len(s.MS) != len(a.v) || len(x.mean) != len(a.m):
		return fmt.Errorf("the snapshot holds %d parameters, the network has %d", len(s.Theta), len(t.learner.theta))
	case len(x.teacher)%2 != 0 || s.Steps < 0 || s.Episodes < 0 || s.Time < 0 || x.counts[0] < 0 || x.counts[1] < 0:
		return errors.New("the snapshot's counters are damaged")
	}
	for _, v := range slices.Concat(s.Theta, s.MS, x.mean) {
		if !finite(float64(v)) {
			return fmt.Errorf("the snapshot's parameters are in part %w", a3c.ErrNotFinite)
		}
	}
	if !t.window.restore(s.Window) {
		return errors.New("the snapshot's window of metrics does not fit")
	}
	w := &s.State[0]
	if err := t.restoreFrames(x.counts[0], w.Envs[0].Saved || !w.Envs[0].Started); err != nil {
		return err
	}
	half := len(x.teacher) / 2
	t.played = playerState{
		random: w.Random, episodes: w.Envs[0].Episodes, env: w.Envs[0], h: w.H, c: w.C, pixels: w.Pixels,
		proprio: w.Proprioception, teacherH: x.teacher[:half], teacherC: x.teacher[half:], helped: x.counts[2] != 0,
	}
	if err := t.player.restore(&t.played, s.Steps); err != nil {
		return err
	}
	if err := t.learner.source.UnmarshalBinary(x.windows); err != nil {
		return fmt.Errorf("random numbers of windows: %w", err)
	}
	copy(t.learner.theta, s.Theta)
	copy(a.m, x.mean)
	copy(a.v, s.MS)
	a.updates = x.counts[1]
	t.steps.Store(s.Steps)
	t.episodes, t.before, t.cutAt = s.Episodes, s.Time, s.Window.Began
	return nil
}

// restoreFrames makes the frames those that there were at a snapshot, if the run can go on from
// there exactly; otherwise all stay that there are.
func (t *Trainer) restoreFrames(want int64, saved bool) error {
	_, restores := t.env.(encoding.BinaryUnmarshaler)
	switch n := t.frames.Len(); {
	case !saved || !restores || t.settings.Beside:
		return nil
	case n < want:
		return fmt.Errorf("there are %d frames, the checkpoint was written with %d: the file has become shorter", n,
			want)
	default:
		return t.frames.cut(want)
	}
}
