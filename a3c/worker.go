package a3c

import (
	"encoding"
	"fmt"
	"math"
	"math/rand/v2"
	"runtime/debug"
	"time"

	"colonnade/kernels"
	"colonnade/nn"
)

// worker owns some environments, a copy of the parameters, and all memory of a rollout. One
// goroutine at a time uses it.
//
// Arrays of samples are (steps, envs): sample t*envs+e is step t of environment e.
type worker struct {
	t     *Trainer
	id    int
	slots []slot

	theta, grad []float32   // theta is copied's
	copied      *parameters // shared with other workers
	batch       *nn.Batch   // one step longer than a rollout, for the value behind it
	tails       *nn.Batch   // the last observations of truncated episodes, one step, as many rows as environments
	tailOf      []int       // the sample each row of tails belongs to
	source      *rand.PCG
	rng         *rand.Rand // draws from source

	action          []int     // (steps, envs, factors)
	logp, prob      []float32 // (steps, envs, logits)
	reward          []float32 // (steps, envs), scaled
	value           []float32 // (steps+1, envs)
	end             []ending  // (steps, envs)
	cut             []float32 // (steps, envs) value of the last observation where end is truncated
	advantages, ret []float32 // (steps, envs)

	scale advantageScale // with Config.NormalizeAdvantage

	pulled int64     // pushes into the store before the last pull
	began  int64     // steps of the run when the rollout began
	sums   window    // of the rollout at hand
	mark   time.Time // end of the stage before, while a rollout runs
}

// slot is one environment and the episode in it.
type slot struct {
	env      Env
	started  bool  // an episode is under way and its observation lies in step 0 of the batch
	episodes int64 // episodes begun
	score    float64
	length   int64

	watch           Stopwatch     // nil: the environment has none
	physics, render time.Duration // what it said last
}

// newWorker allocates a worker around its environments.
func newWorker(t *Trainer, id int, envs []Env) *worker {
	steps, n := t.cfg.Rollout, len(envs)
	samples, logits := steps*n, t.policy.logits
	w := &worker{
		t: t, id: id, slots: make([]slot, n),
		grad:  make([]float32, t.net.Parameters()),
		batch: t.net.NewBatch(steps+1, n), tails: t.net.NewBatch(1, n), tailOf: make([]int, 0, n),
		source: ActionSource(t.cfg.Seed, id),
		action: make([]int, samples*len(t.policy.choices)),
		logp:   make([]float32, samples*logits), prob: make([]float32, samples*logits),
		reward: make([]float32, samples), value: make([]float32, samples+n), end: make([]ending, samples),
		cut: make([]float32, samples), advantages: make([]float32, samples), ret: make([]float32, samples),
		sums: window{entropy: make([]float64, len(t.policy.choices))},
	}
	w.rng = rand.New(w.source)
	for e, env := range envs {
		w.slots[e].env = env
		w.slots[e].watch, _ = env.(Stopwatch)
	}
	return w
}

// compute pulls the parameters, plays one rollout and leaves its clipped gradient in w.grad and its
// sums in w.sums. A panic comes back as an error.
func (w *worker) compute() (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = &panicError{p, debug.Stack()}
		}
		if err != nil {
			err = &WorkerError{Worker: w.id, Step: w.began, Err: err}
		}
	}()
	w.began = w.t.steps.Load()
	w.sums.reset()
	w.mark = time.Now()
	w.copied, w.pulled = w.t.store.swap(w.copied)
	w.theta = w.copied.theta
	w.lap(&w.sums.stages.Other)
	if err := w.start(); err != nil {
		return err
	}
	if err := w.rollout(); err != nil {
		return err
	}
	w.learn()
	return w.clip()
}

// lap adds the time since the last lap to a stage.
func (w *worker) lap(stage *int64) {
	now := time.Now()
	*stage += int64(now.Sub(w.mark))
	w.mark = now
}

// start begins an episode wherever none is under way: at the beginning of a run, and after resuming
// an environment that cannot be saved.
func (w *worker) start() error {
	for e := range w.slots {
		if w.slots[e].started {
			continue
		}
		if err := w.reset(0, e); err != nil {
			return err
		}
		w.slots[e].started = true
	}
	w.lap(&w.sums.stages.Env)
	return nil
}

// reset begins an episode in environment e with observation t of the batch.
func (w *worker) reset(t, e int) error {
	s := &w.slots[e]
	seed := TrainingSeed(w.t.cfg.Seed, w.id, e, s.episodes)
	s.episodes++ // before anything can panic: a worker's successor shall not meet the same episode
	if err := s.env.Reset(seed, w.batch.Pixels(t, e), w.batch.Proprioception(t, e)); err != nil {
		return fmt.Errorf("reset environment %d: %w", e, err)
	}
	if err := checkSenses(w.batch.Proprioception(t, e)); err != nil {
		return fmt.Errorf("reset environment %d: %w", e, err)
	}
	w.batch.First(t)[e] = true
	s.score, s.length = 0, 0
	return nil
}

// checkSenses refuses proprioceptive values that are not finite: no network can make sense of them.
func checkSenses(proprio []float32) error {
	for i, v := range proprio {
		if !finite(v) {
			return fmt.Errorf("proprioceptive value %d is %v, %w", i, v, ErrNotFinite)
		}
	}
	return nil
}

// rollout plays the steps of one rollout in all environments and evaluates what lies behind it.
func (w *worker) rollout() error {
	steps, envs := w.t.cfg.Rollout, len(w.slots)
	w.tailOf = w.tailOf[:0]
	for t := range steps {
		w.act(t)
		for e := range envs {
			if err := w.step(t, e); err != nil {
				return err
			}
		}
		w.lap(&w.sums.stages.Env)
	}
	w.readWatches()
	w.forward(steps)
	w.evaluateTails()
	return nil
}

// readWatches moves what environments know about their time from the stage Env to the stages it
// belongs to.
func (w *worker) readWatches() {
	for e := range w.slots {
		s := &w.slots[e]
		if s.watch == nil {
			continue
		}
		physics, render := s.watch.StageTimes()
		stages := &w.sums.stages
		stages.Physics += int64(physics - s.physics)
		stages.Render += int64(render - s.render)
		stages.Env -= int64(physics - s.physics + render - s.render)
		s.physics, s.render = physics, render
	}
}

// forward evaluates observation t of all environments and keeps the values.
func (w *worker) forward(t int) {
	envs, width := len(w.slots), w.t.policy.logits+1
	w.t.net.Forward(w.theta, w.batch, t, envs)
	output := w.batch.Output(t)
	for e := range envs {
		w.value[t*envs+e] = output[e*width+width-1]
	}
	w.lap(&w.sums.stages.Forward)
}

// act chooses the actions of step t.
func (w *worker) act(t int) {
	w.forward(t)
	p, envs, factors := w.t.policy, len(w.slots), len(w.t.policy.choices)
	at := t * envs * p.logits
	p.logSoftmax(envs, w.batch.Output(t), w.logp[at:], w.prob[at:])
	for e := range envs {
		i := t*envs + e
		p.sample(w.action[i*factors:(i+1)*factors], w.prob[i*p.logits:(i+1)*p.logits], w.rng)
	}
	w.lap(&w.sums.stages.Other)
}

// step takes step t in environment e; where the episode ends, the next one begins at once.
func (w *worker) step(t, e int) error {
	s, factors := &w.slots[e], len(w.t.policy.choices)
	i := t*len(w.slots) + e
	reward, terminated, truncated, err := s.env.Step(w.action[i*factors:(i+1)*factors], w.batch.Pixels(t+1, e),
		w.batch.Proprioception(t+1, e))
	if err != nil {
		return fmt.Errorf("step environment %d: %w", e, err)
	}
	if !finite(reward) {
		return fmt.Errorf("step environment %d: the reward is %v, %w", e, reward, ErrNotFinite)
	}
	if err := checkSenses(w.batch.Proprioception(t+1, e)); err != nil {
		return fmt.Errorf("step environment %d: %w", e, err)
	}
	w.reward[i] = reward * float32(w.t.cfg.RewardScale)
	w.sums.reward += float64(reward)
	s.score += float64(reward)
	s.length++
	w.batch.First(t + 1)[e] = false
	switch {
	case terminated:
		w.end[i] = endTerminated
	case truncated:
		w.end[i] = endTruncated
		w.keepTail(t, e)
	default:
		w.end[i] = endNone
		return nil
	}
	w.countEpisode(s, terminated)
	return w.reset(t+1, e)
}

// countEpisode adds a finished episode to the sums.
func (w *worker) countEpisode(s *slot, terminated bool) {
	w.sums.episodes++
	if w.t.cfg.KeepScores {
		w.sums.scores = append(w.sums.scores, float32(s.score))
	}
	w.sums.score += s.score
	w.sums.length += s.length
	if s.score > 0 {
		w.sums.reached++
	}
	if terminated {
		w.sums.terminated++
	}
}

// keepTail sets the last observation of an episode that step t truncated aside, with the LSTM state
// of that moment, before a reset overwrites it.
func (w *worker) keepTail(t, e int) {
	if len(w.tailOf) == cap(w.tailOf) {
		w.lap(&w.sums.stages.Env)
		w.evaluateTails()
	}
	row := len(w.tailOf)
	w.tailOf = append(w.tailOf, t*len(w.slots)+e)
	copy(w.tails.Pixels(0, row), w.batch.Pixels(t+1, e))
	copy(w.tails.Proprioception(0, row), w.batch.Proprioception(t+1, e))
	w.tails.CopyState(row, w.batch, t+1, e)
}

// evaluateTails computes the values of the observations set aside.
func (w *worker) evaluateTails() {
	w.t.net.Forward(w.theta, w.tails, 0, len(w.tailOf))
	output, width := w.tails.Output(0), w.t.policy.logits+1
	for row, i := range w.tailOf {
		w.cut[i] = output[row*width+width-1]
	}
	w.tailOf = w.tailOf[:0]
	w.lap(&w.sums.stages.Forward)
}

// learn computes the gradient of the rollout and moves on to the next one: its first observation is
// this one's last.
func (w *worker) learn() {
	cfg, p := &w.t.cfg, w.t.policy
	steps, envs, factors := cfg.Rollout, len(w.slots), len(p.choices)
	samples := steps * envs
	returns(steps, envs, float32(cfg.Gamma), float32(cfg.Lambda), w.reward, w.value, w.end, w.cut, w.advantages, w.ret)
	scale := float32(1)
	if cfg.NormalizeAdvantage {
		scale = w.scale.update(w.advantages, cfg.RewardScale)
		kernels.Scale(w.advantages, 1/scale)
	}
	c := costs[float32]{value: float32(cfg.ValueCost) / scale, entropy: float32(cfg.EntropyCost),
		weight: 1 / float32(samples)}
	for t := range steps {
		doutput := w.batch.DOutput(t)
		for e := range envs {
			i := t*envs + e
			terms := lossGradient(c, p.choices, w.action[i*factors:(i+1)*factors],
				w.logp[i*p.logits:(i+1)*p.logits], w.prob[i*p.logits:(i+1)*p.logits],
				w.advantages[i], w.ret[i], w.value[i], doutput[e*(p.logits+1):(e+1)*(p.logits+1)], w.sums.entropy)
			w.sums.policyLoss += float64(terms.policy)
			w.sums.valueLoss += float64(terms.value)
			w.sums.value += float64(w.value[i])
			w.sums.returns += float64(w.ret[i])
			w.sums.returns2 += float64(float64(w.ret[i]) * float64(w.ret[i]))
		}
	}
	w.sums.steps = int64(samples)
	w.lap(&w.sums.stages.Other)

	clear(w.grad)
	if cfg.OutputOnly {
		w.t.net.BackwardOutput(w.grad, w.batch, steps)
	} else {
		w.t.net.Backward(w.theta, w.grad, w.batch, steps)
	}
	w.lap(&w.sums.stages.Backward)

	for e := range envs {
		copy(w.batch.Pixels(0, e), w.batch.Pixels(steps, e))
		copy(w.batch.Proprioception(0, e), w.batch.Proprioception(steps, e))
	}
	copy(w.batch.First(0), w.batch.First(steps))
	w.batch.Carry(steps)
	w.lap(&w.sums.stages.Other)
}

// clip measures the gradient, refuses one that is not finite, or whose loss is not, and shortens
// one that is too long.
func (w *worker) clip() error {
	norm := math.Sqrt(kernels.SumSquares(w.grad))
	if math.IsNaN(norm) || math.IsInf(norm, 0) {
		return notFinite(w.t.net, w.theta, w.grad)
	}
	// Clipping and a small value cost keep a gradient finite long after the square of the value's
	// error overflows.
	if !finite(w.sums.policyLoss) || !finite(w.sums.valueLoss) {
		return fmt.Errorf("the loss is %w: values, of %.3g on average, have diverged; a lower learning rate may keep "+
			"them", ErrNotFinite,
			w.sums.value/float64(w.sums.steps))
	}
	w.sums.gradNorm = norm
	if most := w.t.cfg.ClipNorm * float64(w.t.cfg.Gather); most > 0 && norm > most {
		kernels.Scale(w.grad, float32(most/norm))
		w.sums.clipped = 1
	}
	w.lap(&w.sums.stages.Push)
	return nil
}

// push applies the gradient to the shared parameters at the given learning rate.
func (w *worker) push(lr float64) {
	w.mark = time.Now()
	cfg := &w.t.cfg
	before := w.t.store.push(w.grad, float32(lr), float32(cfg.Decay), float32(cfg.Epsilon))
	w.sums.updates, w.sums.lag = 1, before-w.pulled
	w.lap(&w.sums.stages.Push)
}

// marshaler returns the environment's exact state saver, or nil if it has none.
func (s *slot) marshaler() encoding.BinaryMarshaler {
	if _, ok := s.env.(encoding.BinaryUnmarshaler); !ok {
		return nil
	}
	m, _ := s.env.(encoding.BinaryMarshaler)
	return m
}
