package plain

import (
	"fmt"
	"math/rand/v2"

	"colonnade/a3c"
	"colonnade/nn"
)

// worker plays and learns in environments of its own.
type worker struct {
	t      *Trainer
	id     int
	agents []*agent
	rng    *rand.Rand

	theta, grad    []float32 // of the rollout at hand
	acting, replay *nn.Batch // one step, and a rollout, of one environment
	square, weight float64   // running mean of squared advantages, times weight; with Config.NormalizeAdvantage
}

// agent is one environment with all that the rollout at hand has seen of it.
type agent struct {
	env      a3c.Env
	index    int
	episodes int64
	score    float64
	now      observation // what the next step acts on
	h, c     []float32   // LSTM state before now
	h0, c0   []float32   // LSTM state before the first of steps
	steps    []sample
	after    float64 // value of the observation behind the last of steps
}

// observation is what an environment shows.
type observation struct {
	pixels  []uint8
	proprio []float32
	first   bool // of its episode
}

// sample is one step.
type sample struct {
	seen       observation
	action     []int
	reward     float64
	value      float64
	terminated bool
	truncated  bool
	cut        float64 // value of the last observation, where truncated
	advantage  float64
	target     float64 // of the value
}

func newWorker(t *Trainer, id int, makeEnv func(worker, index int) (a3c.Env, error)) (*worker, error) {
	w := &worker{
		t: t, id: id, rng: rand.New(a3c.ActionSource(t.cfg.Seed, id)),
		theta: make([]float32, t.net.Parameters()), grad: make([]float32, t.net.Parameters()),
		acting: t.net.NewBatch(1, 1), replay: t.net.NewBatch(t.cfg.Rollout, 1),
	}
	for i := range t.cfg.Envs {
		env, err := makeEnv(id, i)
		if err != nil {
			return nil, err
		}
		cells := w.acting.StateLen()
		a := &agent{env: env, index: i, h: make([]float32, cells), c: make([]float32, cells)}
		if err := w.reset(a); err != nil {
			return nil, err
		}
		w.agents = append(w.agents, a)
	}
	return w, nil
}

// cycle is one rollout and its update.
func (w *worker) cycle() error {
	w.t.Parameters(w.theta)
	if err := w.rollout(); err != nil {
		return err
	}
	return w.learn()
}

// rollout plays some steps in every environment, all environments taking a step before any takes
// the next.
func (w *worker) rollout() error {
	for _, a := range w.agents {
		a.steps = a.steps[:0]
		a.h0, a.c0 = append(a.h0[:0], a.h...), append(a.c0[:0], a.c...)
	}
	for range w.t.cfg.Rollout {
		for _, a := range w.agents {
			if err := w.step(a); err != nil {
				return fmt.Errorf("environment %d: %w", a.index, err)
			}
		}
	}
	for _, a := range w.agents {
		_, a.after = w.evaluate(a, a.now)
	}
	return nil
}

// step takes one step in one environment, and begins an episode where one ends.
func (w *worker) step(a *agent) error {
	logits, value := w.evaluate(a, a.now)
	a.h, a.c = w.carry()
	_, _, choices := a.env.Spec()
	s := sample{seen: a.now, value: value, action: sampleActions(logits, choices, w.rng)}

	next := w.blank()
	reward, terminated, truncated, err := a.env.Step(s.action, next.pixels, next.proprio)
	if err != nil {
		return err
	}
	a.score += float64(reward)
	s.reward = float64(reward) * w.t.cfg.RewardScale
	s.terminated, s.truncated = terminated, truncated && !terminated
	a.now = next
	if s.truncated {
		_, s.cut = w.evaluate(a, a.now)
	}
	a.steps = append(a.steps, s)
	if terminated || truncated {
		w.t.count(a.score)
		return w.reset(a)
	}
	return nil
}

// reset begins an episode.
func (w *worker) reset(a *agent) error {
	a.now = w.blank()
	a.now.first = true
	a.score = 0
	seed := a3c.TrainingSeed(w.t.cfg.Seed, w.id, a.index, a.episodes)
	a.episodes++
	return a.env.Reset(seed, a.now.pixels, a.now.proprio)
}

// blank returns room for an observation.
func (w *worker) blank() observation {
	return observation{
		pixels:  make([]uint8, len(w.acting.Pixels(0, 0))),
		proprio: make([]float32, len(w.acting.Proprioception(0, 0))),
	}
}

// evaluate returns the logits and the value of an observation in the agent's present LSTM state.
func (w *worker) evaluate(a *agent, o observation) (logits []float64, value float64) {
	show(w.acting, 0, o)
	w.acting.RestoreState(a.h, a.c)
	w.t.net.Forward(w.theta, w.acting, 0, 1)
	for _, v := range w.acting.Output(0) {
		logits = append(logits, float64(v))
	}
	last := len(logits) - 1
	return logits[:last], logits[last]
}

// carry returns a copy of the LSTM state that the last evaluation left.
func (w *worker) carry() (h, c []float32) {
	w.acting.Carry(1)
	return w.acting.SaveState()
}

// show writes an observation into a batch of one environment.
func show(b *nn.Batch, t int, o observation) {
	copy(b.Pixels(t, 0), o.pixels)
	copy(b.Proprioception(t, 0), o.proprio)
	b.First(t)[0] = o.first
}
