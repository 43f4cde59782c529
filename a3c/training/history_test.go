package training

import (
	"math"
	"math/rand/v2"
	"reflect"
	"testing"

	"colonnade/a3c"
)

// run returns n windows of different lengths, some without an episode.
func run(n int) []a3c.Metrics {
	rng := rand.New(rand.NewPCG(1, uint64(n)))
	var all []a3c.Metrics
	var steps, updates, episodes int64
	for range n {
		steps += 100 + rng.Int64N(300)
		updates += 1 + rng.Int64N(9)
		ended := rng.Int64N(4)
		episodes += ended
		all = append(all, a3c.Metrics{
			Steps: steps, Updates: updates, Episodes: episodes, WindowEpisodes: ended,
			Score: float64(ended) * rng.Float64(), Entropy: []float64{rng.Float64(), rng.Float64()},
			GradNorm: rng.Float64(), ValueLoss: rng.Float64(), StepsPerSecond: 100 + rng.Float64(),
			Scores: make([]float32, ended), Stages: a3c.Stages{Render: rng.Int64N(1000), Push: 1},
		})
	}
	return all
}

// sums adds up a run's rows: what merging must not change.
func sums(rows []a3c.Metrics) (s struct {
	episodes, score, entropy, gradient, value, seconds float64
	stages                                             a3c.Stages
}) {
	var before a3c.Metrics
	for _, r := range rows {
		steps, updates := float64(r.Steps-before.Steps), float64(r.Updates-before.Updates)
		s.episodes += float64(r.WindowEpisodes)
		s.score += r.Score * float64(r.WindowEpisodes)
		s.entropy += r.Entropy[1] * steps
		s.value += r.ValueLoss * steps
		s.gradient += r.GradNorm * updates
		s.seconds += steps / r.StepsPerSecond
		s.stages.Add(r.Stages)
		before = r
	}
	return s
}

func TestRowsKeepWhatTheWindowsSay(t *testing.T) {
	for _, n := range []int{1, MaxRows, MaxRows + 1, MaxRows + 2, 2*MaxRows + 7, 11*MaxRows + 3} {
		windows := run(n)
		var h History
		for _, m := range windows {
			h.Add(m)
		}
		rows := h.Rows()
		if len(rows) > MaxRows || len(rows) < min(n, MaxRows/2) || h.Windows() != n {
			t.Errorf("%d windows became %d rows of %d", n, len(rows), h.Windows())
		}
		if last := rows[len(rows)-1]; last.Steps != windows[n-1].Steps || last.Episodes != windows[n-1].Episodes {
			t.Errorf("%d windows: the last row ends at step %d, want %d", n, last.Steps, windows[n-1].Steps)
		}
		got, want := reflect.ValueOf(sums(rows)), reflect.ValueOf(sums(windows))
		for i := range got.NumField() - 1 {
			if a, b := got.Field(i).Float(), want.Field(i).Float(); math.Abs(a-b) > 1e-9*math.Abs(b) {
				t.Errorf("%d windows: %s is %v, want %v", n, got.Type().Field(i).Name, a, b)
			}
		}
		if a, b := sums(rows).stages, sums(windows).stages; a != b {
			t.Errorf("%d windows: stages are %+v, want %+v", n, a, b)
		}
	}
}

// TestEveryNumberIsMerged: the mean of twice the same number is that number, for every number that
// Metrics has, or will.
func TestEveryNumberIsMerged(t *testing.T) {
	totals := map[string]bool{"Steps": true, "Updates": true, "Episodes": true, "Seconds": true, "LearningRate": true}
	a := a3c.Metrics{Steps: 100, Updates: 10, Episodes: 5, WindowEpisodes: 5}
	b := a3c.Metrics{Steps: 300, Updates: 40, Episodes: 8, WindowEpisodes: 3, LearningRate: 0.5}
	for _, m := range []*a3c.Metrics{&a, &b} {
		for i := range reflect.TypeFor[a3c.Metrics]().NumField() {
			if v, f := reflect.ValueOf(m).Elem().Field(i),
				reflect.TypeFor[a3c.Metrics]().Field(i); v.Kind() == reflect.Float64 && !totals[f.Name] {
				v.SetFloat(float64(i))
				if m == &b {
					v.SetFloat(float64(3 * i))
				}
			}
		}
	}
	m := merge(a3c.Metrics{}, a, b)
	for i := range reflect.TypeFor[a3c.Metrics]().NumField() {
		v, f := reflect.ValueOf(m).Field(i), reflect.TypeFor[a3c.Metrics]().Field(i)
		if v.Kind() == reflect.Float64 && !totals[f.Name] && (v.Float() <= float64(i) || v.Float() >= float64(3*i)) {
			t.Errorf("%s of %d and %d is %v", f.Name, i, 3*i, v.Float())
		}
	}
	if m.Steps != 300 || m.Updates != 40 || m.Episodes != 8 || m.LearningRate != 0.5 || m.WindowEpisodes != 8 {
		t.Errorf("totals %+v", m)
	}
}

func TestLatest(t *testing.T) {
	windows := run(MaxRows + 30)
	var h History
	for i, m := range windows {
		h.Add(m)
		got := h.Latest(10)
		if len(got) != min(i+1, 10) || got[len(got)-1].Steps != m.Steps || got[0].Steps != windows[max(0, i-9)].Steps {
			t.Fatalf("after window %d: %d windows from step %d to %d", i, len(got), got[0].Steps, got[len(got)-1].Steps)
		}
	}
}

// TestAColdReaderIsSafe: rows that were handed out do not change, and a clone has its own.
func TestAColdReaderIsSafe(t *testing.T) {
	var h History
	windows := run(3 * MaxRows)
	for _, m := range windows[:MaxRows] {
		h.Add(m)
	}
	rows, clone := h.Rows(), h.Clone()
	for _, m := range windows[MaxRows:] {
		h.Add(m)
	}
	for i, r := range rows {
		if r.Steps != windows[i].Steps || r.Entropy[0] != windows[i].Entropy[0] || clone.Rows()[i].Steps != r.Steps {
			t.Fatalf("row %d changed", i)
		}
	}
}

// TestMergeTeacher: windows of a student are merged by their steps, scores by episodes, and the
// slowest action stays.
func TestMergeTeacher(t *testing.T) {
	a := a3c.Metrics{Steps: 100, Teacher: &a3c.TeacherMetrics{Agreement: 0.5, Score: 10, Alone: 1, Slowest: 0.003,
		Late: 1}}
	b := a3c.Metrics{Steps: 400, Teacher: &a3c.TeacherMetrics{Agreement: 0.9, Score: 40, Alone: 2, Slowest: 0.001}}
	got, want := *merge(a3c.Metrics{}, a, b).Teacher, a3c.TeacherMetrics{Agreement: 0.8, Score: 30, Alone: 3,
		Slowest: 0.003, Late: 1}
	if math.Abs(got.Agreement-want.Agreement) > 1e-12 || got.Score != want.Score || got.Alone != want.Alone ||
		got.Slowest != want.Slowest || got.Late != want.Late {
		t.Errorf("%+v, want %+v", got, want)
	}
}
