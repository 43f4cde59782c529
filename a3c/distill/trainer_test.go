package distill

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"colonnade/a3c"
	"colonnade/a3c/probe"
	"colonnade/nn"
	"colonnade/nn/safetensors"
)

// TestSamePictures: a copy of its teacher that sees what the teacher sees has nothing to learn, and
// no parameter changes by a bit: windows begin with the right states, and frames say what the
// teacher said.
func TestSamePictures(t *testing.T) {
	teacher := column(t, 12, 1)
	cfg, set := config(400)
	var last a3c.Metrics
	cfg.OnMetrics = func(m a3c.Metrics) error { last = m; return nil }
	tr := trainer(t, cfg, set, teacher, teacher, newTwins(false), "", false)
	run(t, tr)
	if !slices.Equal(tr.learner.theta, teacher.Theta) {
		t.Error("parameters have changed")
	}
	if k := last.Teacher; last.PolicyLoss != 0 || last.ValueLoss != 0 || k.Divergence != 0 || k.Agreement != 1 ||
		k.Share != 0 || k.Alone == 0 || last.Updates == 0 {
		t.Errorf("%+v, %+v", last, last.Teacher)
	}
}

// TestLearns: students of every kind learn what their teacher does from pictures that it does not
// see.
func TestLearns(t *testing.T) {
	teacher := column(t, 12, 1)
	stack := func(lstm int, inherit bool) *nn.Checkpoint {
		arch := teacher.Network.Arch()
		arch.LSTM = lstm
		if !inherit {
			arch.FC = 10
		}
		net, err := nn.Stack(arch, teacher.Network.Scaling(), teacher)
		if err != nil {
			t.Fatal(err)
		}
		c := &nn.Checkpoint{Network: net, Theta: make([]float32, net.Parameters())}
		net.Init(c.Theta, newPlayer(a3c.Config{Seed: 5}, Settings{}, newTwins(true), newMind("", net, c.Theta),
			newMind("", net, c.Theta), shape{}).rng, nn.DefaultInit())
		if inherit {
			if err := Inherit(net, c.Theta, teacher); err != nil {
				t.Fatal(err)
			}
		}
		return c
	}
	for name, student := range map[string]*nn.Checkpoint{
		"finetune": teacher, "scratch": column(t, 12, 9), "progressive wide": stack(12,
			true), "progressive narrow": stack(6, false),
		"feedforward": column(t, 0, 9),
	} {
		t.Run(name, func(t *testing.T) {
			cfg, set := config(3000)
			var kl []float64
			cfg.OnMetrics = func(m a3c.Metrics) error { kl = append(kl, m.Teacher.Divergence); return nil }
			env := newTwins(true)
			env.unsure = 7
			tr := trainer(t, cfg, set, student, teacher, env, "", false)
			run(t, tr)
			first, last := kl[0], kl[len(kl)-1]
			t.Logf("divergence %.3f -> %.3f", first, last)
			if !(last < first/3) {
				t.Errorf("divergence from the teacher was %.3f and is %.3f", first, last)
			}
			if tr.frames.Len() != 3000 || tr.Steps() != 3000 || !tr.Done() {
				t.Errorf("%d frames, %d steps", tr.frames.Len(), tr.Steps())
			}
		})
	}
}

// encoded sends a snapshot through its file format.
func encoded(t *testing.T, s *a3c.Snapshot) *a3c.Snapshot {
	t.Helper()
	var b bytes.Buffer
	if _, err := safetensors.Encode(&b, s.Encode()); err != nil {
		t.Fatal(err)
	}
	f, _, err := safetensors.Decode(&b, int64(b.Len()), nil)
	if err != nil {
		t.Fatal(err)
	}
	back, err := a3c.DecodeSnapshot(f)
	if err != nil {
		t.Fatal(err)
	}
	return back
}

// TestResumeToTheBit: a run that was killed after its last checkpoint goes on to the same
// parameters, metrics and frames.
func TestResumeToTheBit(t *testing.T) {
	teacher, student := column(t, 12, 1), column(t, 12, 2)
	cfg, set := config(600)
	cfg.CheckpointEvery = 130 // in the middle of an episode, and of a window of metrics
	dir := t.TempDir()
	var lines []string
	note := func(m a3c.Metrics) error {
		line, err := json.Marshal(m.WithoutClock())
		lines = append(lines, string(line))
		return err
	}
	var snapshots []*a3c.Snapshot
	cfg.OnMetrics = note
	cfg.OnCheckpoint = func(s *a3c.Snapshot) error { snapshots = append(snapshots, encoded(t, s)); return nil }
	whole := trainer(t, cfg, set, student, teacher, newTwins(true), filepath.Join(dir, "whole"), false)
	run(t, whole)
	want := lines

	cfg.OnCheckpoint = nil
	killed := trainer(t, cfg, set, student, teacher, newTwins(true), filepath.Join(dir, "killed"), false)
	if err := killed.RunUntil(context.Background(), 330); err != nil { // 70 steps beyond the second checkpoint
		t.Fatal(err)
	}
	if err := killed.Close(); err != nil {
		t.Fatal(err)
	}
	lines = slices.Clone(want[:2])
	other := newTwins(true)
	resumed := trainer(t, cfg, set, student, teacher, other, filepath.Join(dir, "killed"), true)
	if err := resumed.Restore(snapshots[1]); err != nil {
		t.Fatal(err)
	}
	if n := resumed.frames.Len(); n != 260 {
		t.Errorf("%d frames after restoring, want 260", n)
	}
	run(t, resumed)
	if !slices.Equal(resumed.learner.theta, whole.learner.theta) {
		t.Error("the parameters differ")
	}
	if !slices.Equal(lines, want) {
		t.Errorf("metrics differ:\n%s\nwant\n%s", strings.Join(lines, "\n"), strings.Join(want, "\n"))
	}
	a, err := os.ReadFile(filepath.Join(dir, "whole"))
	if err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(filepath.Join(dir, "killed"))
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(a, b) {
		t.Error("the frames differ")
	}
}

// TestKeepsFramesOfAnArm: where no step comes twice, frames that came after the checkpoint stay and
// are learnt from.
func TestKeepsFramesOfAnArm(t *testing.T) {
	for _, beside := range []bool{false, true} {
		teacher := column(t, 12, 1)
		cfg, set := config(400)
		set.Beside, cfg.Deterministic = beside, !beside
		path := filepath.Join(t.TempDir(), "frames")
		var snapshot *a3c.Snapshot
		cfg.CheckpointEvery = 100
		cfg.OnCheckpoint = func(s *a3c.Snapshot) error {
			if s.Steps == 100 {
				snapshot = encoded(t, s)
			}
			return nil
		}
		killed := trainer(t, cfg, set, teacher, teacher, forgetful{newTwins(true)}, path, false)
		if err := killed.RunUntil(context.Background(), 150); err != nil {
			t.Fatal(err)
		}
		killed.Close()
		if snapshot.Exact() && snapshot.State[0].Envs[0].Started {
			t.Error("the snapshot says that it is exact")
		}
		resumed := trainer(t, cfg, set, teacher, teacher, forgetful{newTwins(true)}, path, true)
		if err := resumed.Restore(snapshot); err != nil {
			t.Fatal(err)
		}
		if n := resumed.frames.Len(); n != 150 || resumed.Steps() != 100 {
			t.Errorf("beside %v: %d frames after %d steps, want all 150", beside, n, resumed.Steps())
		}
		run(t, resumed)
		if n := resumed.frames.Len(); n != 450 || resumed.Steps() != 400 {
			t.Errorf("beside %v: %d frames, %d steps", beside, n, resumed.Steps())
		}
	}
}

// TestBeside: the learner beside the arm makes its update for every rollout, every frame is kept,
// and the student learns.
func TestBeside(t *testing.T) {
	teacher := column(t, 12, 1)
	cfg, set := config(3000)
	cfg.Deterministic, set.Beside = false, true
	var kl []float64
	slowest := 0.0
	cfg.OnMetrics = func(m a3c.Metrics) error {
		kl = append(kl, m.Teacher.Divergence)
		slowest = max(slowest, m.Teacher.Slowest)
		return nil
	}
	tr := trainer(t, cfg, set, teacher, teacher, forgetful{newTwins(true)}, "", false)
	run(t, tr)
	// The first rollouts may be over before a window of frames is written, on a loaded machine
	// many.
	if n := tr.learner.adam.updates; tr.frames.Len() != 3000 || n < 150 || n > 300 || tr.Steps() != 3000 {
		t.Errorf("%d frames, %d updates, %d steps", tr.frames.Len(), n, tr.Steps())
	}
	if err := tr.frames.load(); err != nil || tr.frames.Len() != 3000 || tr.frames.Damaged() != 0 {
		t.Errorf("the file holds %d frames, %d damaged, %v", tr.frames.Len(), tr.frames.Damaged(), err)
	}
	if slowest == 0 {
		t.Error("no time to an action was measured")
	}
}

// TestNewRefuses: what does not go together is an error, and the environment is closed.
func TestNewRefuses(t *testing.T) {
	teacher := column(t, 12, 1)
	blind := func(int, int) (a3c.Env, error) { return probe.NewSpot(), nil }
	seeing := func(int, int) (a3c.Env, error) { return newTwins(true), nil }
	for _, test := range []struct {
		name, want string
		adapt      func(c *a3c.Config, s *Settings)
		make       func(int, int) (a3c.Env, error)
		theta      []float32
	}{
		{name: "no twin", want: "no twin", make: blind},
		{name: "window", want: "window is 0", adapt: func(_ *a3c.Config, s *Settings) { s.Window = 0 }},
		{name: "windows", want: "windows is -1", adapt: func(_ *a3c.Config, s *Settings) { s.Windows = -1 }},
		{name: "share", want: "share-steps is -1", adapt: func(_ *a3c.Config, s *Settings) { s.ShareSteps = -1 }},
		{name: "features", want: "feature-cost is -1", adapt: func(_ *a3c.Config, s *Settings) { s.FeatureCost = -1 }},
		{name: "steps", want: "steps is 0", adapt: func(c *a3c.Config, _ *Settings) { c.Steps = 0 }},
		{name: "beside", want: "not deterministic", adapt: func(_ *a3c.Config, s *Settings) { s.Beside = true }},
		{name: "parameters", want: "parameters", theta: teacher.Theta[1:]},
	} {
		cfg, set := config(100)
		if test.adapt != nil {
			test.adapt(&cfg, &set)
		}
		if test.make == nil {
			test.make = seeing
		}
		if test.theta == nil {
			test.theta = teacher.Theta
		}
		_, err := New(cfg, set, teacher.Network, test.theta, Teacher{teacher.Network, teacher.Theta, ""}, test.make,
			filepath.Join(t.TempDir(), "frames"), false)
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v, want an error about %q", test.name, err, test.want)
		}
	}
}
