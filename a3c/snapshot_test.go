package a3c_test

import (
	"bytes"
	"context"
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"colonnade/a3c"
	"colonnade/a3c/probe"
	"colonnade/nn/safetensors"
)

// throughFile sends a snapshot through the bytes of a file and back.
func throughFile(t *testing.T, s *a3c.Snapshot) *a3c.Snapshot {
	t.Helper()
	var file bytes.Buffer
	if _, err := safetensors.Encode(&file, s.Encode()); err != nil {
		t.Fatal(err)
	}
	f, _, err := safetensors.Decode(&file, int64(file.Len()), nil)
	if err != nil {
		t.Fatal(err)
	}
	back, err := a3c.DecodeSnapshot(f)
	if err != nil {
		t.Fatal(err)
	}
	return back
}

// TestResume interrupts a deterministic run at every checkpoint and lets another trainer finish it
// from the file: the parameters, mean squares, all counters and metrics, and all later checkpoints
// must be those of the unbroken run, to the bit. Checkpoints fall inside windows of metrics and
// inside episodes.
func TestResume(t *testing.T) {
	for _, test := range []struct {
		name  string
		lstm  int
		make  func() a3c.Env
		stack bool // on a column of the same architecture

		gather int // 2: the third of a round's gradients is an update by itself
	}{
		{"feedforward", 0, timeLimit, false, 1},
		{"recurrent", 4, memory, false, 1},
		{"gathered", 4, memory, false, 2},
		{"pixels", 0, spot, false, 1},
		{"recurrent pixels", 4, spot, false, 1},
		{"recurrent pixels on another column", 4, spot, true, 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			cfg := small(true)
			cfg.CheckpointEvery, cfg.Gather = 130, test.gather
			cfg.NormalizeAdvantage = test.lstm > 0
			// run runs to the end, from a snapshot unless it is nil, and returns all that can be
			// seen of it.
			run := func(from *a3c.Snapshot) (snapshots []*a3c.Snapshot, metrics []a3c.Metrics) {
				cfg := cfg
				cfg.OnMetrics = func(m a3c.Metrics) error { metrics = append(metrics, m.WithoutClock()); return nil }
				cfg.OnCheckpoint = func(s *a3c.Snapshot) error { snapshots = append(snapshots, s); return nil }
				net, theta := makeNet(t, test.make(), 8, test.lstm, cfg.Seed)
				if test.stack {
					net, theta = stackOn(t, net, theta)
				}
				trainer := trainerOf(t, cfg, net, theta, test.make)
				if from != nil {
					if err := trainer.Restore(from); err != nil {
						t.Fatal(err)
					}
				}
				if err := trainer.Run(context.Background()); err != nil {
					t.Fatal(err)
				}
				last, err := trainer.Snapshot()
				if err != nil {
					t.Fatal(err)
				}
				return append(snapshots, last), metrics
			}
			snapshots, metrics := run(nil)
			if len(snapshots) != 5 { // 150, 270, 390, 540, and the end
				t.Fatalf("%d snapshots, want 5", len(snapshots))
			}
			for i, s := range snapshots[:4] {
				if !s.Exact() {
					t.Errorf("snapshot %d is not exact", i)
				}
				back := throughFile(t, s)
				if !reflect.DeepEqual(normal(back), normal(s)) {
					t.Errorf("snapshot %d does not come back from its file", i)
				}
				later, rest := run(back)
				if !reflect.DeepEqual(timeless(later), timeless(snapshots[i+1:])) {
					t.Errorf("resumed at %d steps, later states differ", s.Steps)
				}
				at := slices.IndexFunc(metrics, func(m a3c.Metrics) bool { return m.Steps > s.Steps })
				if !reflect.DeepEqual(rest, metrics[at:]) {
					t.Errorf("resumed at %d steps, later metrics differ", s.Steps)
				}
			}
		})
	}
}

// normal makes empty lists nil, so that they compare as equal.
func normal(s *a3c.Snapshot) *a3c.Snapshot {
	c := *s
	if len(c.Window.Scores) == 0 {
		c.Window.Scores = nil
	}
	c.State = slices.Clone(s.State)
	for i := range c.State {
		w := &c.State[i]
		w.Envs = slices.Clone(w.Envs)
		if len(w.H) == 0 {
			w.H, w.C = nil, nil
		}
		if len(w.Pixels) == 0 {
			w.Pixels = nil
		}
		if len(w.Proprioception) == 0 {
			w.Proprioception = nil
		}
		for e := range w.Envs {
			if len(w.Envs[e].State) == 0 {
				w.Envs[e].State = nil
			}
		}
	}
	return &c
}

// timeless returns copies without what a clock measured: the time, and the stages of the window,
// its last seven counts.
func timeless(snapshots []*a3c.Snapshot) []*a3c.Snapshot {
	var all []*a3c.Snapshot
	for _, s := range snapshots {
		c := normal(s)
		c.Time, c.Window.Began = 0, 0
		c.Window.Counts = c.Window.Counts[:len(c.Window.Counts)-7]
		all = append(all, c)
	}
	return all
}

// unsaved hides an environment's ability to save its state.
type unsaved struct{ a3c.Env }

// TestResumeUnsaved: an environment that cannot be saved begins a new episode; snapshot and file
// say so.
func TestResumeUnsaved(t *testing.T) {
	cfg := small(true)
	make := func() a3c.Env { return unsaved{memory()} }
	trainer, _ := newTrainer(t, cfg, 4, make)
	if err := trainer.Run(context.Background()); err != nil {
		t.Fatal(err)
	}
	s, err := trainer.Snapshot()
	if err != nil {
		t.Fatal(err)
	}
	if s.Exact() || s.Encode().Metadata["environments"] != "some begin a new episode when the run resumes" {
		t.Errorf("exact %t, metadata %q", s.Exact(), s.Encode().Metadata["environments"])
	}
	cfg.Steps = 1200
	resumed, _ := newTrainer(t, cfg, 4, make)
	if err := resumed.Restore(throughFile(t, s)); err != nil {
		t.Fatal(err)
	}
	if err := resumed.Run(context.Background()); err != nil || resumed.Steps() != 1200 {
		t.Fatalf("resumed: %v, %d steps", err, resumed.Steps())
	}
	after, err := resumed.Snapshot()
	if err != nil {
		t.Fatal(err)
	}
	for i, w := range after.State {
		for e, env := range w.Envs {
			// 100 steps in each environment before and after, episodes of 6: 17 begun, then another
			// 17.
			if before := s.State[i].Envs[e].Episodes; before != 17 || env.Episodes != 34 {
				t.Errorf("worker %d, environment %d: %d and %d episodes, want 17 and 34", i, e, before, env.Episodes)
			}
		}
	}
}

// forgetful fails to save its state.
type forgetful struct{ *probe.Memory }

func (forgetful) MarshalBinary() ([]byte, error) { return nil, errors.New("no paper left") }

// TestSaveFails: an environment that fails to save its state stops the run, after the metrics were
// delivered.
func TestSaveFails(t *testing.T) {
	for _, deterministic := range []bool{false, true} {
		cfg := small(deterministic)
		cfg.CheckpointEvery = 300
		delivered := int64(0)
		cfg.OnMetrics = func(m a3c.Metrics) error { delivered = m.Steps; return nil }
		cfg.OnCheckpoint = func(*a3c.Snapshot) error { t.Error("there is a snapshot"); return nil }
		trainer, _ := newTrainer(t, cfg, 0, func() a3c.Env { return forgetful{probe.NewMemory(4)} })
		err := trainer.Run(context.Background())
		// In a free run the first worker may not have begun yet: which worker is named is open.
		if err == nil || !strings.Contains(err.Error(), ": environment 0: no paper left") || delivered < 280 {
			t.Errorf("deterministic %t: error %v, metrics up to %d", deterministic, err, delivered)
		}
	}
}

// TestFreeSnapshots: in a free run, checkpoints show all workers between two rollouts, behind all
// metrics up to there.
func TestFreeSnapshots(t *testing.T) {
	cfg := small(false)
	cfg.Steps, cfg.CheckpointEvery, cfg.MetricsEvery = 20_000, 1000, 300
	var delivered int64
	snapshots := 0
	cfg.OnMetrics = func(m a3c.Metrics) error {
		time.Sleep(time.Millisecond) // workers finish more windows meanwhile
		delivered = m.Steps
		return nil
	}
	var last *a3c.Snapshot
	cfg.OnCheckpoint = func(s *a3c.Snapshot) error {
		snapshots++
		last = s
		window := s.Window.Counts[0]
		var inWorkers int64
		for _, w := range s.State {
			for _, e := range w.Envs {
				inWorkers += e.Length
			}
		}
		if s.Steps != s.Updates*10 || delivered+window != s.Steps || inWorkers >= 6*6 {
			t.Errorf("%d steps, %d updates, %d steps delivered, %d in the window, %d in episodes under way", s.Steps,
				s.Updates, delivered, window, inWorkers)
		}
		return nil
	}
	trainer, _ := newTrainer(t, cfg, 4, memory)
	if err := trainer.Run(context.Background()); err != nil {
		t.Fatal(err)
	}
	if snapshots == 0 {
		t.Fatal("no checkpoint")
	}
	cfg.Steps = 25_000
	cfg.OnCheckpoint = nil
	resumed, _ := newTrainer(t, cfg, 4, memory)
	if err := resumed.Restore(throughFile(t, last)); err != nil {
		t.Fatal(err)
	}
	if err := resumed.Run(context.Background()); err != nil || resumed.Steps() != 25_000 {
		t.Errorf("resumed: %v, %d steps", err, resumed.Steps())
	}
}

// TestSnapshotIsACopy: a snapshot does not change when the trainer goes on.
func TestSnapshotIsACopy(t *testing.T) {
	cfg := small(true)
	trainer, _ := newTrainer(t, cfg, 4, func() a3c.Env { return probe.NewMemory(3) })
	before, err := trainer.Snapshot()
	if err != nil {
		t.Fatal(err)
	}
	kept := throughFile(t, before)
	if err := trainer.Run(context.Background()); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(normal(before), normal(kept)) {
		t.Error("the snapshot changed")
	}
}

// TestSameBits: a deterministic run begun with avx512 goes on with avx2, whose bits are the same,
// and with no others.
func TestSameBits(t *testing.T) {
	for _, test := range []struct {
		a, b string
		want bool
	}{{"avx512", "avx2", true}, {"avx2", "avx512", true}, {"base", "base", true}, {"avx2", "base", false},
		{"neon", "avx512", false}} {
		if got := a3c.SameBits(test.a, test.b); got != test.want {
			t.Errorf("%s and %s: %t", test.a, test.b, got)
		}
	}
}
