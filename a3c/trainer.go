package a3c

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"colonnade/nn"
)

// Trainer trains the last column of a network. Run, Restore, Snapshot and Close belong to one
// goroutine at a time.
type Trainer struct {
	cfg     Config
	net     *nn.Network
	policy  policy
	store   *store
	makeEnv func(worker, index int) (Env, error)
	workers []*worker // a worker's own element changes when it is replaced, behind the gate

	// gate is held for reading by each worker during a rollout and its push, and for writing while
	// a snapshot is taken: then all workers stand between rollouts.
	gate sync.RWMutex

	steps   atomic.Int64 // environment steps whose gradients are pushed
	claimed atomic.Int64 // environment steps that workers have taken on, ahead of steps

	pause  int64         // steps at which the call of Run under way returns
	broken error         // why Run or Restore failed; what is left of the trainer cannot go on
	before time.Duration // time spent in Run before the call under way
	since  time.Time     // start of the call under way; zero: none

	mu       sync.Mutex // guards the fields below
	sums     window     // since the last Metrics
	updates  int64      // pushes, counted with their steps; the store counts them a moment earlier
	episodes int64
	cutAt    time.Duration  // time spent when the window began
	ready    []Metrics      // finished windows that OnMetrics has not seen
	snapshot bool           // a checkpoint is due
	replaced int            // workers that panicked, over this trainer's life
	failures []*WorkerError // replaced workers' that OnReplace has not seen
	status   []WorkerStatus // one for each worker
}

// NewTrainer returns a trainer that starts from theta, which it copies, in environments from
// makeEnv, called once for each environment of each worker. The environments must offer what the
// network wants. While the trainer runs, workers that are replaced call makeEnv again, maybe
// several at a time.
func NewTrainer(cfg Config, net *nn.Network, theta []float32,
	makeEnv func(worker, index int) (Env, error)) (*Trainer, error) {
	if err := cfg.Validate(); err != nil {
		return nil, fmt.Errorf("training settings: %w", err)
	}
	cfg = cfg.Resolved()
	if len(theta) != net.Parameters() {
		return nil, fmt.Errorf("%d parameters given, the network has %d", len(theta), net.Parameters())
	}
	if bad := tensorsNotFinite(net, theta); len(bad) > 0 {
		return nil, fmt.Errorf("initial parameters of %v: %w", bad, ErrNotFinite)
	}
	if err := checkThreads(system(), cfg.Workers); err != nil {
		return nil, err
	}
	t := &Trainer{cfg: cfg, net: net, policy: newPolicy(net.Arch().Choices), store: newStore(theta, cfg.Gather),
		status: make([]WorkerStatus, cfg.Workers)}
	t.sums.entropy = make([]float64, len(t.policy.choices))
	t.makeEnv = makeEnv
	for id := range cfg.Workers {
		w, err := t.makeWorker(id)
		if err != nil {
			return nil, errors.Join(err, t.Close())
		}
		t.workers = append(t.workers, w)
	}
	return t, nil
}

// makeWorker makes a worker and its environments.
func (t *Trainer) makeWorker(id int) (*worker, error) {
	wanted := spaceOf(t.net)
	envs := make([]Env, 0, t.cfg.Envs)
	for i := range t.cfg.Envs {
		env, err := t.makeEnv(id, i)
		if err == nil {
			envs = append(envs, env)
			err = wanted.check(env)
		}
		if err != nil {
			err = fmt.Errorf("environment %d of worker %d: %w", i, id, err)
			return nil, errors.Join(err, closeEnvs(envs))
		}
	}
	return newWorker(t, id, envs), nil
}

// spaceOf returns what a network wants of an environment.
func spaceOf(net *nn.Network) space {
	pixels, proprio := net.Observation()
	return space{pixels: pixels, proprio: proprio, choices: net.Arch().Choices}
}

// Close closes the environments that can be closed. Call it when no Run is under way.
func (t *Trainer) Close() error {
	var errs []error
	for _, w := range t.workers {
		for i := range w.slots {
			errs = append(errs, closeEnvs([]Env{w.slots[i].env}))
		}
	}
	t.workers = nil
	return errors.Join(errs...)
}

func closeEnvs(envs []Env) error {
	var errs []error
	for _, env := range envs {
		if c, ok := env.(io.Closer); ok {
			errs = append(errs, c.Close())
		}
	}
	return errors.Join(errs...)
}

// Run trains until cfg.Steps or cfg.MaxTime is reached, and returns nil; or until ctx ends, and
// returns nil too: Done tells which, and another Run goes on. Every rollout begun is finished and
// pushed before Run returns.
func (t *Trainer) Run(ctx context.Context) error { return t.RunUntil(ctx, t.cfg.Steps) }

// RunUntil is Run with a pause: it returns as soon as that many steps of the run are done, with all
// else, such as the learning rate's way to 0 at cfg.Steps, as if there were none.
//
// A worker that panics is replaced, see Config.Replacements. An environment's error, a gradient
// that is not finite, or a panic beyond that number stops all workers; Run returns an error that
// wraps a *WorkerError. An error of OnMetrics or OnCheckpoint stops them as well; what Run returns
// wraps it.
func (t *Trainer) RunUntil(ctx context.Context, steps int64) error {
	if t.workers == nil {
		return errors.New("run: the trainer is closed")
	}
	if t.broken != nil {
		return fmt.Errorf("run: the trainer failed before: %w", t.broken)
	}
	t.pause = min(steps, t.cfg.Steps)
	t.since = time.Now()
	t.claimed.Store(t.steps.Load())
	defer func() { t.before, t.since = t.elapsed(), time.Time{} }()

	var err error
	if t.cfg.Deterministic {
		err = t.runRounds(ctx)
	} else {
		err = t.runFree(ctx)
	}
	t.flush()
	if err == nil && t.Done() {
		t.cutWindow() // what is left of the last window
	}
	err = errors.Join(err, t.deliverMetrics())
	t.reportFailures()
	var failure *WorkerError
	if errors.As(err, &failure) {
		t.broken = err
	}
	return err
}

// Done reports whether the run is complete.
func (t *Trainer) Done() bool { return t.steps.Load() >= t.cfg.Steps || t.outOfTime() }

func (t *Trainer) outOfTime() bool { return t.cfg.MaxTime > 0 && t.elapsed() >= t.cfg.MaxTime }

// elapsed returns the time spent in Run.
func (t *Trainer) elapsed() time.Duration {
	if t.since.IsZero() {
		return t.before
	}
	return t.before + time.Since(t.since)
}

// Steps returns the number of environment steps done, over all resumptions.
func (t *Trainer) Steps() int64 { return t.steps.Load() }

// Elapsed returns the time spent in Run, over all resumptions, as far as the last Run that
// returned.
func (t *Trainer) Elapsed() time.Duration { return t.before }

// Parameters copies the shared parameters to dst, at any time. While workers run, it may see some
// of a push and not all.
func (t *Trainer) Parameters(dst []float32) { t.store.pull(dst) }

// claim takes on one rollout, unless those taken on reach the given number of steps.
func (t *Trainer) claim(steps int64) bool {
	for n := int64(t.cfg.Rollout * t.cfg.Envs); ; {
		taken := t.claimed.Load()
		if taken >= steps {
			return false // and leaves the count as it is: a worker that is replaced may still hand a rollout back
		}
		if t.claimed.CompareAndSwap(taken, taken+n) {
			return true
		}
	}
}

// LearningRate returns the rate at this point of the run: after Warmup it falls linearly to 0 at
// Steps or, if that comes first, at MaxTime.
func (t *Trainer) LearningRate() float64 {
	steps := t.steps.Load()
	progress := float64(steps) / float64(t.cfg.Steps)
	if t.cfg.MaxTime > 0 {
		progress = max(progress, float64(t.elapsed())/float64(t.cfg.MaxTime))
	}
	return t.cfg.Rate(steps, progress)
}

// apply pushes a worker's gradient and adds its sums to the run's. It reports whether there is
// something to deliver.
func (t *Trainer) apply(w *worker) bool {
	w.push(t.LearningRate())
	t.mu.Lock()
	defer t.mu.Unlock()
	before := t.steps.Load()
	after := before + w.sums.steps
	t.steps.Store(after)
	t.updates += w.sums.updates
	t.episodes += w.sums.episodes
	t.sums.add(&w.sums)
	t.status[w.id].note(&w.sums)
	crossed := func(every int64) bool { return every > 0 && after/every > before/every }
	due := false
	if crossed(t.cfg.MetricsEvery) {
		t.cutWindowLocked()
		due = true
	}
	if t.cfg.OnCheckpoint != nil && crossed(t.cfg.CheckpointEvery) {
		t.snapshot = true
		due = true
	}
	return due
}

// flush applies gathered gradients that wait for more, while all workers stand between rollouts.
func (t *Trainer) flush() {
	t.store.flush(float32(t.LearningRate()), float32(t.cfg.Decay), float32(t.cfg.Epsilon))
}

// cutWindow ends the window, if there is anything in it, and makes its Metrics ready.
func (t *Trainer) cutWindow() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.sums.steps > 0 {
		t.cutWindowLocked()
	}
}

func (t *Trainer) cutWindowLocked() {
	m := t.sums.metrics()
	now := t.elapsed()
	m.Steps, m.Updates, m.Episodes, m.Seconds = t.steps.Load(), t.updates, t.episodes, now.Seconds()
	m.LearningRate = t.LearningRate()
	if d := (now - t.cutAt).Seconds(); d > 0 {
		m.StepsPerSecond = float64(t.sums.steps) / d
	}
	t.cutAt = now
	t.sums.reset()
	if t.cfg.OnMetrics != nil {
		t.ready = append(t.ready, m)
	}
}

// deliver hands finished windows to OnMetrics and, where one is due, a snapshot to OnCheckpoint.
func (t *Trainer) deliver() error {
	t.reportFailures()
	if err := t.deliverMetrics(); err != nil {
		return err
	}
	t.mu.Lock()
	due := t.snapshot
	t.snapshot = false
	t.mu.Unlock()
	if !due {
		return nil
	}
	t.gate.Lock()
	t.flush()
	s, failure := t.take()
	ready := t.takeReady() // up to the snapshot and no further
	t.gate.Unlock()
	if err := t.report(ready); err != nil {
		return err
	}
	if failure != nil {
		return failure
	}
	return t.cfg.OnCheckpoint(s)
}

func (t *Trainer) deliverMetrics() error { return t.report(t.takeReady()) }

// takeReady returns the windows that OnMetrics has not seen.
func (t *Trainer) takeReady() []Metrics {
	t.mu.Lock()
	defer t.mu.Unlock()
	ready := slices.Clone(t.ready)
	t.ready = t.ready[:0]
	return ready
}

func (t *Trainer) report(ready []Metrics) error {
	for _, m := range ready {
		if err := t.cfg.OnMetrics(m); err != nil {
			return err
		}
	}
	return nil
}
