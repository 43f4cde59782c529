package distill

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"colonnade/a3c"
	"colonnade/nn"
)

// Trainer trains the last column of a network under a teacher. Its methods are those of
// a3c.Trainer, and so are its rules: RunUntil, Restore, Snapshot and Close belong to one goroutine
// at a time.
type Trainer struct {
	cfg      a3c.Config
	settings Settings
	env      environment
	player   *player
	learner  *learner
	frames   *frames

	steps    atomic.Int64 // that were learnt from
	episodes int64        // ended
	pause    int64        // steps at which the call of RunUntil under way returns
	broken   error        // why RunUntil or Restore failed
	before   time.Duration
	since    time.Time // start of the call under way; zero: none
	cutAt    time.Duration
	window   sums        // since the last Metrics
	played   playerState // the player after its last rollout that was learnt from

	mu     sync.Mutex // guards what follows
	status a3c.WorkerStatus
}

// Teacher is what the student learns from.
type Teacher struct {
	Network *nn.Network // sees pixels alone
	Theta   []float32
	Digest  string // of its checkpoint
}

// New returns a trainer of a student that starts with theta, which it copies, in the environment
// that makeEnv makes for worker 0 and index 0; it must have a twin. Frames are kept in the file at
// path, which is begun anew unless resume is set: then call Restore next.
func New(cfg a3c.Config, set Settings, student *nn.Network, theta []float32, teacher Teacher,
	makeEnv func(worker, index int) (a3c.Env, error), path string, resume bool,
) (*Trainer, error) {
	cfg.Workers, cfg.Envs = 1, 1
	cfg = cfg.Resolved()
	if err := errors.Join(cfg.Validate(), set.Validate()); err != nil {
		return nil, fmt.Errorf("training settings: %w", err)
	}
	if cfg.MaxTime != 0 || cfg.Deterministic && set.Beside {
		return nil, errors.New("training settings: with a teacher there is no max-time, and a learner beside the arm " +
			"is not deterministic")
	}
	if len(theta) != student.Parameters() || len(teacher.Theta) != teacher.Network.Parameters() {
		return nil, fmt.Errorf("%d and %d parameters of student and teacher given, the networks have %d and %d",
			len(theta), len(teacher.Theta),
			student.Parameters(), teacher.Network.Parameters())
	}
	if pixels, proprio := teacher.Network.Observation(); proprio != 0 || pixels == [3]int{} {
		return nil, errors.New("the teacher must see pixels alone: they are what a twin has")
	}
	if !slices.Equal(teacher.Network.Arch().Choices, student.Arch().Choices) {
		return nil, errors.New("student and teacher have other actions")
	}
	env, err := makeEnv(0, 0)
	if err != nil {
		return nil, err
	}
	t := &Trainer{cfg: cfg, settings: set, window: newSums(len(student.Arch().Choices))}
	if err := t.build(env, student, theta, teacher, path, resume); err != nil {
		return nil, errors.Join(err, closeEnv(env))
	}
	return t, nil
}

func (t *Trainer) build(env a3c.Env, student *nn.Network, theta []float32, teacher Teacher, path string,
	resume bool) error {
	var ok bool
	if t.env, ok = env.(environment); !ok {
		return errors.New("the environment has no twin (a3c.Twin)")
	}
	for _, n := range []*nn.Network{student, teacher.Network} {
		if err := a3c.CheckEnv(n, env); err != nil {
			return err
		}
	}
	s := shapeOf(student, teacher.Network, teacher.Digest)
	var err error
	if t.frames, err = openFrames(path, s, !resume); err != nil {
		return err
	}
	t.learner = newLearner(t.cfg, t.settings, student, theta, t.frames)
	mind := newMind("student", student, t.learner.theta)
	t.player = newPlayer(t.cfg, t.settings, t.env, mind, newMind("teacher", teacher.Network, teacher.Theta), s)
	t.player.keep = func(f *frame) (*frame, error) { return f, t.frames.append(f) }
	t.played, err = t.player.state()
	return err
}

// Close closes environment and frames.
func (t *Trainer) Close() error {
	if t.env == nil {
		return nil
	}
	err := errors.Join(closeEnv(t.env), t.frames.Close())
	t.env = nil
	return err
}

func closeEnv(env a3c.Env) error {
	if c, ok := env.(io.Closer); ok {
		return c.Close()
	}
	return nil
}

// Run is RunUntil the end of the run.
func (t *Trainer) Run(ctx context.Context) error { return t.RunUntil(ctx, t.cfg.Steps) }

// RunUntil trains until that many steps of the run are done, or until ctx ends, and returns nil for
// both: Done tells which. It alternates: the player plays a rollout, the learner makes an update.
// With Settings.Beside neither waits for the other.
func (t *Trainer) RunUntil(ctx context.Context, steps int64) error {
	switch {
	case t.env == nil:
		return errors.New("run: the trainer is closed")
	case t.broken != nil:
		return fmt.Errorf("run: the trainer failed before: %w", t.broken)
	}
	t.pause, t.since = min(steps, t.cfg.Steps), time.Now()
	defer func() { t.before, t.since = t.Elapsed(), time.Time{} }()
	run := t.runInTurn
	if t.settings.Beside {
		run = t.runBeside
	}
	if err := run(ctx); err != nil {
		t.broken = err
		return err
	}
	if t.Done() && t.window.steps > 0 {
		return t.report()
	}
	return nil
}

// runInTurn is the way of a simulator: deterministic, to the bit.
func (t *Trainer) runInTurn(ctx context.Context) error {
	for ctx.Err() == nil && t.steps.Load() < t.pause {
		if err := t.player.play(); err != nil {
			return err
		}
		if err := t.learn(&t.player.sums); err != nil {
			return err
		}
		var err error
		if t.played, err = t.player.state(); err != nil {
			return err
		}
		if err := t.tell(); err != nil {
			return err
		}
	}
	return nil
}

// learn makes the update that belongs to a rollout, and counts both.
func (t *Trainer) learn(rollout *sums) error {
	t.window.add(rollout)
	t.episodes += rollout.episodes
	steps := t.steps.Add(rollout.steps)
	if err := t.learner.update(steps, &t.window); err != nil {
		return &a3c.WorkerError{Step: steps, Err: err}
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.status.Rollouts++
	t.status.Steps += rollout.steps
	t.status.Last = time.Now()
	return nil
}

// tell hands out metrics and a snapshot where they are due after a rollout.
func (t *Trainer) tell() error {
	after := t.steps.Load()
	crossed := func(every int64) bool { return every > 0 && after/every > (after-int64(t.cfg.Rollout))/every }
	if crossed(t.cfg.MetricsEvery) {
		if err := t.report(); err != nil {
			return err
		}
	}
	if t.cfg.OnCheckpoint == nil || !crossed(t.cfg.CheckpointEvery) {
		return nil
	}
	s, err := t.Snapshot()
	if err != nil {
		return err
	}
	return t.cfg.OnCheckpoint(s)
}

// report ends the window of metrics.
func (t *Trainer) report() error {
	m := t.window.metrics()
	now := t.Elapsed()
	m.Steps, m.Updates, m.Episodes, m.Seconds = t.steps.Load(), t.learner.adam.updates, t.episodes, now.Seconds()
	m.LearningRate = t.LearningRate()
	if d := (now - t.cutAt).Seconds(); d > 0 {
		m.StepsPerSecond = float64(t.window.steps) / d
	}
	t.cutAt = now
	t.window.reset()
	if t.cfg.OnMetrics == nil {
		return nil
	}
	return t.cfg.OnMetrics(m)
}

// Done reports whether the run is complete.
func (t *Trainer) Done() bool { return t.steps.Load() >= t.cfg.Steps }

// Steps returns the number of steps done, over all resumptions. Any goroutine may call it.
func (t *Trainer) Steps() int64 { return t.steps.Load() }

// Elapsed returns the time spent in RunUntil, over all resumptions.
func (t *Trainer) Elapsed() time.Duration {
	if t.since.IsZero() {
		return t.before
	}
	return t.before + time.Since(t.since)
}

// LearningRate returns the rate at this point of the run.
func (t *Trainer) LearningRate() float64 {
	steps := t.steps.Load()
	return t.cfg.Rate(steps, float64(steps)/float64(t.cfg.Steps))
}

// Parameters copies the student's parameters to dst.
func (t *Trainer) Parameters(dst []float32) { copy(dst, t.learner.theta) }

// Workers returns the status of the one worker. Any goroutine may call it.
func (t *Trainer) Workers() []a3c.WorkerStatus {
	t.mu.Lock()
	defer t.mu.Unlock()
	return []a3c.WorkerStatus{t.status}
}

// Notes returns what people should know of frames that were found damaged; empty: nothing.
func (t *Trainer) Notes() string {
	if n := t.frames.Damaged(); n > 0 {
		return fmt.Sprintf("%d of %d frames are damaged and are not learnt from", n, t.frames.Len())
	}
	return ""
}
