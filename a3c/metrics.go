package a3c

import (
	"fmt"
	"iter"
	"slices"
	"time"
)

// Metrics describes one window of training, the steps since the Metrics before. Means are over the
// window.
type Metrics struct {
	Steps    int64 `json:"steps"`    // environment steps since the beginning of the run
	Updates  int64 `json:"updates"`  // gradients pushed since the beginning
	Episodes int64 `json:"episodes"` // episodes ended since the beginning

	Seconds        float64 `json:"seconds"`          // time spent training since the beginning, over all resumptions
	StepsPerSecond float64 `json:"steps_per_second"` // of the window

	WindowEpisodes int64   `json:"window_episodes"` // episodes ended in the window; the next four are 0 when it is 0
	Score          float64 `json:"score"`           // mean undiscounted, unscaled return of these episodes
	Length         float64 `json:"length"`          // their mean number of steps
	Reached        float64 `json:"reached"`         // fraction of them with a return above 0
	Violations     float64 `json:"violations"`      // fraction of them that terminated; the others met a time limit

	// of each episode of the window, in the order they ended; with Config.KeepScores
	Scores []float32 `json:"scores,omitempty"`

	Entropy []float64 `json:"entropy"` // mean entropy of each factor of the policy, nats
	// mean of -advantage * sum over factors of log pi(action); of advantages as they are learnt
	// from, see Config.NormalizeAdvantage
	PolicyLoss   float64 `json:"policy_loss"`
	ValueLoss    float64 `json:"value_loss"`    // mean of (return - value) squared, unweighted, in scaled reward
	Value        float64 `json:"value"`         // mean value, in scaled reward
	GradNorm     float64 `json:"grad_norm"`     // mean length of the gradient before clipping
	Clipped      float64 `json:"clipped"`       // fraction of gradients that clipping shortened
	LearningRate float64 `json:"learning_rate"` // at the end of the window
	// mean number of pushes by others between a worker's pull and its push
	PolicyLag     float64 `json:"policy_lag"`
	RewardPerStep float64 `json:"reward_per_step"` // mean unscaled reward
	// 1 - sum (return - value)^2 / sum (return - mean return)^2; 0 when returns do not vary
	ExplainedValue float64 `json:"explained_value"`

	Stages Stages `json:"stages"`

	Teacher *TeacherMetrics `json:"teacher,omitempty"` // of a learner that has a teacher
}

// TeacherMetrics says how a student does beside its teacher (package distill). Means are over the
// steps of the window, each before the student has learnt from it.
type TeacherMetrics struct {
	Share      float64 `json:"share"`      // part of the steps whose action was the teacher's
	Agreement  float64 `json:"agreement"`  // part of the factors for which both find the same choice most probable
	Divergence float64 `json:"divergence"` // KL(teacher || student), nats, summed over factors
	// squared distance of the features, summed; of the steps that were trained on
	FeatureLoss float64 `json:"feature_loss"`
	Sure        float64 `json:"sure"` // part of the steps at which the twin's state was known
	// mean score of the episodes of the window in which the student took all actions
	Score   float64 `json:"score"`
	Alone   int64   `json:"alone"`   // their number
	Slowest float64 `json:"slowest"` // longest time from observation to action, s
	Late    int64   `json:"late"`    // actions that took longer than the deadline
}

// Stages is the time that workers spent in each stage of their loop, in nanoseconds, summed over
// workers.
type Stages struct {
	Physics  int64 `json:"physics_ns"`  // moving the world, where the environments tell (Stopwatch)
	Render   int64 `json:"render_ns"`   // drawing it, where they tell
	Env      int64 `json:"env_ns"`      // all else of stepping and resetting environments
	Forward  int64 `json:"forward_ns"`  // the network's forward pass, acting and bootstrap values
	Backward int64 `json:"backward_ns"` // the network's backward pass
	Push     int64 `json:"push_ns"`     // clipping and RMSProp on the shared parameters
	Other    int64 `json:"other_ns"`    // pulling parameters, sampling actions, returns, loss
}

// Add adds another's times.
func (s *Stages) Add(o Stages) {
	times, others := s.times(), o.times()
	for i := range times {
		*times[i].ns += *others[i].ns
	}
}

// stageTime is one stage and its time.
type stageTime struct {
	name string
	ns   *int64
}

func (s *Stages) times() [7]stageTime {
	return [7]stageTime{{"physics", &s.Physics}, {"render", &s.Render}, {"environment", &s.Env},
		{"forward", &s.Forward},
		{"backward", &s.Backward}, {"push", &s.Push}, {"other", &s.Other}}
}

// All iterates over the stages' names and times, in the order of the loop.
func (s Stages) All() iter.Seq2[string, time.Duration] {
	return func(yield func(string, time.Duration) bool) {
		for _, t := range s.times() {
			if !yield(t.name, time.Duration(*t.ns)) {
				return
			}
		}
	}
}

// WithoutClock returns the metrics with all that a clock measured set to zero: what remains of a
// deterministic run is the same each time.
func (m Metrics) WithoutClock() Metrics {
	m.Seconds, m.StepsPerSecond, m.Stages = 0, 0, Stages{}
	if m.Teacher != nil {
		t := *m.Teacher
		t.Slowest, t.Late = 0, 0
		m.Teacher = &t
	}
	return m
}

// window accumulates sums over the steps since the last Metrics. One belongs to each worker, for
// the rollout it is in, and one to the trainer.
type window struct {
	steps, updates, clipped, lag int64

	episodes, reached, terminated, length int64
	score                                 float64

	reward, policyLoss, valueLoss, value, returns, returns2, gradNorm float64
	entropy                                                           []float64 // one for each factor
	scores                                                            []float32 // with Config.KeepScores

	stages Stages
}

// add adds another window's sums.
func (w *window) add(o *window) {
	w.steps += o.steps
	w.updates += o.updates
	w.clipped += o.clipped
	w.lag += o.lag
	w.episodes += o.episodes
	w.reached += o.reached
	w.terminated += o.terminated
	w.length += o.length
	w.score += o.score
	w.reward += o.reward
	w.policyLoss += o.policyLoss
	w.valueLoss += o.valueLoss
	w.value += o.value
	w.returns += o.returns
	w.returns2 += o.returns2
	w.gradNorm += o.gradNorm
	for i, v := range o.entropy {
		w.entropy[i] += v
	}
	w.scores = append(w.scores, o.scores...)
	w.stages.Add(o.stages)
}

// counts and values list the sums in the order that snapshots keep.
func (w *window) counts() []*int64 {
	counts := []*int64{&w.steps, &w.updates, &w.clipped, &w.lag, &w.episodes, &w.reached, &w.terminated, &w.length}
	for _, t := range w.stages.times() {
		counts = append(counts, t.ns)
	}
	return counts
}

func (w *window) values() []*float64 {
	return []*float64{&w.score, &w.reward, &w.policyLoss, &w.valueLoss, &w.value, &w.returns, &w.returns2, &w.gradNorm}
}

// state returns a copy for a snapshot.
func (w *window) state(began time.Duration) WindowState {
	s := WindowState{Began: began, Entropy: slices.Clone(w.entropy), Scores: slices.Clone(w.scores)}
	for _, p := range w.counts() {
		s.Counts = append(s.Counts, *p)
	}
	for _, p := range w.values() {
		s.Sums = append(s.Sums, *p)
	}
	return s
}

// check reports whether a state from a snapshot fits.
func (w *window) check(s WindowState, keepScores bool) error {
	if len(s.Counts) != len(w.counts()) || len(s.Sums) != len(w.values()) || len(s.Entropy) != len(w.entropy) {
		return fmt.Errorf("the snapshot's window of metrics holds %d counts, %d sums and %d entropies, want %d, %d "+
			"and %d",
			len(s.Counts), len(s.Sums), len(s.Entropy), len(w.counts()), len(w.values()), len(w.entropy))
	}
	scores := int64(0)
	if keepScores {
		const episodes = 4 // its place in counts
		scores = s.Counts[episodes]
	}
	if int64(len(s.Scores)) != scores {
		return fmt.Errorf("the snapshot's window of metrics holds %d scores, want %d", len(s.Scores), scores)
	}
	if !allFinite(s.Sums) || !allFinite(s.Entropy) || !allFinite(s.Scores) {
		return fmt.Errorf("the snapshot's window of metrics is in part %w", ErrNotFinite)
	}
	return nil
}

// restore sets the sums from a state that fits.
func (w *window) restore(s WindowState) {
	for i, p := range w.counts() {
		*p = s.Counts[i]
	}
	for i, p := range w.values() {
		*p = s.Sums[i]
	}
	copy(w.entropy, s.Entropy)
	w.scores = append(w.scores[:0], s.Scores...)
}

// reset clears the sums and keeps the memory.
func (w *window) reset() {
	clear(w.entropy)
	*w = window{entropy: w.entropy, scores: w.scores[:0]}
}

// metrics turns sums into means. The caller adds totals and clock.
func (w *window) metrics() Metrics {
	m := Metrics{
		WindowEpisodes: w.episodes,
		Entropy:        make([]float64, len(w.entropy)),
		Scores:         slices.Clone(w.scores),
		Stages:         w.stages,
	}
	if n := float64(w.episodes); n > 0 {
		m.Score, m.Length = w.score/n, float64(w.length)/n
		m.Reached, m.Violations = float64(w.reached)/n, float64(w.terminated)/n
	}
	if n := float64(w.steps); n > 0 {
		for i, v := range w.entropy {
			m.Entropy[i] = v / n
		}
		m.PolicyLoss, m.ValueLoss, m.Value, m.RewardPerStep = w.policyLoss/n, w.valueLoss/n, w.value/n, w.reward/n
		mean := w.returns / n
		if spread := w.returns2/n - mean*mean; spread > 1e-12*(1+mean*mean) {
			m.ExplainedValue = 1 - m.ValueLoss/spread
		}
	}
	if n := float64(w.updates); n > 0 {
		m.GradNorm, m.Clipped, m.PolicyLag = w.gradNorm/n, float64(w.clipped)/n, float64(w.lag)/n
	}
	return m
}

// WorkerStatus says how a worker is doing.
type WorkerStatus struct {
	Rollouts int64     // pushed since the trainer was made
	Steps    int64     // environment steps of these
	Lag      int64     // pushes by others between the last pull and the push after it
	Last     time.Time // of the last push; zero: none yet
	Replaced int       // times that the worker panicked and a new one took its place
}

// Workers returns the status of each worker. Any goroutine may call it, also while the trainer
// runs.
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
