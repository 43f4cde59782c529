package a3c_test

import (
	"context"
	"encoding/json"
	"errors"
	"math"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"colonnade/a3c"
	"colonnade/a3c/probe"
	"colonnade/nn"
)

// small returns settings of a short run in which everything happens.
func small(deterministic bool) a3c.Config {
	cfg := a3c.DefaultConfig()
	// as a probe wants
	cfg.Lambda, cfg.EntropyCost, cfg.RewardScale, cfg.ClipNorm, cfg.NormalizeAdvantage = 1, 1e-2, 1, 1, false
	cfg.CheckpointEvery = 0
	cfg.Workers, cfg.Envs, cfg.Rollout, cfg.Steps = 3, 2, 5, 600
	cfg.Deterministic = deterministic
	cfg.LearningRate = 2e-3
	cfg.MetricsEvery = 70 // not a multiple of anything
	return cfg
}

// newTrainer builds a trainer for environments from make, or fails.
func newTrainer(t testing.TB, cfg a3c.Config, lstm int, make func() a3c.Env) (*a3c.Trainer, *nn.Network) {
	t.Helper()
	net, theta := makeNet(t, make(), 8, lstm, cfg.Seed)
	return trainerOf(t, cfg, net, theta, make), net
}

// trainerOf builds a trainer of a network, or fails.
func trainerOf(t testing.TB, cfg a3c.Config, net *nn.Network, theta []float32, make func() a3c.Env) *a3c.Trainer {
	t.Helper()
	trainer, err := a3c.NewTrainer(cfg, net, theta, func(int, int) (a3c.Env, error) { return make(), nil })
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { trainer.Close() })
	return trainer
}

func memory() a3c.Env    { return probe.NewMemory(4) }
func timeLimit() a3c.Env { return probe.NewTimeLimit(false) }
func spot() a3c.Env      { return probe.NewSpot() }

// hooked is an environment whose steps a test can change.
type hooked struct {
	a3c.Env
	step func(reward *float32, proprio []float32) error
}

func (h *hooked) Step(action []int, pixels []uint8, proprio []float32) (float32, bool, bool, error) {
	reward, terminated, truncated, err := h.Env.Step(action, pixels, proprio)
	if err == nil {
		err = h.step(&reward, proprio)
	}
	return reward, terminated, truncated, err
}

// TestRun checks the counters of a whole run in both modes: rollouts of 10 steps until 605 are
// reached, no more.
func TestRun(t *testing.T) {
	for _, deterministic := range []bool{false, true} {
		cfg := small(deterministic)
		cfg.Steps, cfg.Warmup = 605, 100
		var all []a3c.Metrics
		cfg.OnMetrics = func(m a3c.Metrics) error { all = append(all, m); return nil }
		trainer, _ := newTrainer(t, cfg, 0, timeLimit)
		if err := trainer.Run(context.Background()); err != nil {
			t.Fatal(err)
		}
		if !trainer.Done() || trainer.Steps() != 610 {
			t.Errorf("deterministic %t: done %t after %d steps, want 610", deterministic, trainer.Done(),
				trainer.Steps())
		}
		if len(all) != 9 { // crossings of 70, 140, ... 560, and the rest
			t.Fatalf("deterministic %t: %d windows, want 9", deterministic, len(all))
		}
		var episodes, last int64
		for _, m := range all {
			if m.Steps <= last || m.Updates*10 != m.Steps {
				t.Errorf("deterministic %t: %d steps and %d updates after %d steps", deterministic, m.Steps, m.Updates,
					last)
			}
			last = m.Steps
			if episodes += m.WindowEpisodes; episodes != m.Episodes {
				t.Errorf("deterministic %t: %d episodes in all, the windows have %d", deterministic, m.Episodes,
					episodes)
			}
			if s := m.Stages; s.Env <= 0 || s.Forward <= 0 || s.Backward <= 0 || s.Push <= 0 || s.Other <= 0 ||
				m.Seconds <= 0 || m.StepsPerSecond <= 0 {
				t.Errorf("deterministic %t: a clock stands still: %+v", deterministic, m)
			}
		}
		first, final := all[0], all[len(all)-1]
		if final.Steps != 610 {
			t.Errorf("the last window ends at %d, want 610", final.Steps)
		}
		if h := first.Entropy; len(h) != 1 || math.Abs(h[0]-math.Ln2) > 0.02 {
			t.Errorf("deterministic %t: entropy %v at the start, want about ln 2", deterministic, h)
		}
		for _, m := range all { // the rate rises over 100 steps and falls linearly over 605
			want := cfg.LearningRate * (1 - min(float64(m.Steps)/605, 1)) * min(1, float64(m.Steps)/float64(cfg.Warmup))
			if math.Abs(m.LearningRate-want) > 1e-15 {
				t.Errorf("deterministic %t: the learning rate after %d steps is %g, want %g", deterministic, m.Steps,
					m.LearningRate, want)
			}
		}
		if err := trainer.Run(context.Background()); err != nil || trainer.Steps() != 610 {
			t.Errorf("a second run: %v, %d steps", err, trainer.Steps())
		}
	}
}

// TestMetricsOfEpisodes checks score, length, reached and violations where each episode is known:
// half of them earn 7.5 in one step and terminate, the others 10 in ten steps and are truncated.
func TestMetricsOfEpisodes(t *testing.T) {
	cfg := small(true)
	cfg.Steps, cfg.MetricsEvery, cfg.LearningRate, cfg.RewardScale = 48_000, 1_000_000, 1e-12, 0.1
	var m a3c.Metrics
	cfg.OnMetrics = func(got a3c.Metrics) error { m = got; return nil }
	trainer, _ := newTrainer(t, cfg, 0, timeLimit)
	if err := trainer.Run(context.Background()); err != nil {
		t.Fatal(err)
	}
	leave := m.Violations // the fraction that left
	if math.Abs(leave-0.5) > 0.05 || m.Reached != 1 {
		t.Errorf("violations %g, want about a half; reached %g, want 1", leave, m.Reached)
	}
	if want := leave*7.5 + (1-leave)*10; math.Abs(m.Score-want) > 1e-9 {
		t.Errorf("score %g, want %g, whatever the reward scale", m.Score, want)
	}
	if want := leave*1 + (1-leave)*10; math.Abs(m.Length-want) > 1e-9 {
		t.Errorf("length %g, want %g", m.Length, want)
	}
	// Episodes under way at the end are in the steps but not in the score.
	if want := m.Score / m.Length; math.Abs(m.RewardPerStep-want) > 0.01 {
		t.Errorf("reward per step %g, want about %g", m.RewardPerStep, want)
	}
	if m.PolicyLag != 1 { // three workers pull at once and push as 0, 1, 2
		t.Errorf("policy lag %g, want 1", m.PolicyLag)
	}
}

// TestDeterministic: the number of CPUs changes no bit of parameters and metrics; another seed
// changes them.
func TestDeterministic(t *testing.T) {
	run := func(cpus int, seed uint64) ([]float32, []a3c.Metrics) {
		defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(cpus))
		cfg := small(true)
		cfg.Seed = seed
		var all []a3c.Metrics
		cfg.OnMetrics = func(m a3c.Metrics) error { all = append(all, m.WithoutClock()); return nil }
		trainer, net := newTrainer(t, cfg, 4, memory)
		if err := trainer.Run(context.Background()); err != nil {
			t.Fatal(err)
		}
		theta := make([]float32, net.Parameters())
		trainer.Parameters(theta)
		return theta, all
	}
	theta, metrics := run(1, 1)
	for _, cpus := range []int{1, 2, 4} {
		if again, m := run(cpus, 1); !slices.Equal(again, theta) || !reflect.DeepEqual(m, metrics) {
			t.Errorf("%d CPUs: other bits", cpus)
		}
	}
	if other, _ := run(1, 2); slices.Equal(other, theta) {
		t.Error("another seed: the same bits")
	}
}

// TestCancel: a cancelled run stops between rollouts without an error and goes on when it is run
// again.
func TestCancel(t *testing.T) {
	for _, deterministic := range []bool{false, true} {
		var until int64
		var cancel context.CancelFunc
		cfg := small(deterministic)
		cfg.Steps = 1 << 40
		cfg.OnMetrics = func(m a3c.Metrics) error {
			if m.Steps > until {
				cancel()
			}
			return nil
		}
		trainer, _ := newTrainer(t, cfg, 0, timeLimit)
		for range 3 {
			ctx, stop := context.WithCancel(context.Background())
			defer stop()
			cancel = stop
			before := trainer.Steps()
			until = before + 1000
			if err := trainer.Run(ctx); err != nil {
				t.Fatal(err)
			}
			if steps := trainer.Steps(); trainer.Done() || steps < until || steps%10 != 0 {
				t.Errorf("deterministic %t: done %t at %d steps, begun at %d", deterministic, trainer.Done(), steps,
					before)
			}
		}
	}
}

// TestMaxTime: time ends a run, and the learning rate follows it.
func TestMaxTime(t *testing.T) {
	cfg := small(false)
	cfg.Steps, cfg.MaxTime, cfg.MetricsEvery = 1<<40, 200*time.Millisecond, 1000
	var last a3c.Metrics
	cfg.OnMetrics = func(m a3c.Metrics) error { last = m; return nil }
	trainer, _ := newTrainer(t, cfg, 0, timeLimit)
	if err := trainer.Run(context.Background()); err != nil {
		t.Fatal(err)
	}
	if !trainer.Done() || trainer.Elapsed() < cfg.MaxTime {
		t.Errorf("done %t after %v", trainer.Done(), trainer.Elapsed())
	}
	if last.LearningRate > cfg.LearningRate/2 {
		t.Errorf("learning rate %g at the end, %g at the start", last.LearningRate, cfg.LearningRate)
	}
}

// TestFailures: whatever goes wrong in one worker stops all of them with an error that names worker
// and cause.
func TestFailures(t *testing.T) {
	boom := errors.New("boom")
	nan := float32(math.NaN())
	for _, test := range []struct {
		name, want string
		is         error
		step       func(reward *float32, proprio []float32) error
	}{
		{"error", "step environment 1: boom", boom, func(*float32, []float32) error { return boom }},
		{"panic", "panic: boom", nil, func(*float32, []float32) error { panic(boom) }},
		{"reward", "the reward is NaN", a3c.ErrNotFinite, func(r *float32, _ []float32) error { *r = nan; return nil }},
		{"observation", "step environment 1: proprioceptive value 1 is NaN", a3c.ErrNotFinite,
			func(_ *float32, p []float32) error { p[1] = nan; return nil }},
	} {
		for _, deterministic := range []bool{false, true} {
			cfg := small(deterministic)
			cfg.Steps, cfg.Replacements = 1<<40, 0
			var steps atomic.Int64
			net, theta := makeNet(t, timeLimit(), 8, 0, 1)
			trainer, err := a3c.NewTrainer(cfg, net, theta, func(worker, index int) (a3c.Env, error) {
				return &hooked{timeLimit(), func(reward *float32, proprio []float32) error {
					if worker == 2 && index == 1 && steps.Add(1) > 50 {
						return test.step(reward, proprio)
					}
					return nil
				}}, nil
			})
			if err != nil {
				t.Fatal(err)
			}
			err = trainer.Run(context.Background())
			var failure *a3c.WorkerError
			if !errors.As(err, &failure) || failure.Worker != 2 || !strings.Contains(err.Error(), test.want) ||
				!strings.HasPrefix(err.Error(), "worker 2 at step ") {
				t.Errorf("%s, deterministic %t: error %v, want worker 2 and %q", test.name, deterministic, err,
					test.want)
			}
			// worker 2 saw 50 steps in that environment
			if failure != nil && (failure.Step < 50 || failure.Step > trainer.Steps()) {
				t.Errorf("%s, deterministic %t: failed at step %d of %d", test.name, deterministic, failure.Step,
					trainer.Steps())
			}
			if test.is != nil && !errors.Is(err, test.is) {
				t.Errorf("%s, deterministic %t: %v does not wrap %v", test.name, deterministic, err, test.is)
			}
			if _, err := trainer.Snapshot(); err == nil {
				t.Errorf("%s, deterministic %t: a failed run has a snapshot", test.name, deterministic)
			}
			if err := trainer.Run(context.Background()); err == nil {
				t.Errorf("%s, deterministic %t: a failed run goes on", test.name, deterministic)
			}
		}
	}
}

// TestNotFinite: a learning rate that blows the parameters up stops the run before anything that is
// no number is pushed, and the error names worker and layer.
func TestNotFinite(t *testing.T) {
	for _, deterministic := range []bool{false, true} {
		cfg := small(deterministic)
		cfg.Workers, cfg.LearningRate = 1, 1e25
		trainer, net := newTrainer(t, cfg, 4, memory)
		err := trainer.Run(context.Background())
		if !errors.Is(err, a3c.ErrNotFinite) || !strings.Contains(err.Error(), "worker 0 at step ") ||
			!strings.Contains(err.Error(), "the gradient of column1.") {
			t.Errorf("error %v, want worker 0 and a layer", err)
		}
		theta := make([]float32, net.Parameters())
		trainer.Parameters(theta)
		for i, v := range theta {
			if math.IsNaN(float64(v)) || math.IsInf(float64(v), 0) {
				t.Fatalf("parameter %d is %g", i, v)
			}
		}
	}
}

// TestHookErrors: an error of a hook stops the run and comes back as it is.
func TestHookErrors(t *testing.T) {
	full := errors.New("disk full")
	for _, deterministic := range []bool{false, true} {
		for _, hook := range []string{"metrics", "checkpoint"} {
			cfg := small(deterministic)
			cfg.Steps, cfg.CheckpointEvery = 1<<40, 100
			cfg.OnMetrics = func(m a3c.Metrics) error {
				if hook == "metrics" && m.Steps > 500 {
					return full
				}
				return nil
			}
			cfg.OnCheckpoint = func(s *a3c.Snapshot) error {
				if hook == "checkpoint" && s.Steps > 500 {
					return full
				}
				return nil
			}
			trainer, _ := newTrainer(t, cfg, 0, timeLimit)
			if err := trainer.Run(context.Background()); !errors.Is(err, full) {
				t.Errorf("%s, deterministic %t: error %v, want %v", hook, deterministic, err, full)
			}
			if _, err := trainer.Snapshot(); err != nil {
				t.Errorf("%s, deterministic %t: the training itself did not fail, but: %v", hook, deterministic, err)
			}
		}
	}
}

// TestRewardScale: values are learnt in scaled reward, scores are not scaled.
func TestRewardScale(t *testing.T) {
	cfg := probeConfig(60_000, 1)
	cfg.Gamma, cfg.RewardScale, cfg.EntropyCost, cfg.NormalizeAdvantage = 0.9, 0.1, 1e-3, true
	result, last := learn(t, cfg, timeLimit, 16, 0)
	if math.Abs(result.Mean-10) > 0.5 || math.Abs(last.Value-1) > 0.05 {
		t.Errorf("score %g and value %g, want 10 and 1", result.Mean, last.Value)
	}
}

// TestDivergence: learning rates far too high end in ErrNotFinite and hand out no number that is
// not finite, neither in metrics nor in a snapshot. At some, the square of the value's error
// overflows while gradients are finite.
func TestDivergence(t *testing.T) {
	for _, rate := range []float64{300, 1e4, 1e6, 1e9, 1e12, 1e20, 3e38} {
		cfg := small(true)
		cfg.LearningRate, cfg.MetricsEvery = rate, 30
		cfg.OnMetrics = func(m a3c.Metrics) error {
			_, err := json.Marshal(m)
			return err
		}
		trainer, _ := newTrainer(t, cfg, 4, memory)
		err := trainer.RunUntil(context.Background(), 30) // a push or two: what they broke shows in no gradient yet
		if err == nil {
			if _, err = trainer.Snapshot(); err == nil {
				err = trainer.Run(context.Background())
			}
		}
		if rate >= 1e20 && err == nil || err != nil && !errors.Is(err, a3c.ErrNotFinite) {
			t.Errorf("rate %g: %v", rate, err)
		}
	}
}

// TestSnapshotNotFinite: the last push of a run may break the parameters, and no gradient tells.
func TestSnapshotNotFinite(t *testing.T) {
	cfg := small(true)
	cfg.Workers, cfg.LearningRate, cfg.ClipNorm = 1, math.MaxFloat32, 0
	cfg.Steps = int64(cfg.Envs * cfg.Rollout)
	trainer, _ := newTrainer(t, cfg, 0, memory)
	if err := trainer.Run(context.Background()); err != nil {
		t.Fatal(err)
	}
	if _, err := trainer.Snapshot(); !errors.Is(err, a3c.ErrNotFinite) {
		t.Errorf("got %v", err)
	}
}
