package distill

import (
	"math"
	"slices"
	"time"

	"colonnade/a3c"
)

// sums accumulates over the steps and updates since the last Metrics. One is the player's, for the
// rollout it is in, and one the trainer's.
type sums struct {
	steps, episodes, reached, terminated, length, alone int64
	byTeacher, sure, agreed                             int64
	updates, clipped, trained                           int64

	score, aloneScore, reward, value, divergence        float64
	divergenceTrained, valueLoss, featureLoss, gradNorm float64

	slowest float64 // s
	late    int64   // actions

	entropy []float64 // one for each factor
	scores  []float32 // of each episode; with KeepScores
	stages  a3c.Stages
}

func newSums(factors int) sums { return sums{entropy: make([]float64, factors)} }

// reset clears the sums and keeps the memory.
func (s *sums) reset() {
	clear(s.entropy)
	*s = sums{entropy: s.entropy, scores: s.scores[:0]}
}

// counts and values list the sums in the order that snapshots keep.
func (s *sums) counts() []*int64 {
	return []*int64{&s.steps, &s.episodes, &s.reached, &s.terminated, &s.length, &s.alone, &s.byTeacher, &s.sure,
		&s.agreed,
		&s.updates, &s.clipped, &s.trained}
}

func (s *sums) values() []*float64 {
	return []*float64{&s.score, &s.aloneScore, &s.reward, &s.value, &s.divergence, &s.divergenceTrained, &s.valueLoss,
		&s.featureLoss, &s.gradNorm}
}

// add adds another's sums.
func (s *sums) add(o *sums) {
	counts, others := s.counts(), o.counts()
	for i, p := range counts {
		*p += *others[i]
	}
	values, more := s.values(), o.values()
	for i, p := range values {
		*p += *more[i]
	}
	for i, v := range o.entropy {
		s.entropy[i] += v
	}
	s.slowest, s.late = max(s.slowest, o.slowest), s.late+o.late
	s.scores = append(s.scores, o.scores...)
	s.stages.Add(o.stages)
}

// decided notes the time from observation to action.
func (s *sums) decided(took time.Duration) {
	s.slowest = max(s.slowest, took.Seconds())
	if took > Deadline {
		s.late++
	}
}

// addEntropy adds the entropy of each factor.
func (s *sums) addEntropy(choices []int, logp, prob []float32) {
	at := 0
	for f, n := range choices {
		for i := at; i < at+n; i++ {
			s.entropy[f] -= float64(prob[i]) * float64(logp[i])
		}
		at += n
	}
}

// metrics turns sums into means. The caller adds totals and clock.
func (s *sums) metrics() a3c.Metrics {
	m := a3c.Metrics{
		WindowEpisodes: s.episodes, Entropy: make([]float64,
			len(s.entropy)), Scores: slices.Clone(s.scores), Stages: s.stages,
		Teacher: &a3c.TeacherMetrics{Alone: s.alone, Slowest: s.slowest, Late: s.late},
	}
	mean := func(sum float64, n int64) float64 {
		if n == 0 {
			return 0
		}
		return sum / float64(n)
	}
	m.Score, m.Length = mean(s.score, s.episodes), mean(float64(s.length), s.episodes)
	m.Reached, m.Violations = mean(float64(s.reached), s.episodes), mean(float64(s.terminated), s.episodes)
	for i, v := range s.entropy {
		m.Entropy[i] = mean(v, s.steps)
	}
	m.Value, m.RewardPerStep = mean(s.value, s.steps), mean(s.reward, s.steps)
	m.PolicyLoss, m.ValueLoss = mean(s.divergenceTrained, s.trained), mean(s.valueLoss, s.trained)
	m.GradNorm, m.Clipped = mean(s.gradNorm, s.updates), mean(float64(s.clipped), s.updates)
	t := m.Teacher
	t.Share, t.Sure = mean(float64(s.byTeacher), s.steps), mean(float64(s.sure), s.steps)
	t.Agreement = mean(float64(s.agreed), s.steps*int64(max(len(s.entropy), 1)))
	t.Divergence, t.FeatureLoss = mean(s.divergence, s.steps), mean(s.featureLoss, s.trained)
	t.Score = mean(s.aloneScore, s.alone)
	return m
}

// state returns a copy for a snapshot. What a clock measured is not part of it.
func (s *sums) state(began time.Duration) a3c.WindowState {
	w := a3c.WindowState{Began: began, Entropy: slices.Clone(s.entropy), Scores: slices.Clone(s.scores)}
	for _, p := range s.counts() {
		w.Counts = append(w.Counts, *p)
	}
	for _, p := range s.values() {
		w.Sums = append(w.Sums, *p)
	}
	return w
}

// restore sets the sums from a state, and reports whether it fits.
func (s *sums) restore(w a3c.WindowState) bool {
	counts, values := s.counts(), s.values()
	if len(w.Counts) != len(counts) || len(w.Sums) != len(values) || len(w.Entropy) != len(s.entropy) {
		return false
	}
	for _, v := range slices.Concat(w.Sums, w.Entropy) {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return false
		}
	}
	for i, p := range counts {
		*p = w.Counts[i]
	}
	for i, p := range values {
		*p = w.Sums[i]
	}
	copy(s.entropy, w.Entropy)
	s.scores = append(s.scores[:0], w.Scores...)
	return true
}
