package a3c_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"colonnade/a3c"
	"colonnade/a3c/probe"
)

// TestEvaluateRandom: a policy without training earns what chance does, within the interval's own
// claim (99.99 %).
func TestEvaluateRandom(t *testing.T) {
	net, theta := makeNet(t, spot(), 8, 0, 1)
	clear(theta) // all choices equally likely
	r, err := a3c.Evaluate(context.Background(), net, theta, func(int, int) (a3c.Env, error) { return spot(), nil },
		a3c.EvalConfig{Episodes: 1000, Seed: 5})
	if err != nil {
		t.Fatal(err)
	}
	// Four steps, two factors, each right with probability 1/3 for a half: mean 4/3, variance 8 *
	// 2/9 / 4.
	if math.Abs(r.Mean-4.0/3) > 2*r.CI95 || math.Abs(r.Deviation-math.Sqrt(4.0/9)) > 0.05 {
		t.Errorf("score %g ± %g, deviation %g, want 1.333 and 0.667", r.Mean, r.CI95, r.Deviation)
	}
	if want := 1.962 * r.Deviation / math.Sqrt(1000); math.Abs(r.CI95-want) > 1e-3*want {
		t.Errorf("interval %g, want %g", r.CI95, want)
	}
	if r.Length != 4 || r.Violations != 1 || len(r.Scores) != 1000 {
		t.Errorf("length %g, violations %g, %d scores", r.Length, r.Violations, len(r.Scores))
	}
	reached := 0.0
	for _, s := range r.Scores {
		if s > 0 {
			reached++
		}
	}
	if math.Abs(r.Reached-reached/1000) > 1e-12 {
		t.Errorf("reached %g, want %g", r.Reached, reached/1000)
	}
}

// TestEvaluateIndependent: workers and environments in lockstep change nothing, for episodes of
// different lengths, with pictures and with memory; the seed and greed do.
func TestEvaluateIndependent(t *testing.T) {
	for name, test := range map[string]struct {
		make func() a3c.Env
		lstm int
	}{
		"time limit": {timeLimit, 0},
		"memory":     {memory, 8},
		"spot":       {spot, 0},
	} {
		net, theta := makeNet(t, test.make(), 32, test.lstm, 3)
		evaluate := func(cfg a3c.EvalConfig) a3c.Result {
			cfg.Episodes = 53
			r, err := a3c.Evaluate(context.Background(), net, theta,
				func(int, int) (a3c.Env, error) { return test.make(), nil }, cfg)
			if err != nil {
				t.Fatal(err)
			}
			return r
		}
		want := evaluate(a3c.EvalConfig{Seed: 1, Envs: 1})
		for _, workers := range []int{1, 2, 5} {
			for _, envs := range []int{0, 1, 3, 16, 100} {
				if got := evaluate(a3c.EvalConfig{Seed: 1, Workers: workers, Envs: envs}); !reflect.DeepEqual(got,
					want) {
					t.Errorf("%s: %d workers of %d environments change the result", name, workers, envs)
				}
			}
		}
		if got := evaluate(a3c.EvalConfig{Seed: 2}); slices.Equal(got.Scores, want.Scores) {
			t.Errorf("%s: another seed, the same scores", name)
		}
		if got := evaluate(a3c.EvalConfig{Seed: 1, Greedy: true}); slices.Equal(got.Scores, want.Scores) {
			t.Errorf("%s: greedy, the same scores", name)
		}
	}
}

// TestActorReplays: an Actor with an episode's seeds plays the episode that Evaluate played.
func TestActorReplays(t *testing.T) {
	net, theta := makeNet(t, memory(), 32, 8, 3)
	makeEnv := func(int, int) (a3c.Env, error) { return memory(), nil }
	const seed = 9
	r, err := a3c.Evaluate(context.Background(), net, theta, makeEnv, a3c.EvalConfig{Episodes: 20, Seed: seed})
	if err != nil {
		t.Fatal(err)
	}
	actor := a3c.NewActor(net, theta, 1, false)
	for episode, want := range r.Scores {
		env := memory()
		environment, actions := a3c.EpisodeSeeds(seed, episode)
		if err := env.Reset(environment, actor.Pixels(0), actor.Proprioception(0)); err != nil {
			t.Fatal(err)
		}
		actor.Begin(0, actions)
		score, steps := 0.0, 0
		for over := false; !over; steps++ {
			if err := actor.Act(1); err != nil {
				t.Fatal(err)
			}
			if p := actor.Probabilities(0); len(p) != 2 || math.Abs(float64(p[0]+p[1])-1) > 1e-6 {
				t.Fatalf("probabilities %v", p)
			}
			reward, terminated, truncated, err := env.Step(actor.Action(0), actor.Pixels(0), actor.Proprioception(0))
			if err != nil {
				t.Fatal(err)
			}
			score += float64(reward)
			over = terminated || truncated
		}
		if score != want || steps != r.Lengths[episode] {
			t.Errorf("episode %d: score %g in %d steps, Evaluate found %g in %d", episode, score, steps, want,
				r.Lengths[episode])
		}
	}
	if n := testing.AllocsPerRun(100, func() {
		if err := actor.Act(1); err != nil {
			t.Fatal(err)
		}
	}); n != 0 {
		t.Errorf("%g allocations a step", n)
	}
}

// TestEvaluateShows: OnReset and OnEnd see each episode's environment once, in that order, OnEnd in
// its last state.
func TestEvaluateShows(t *testing.T) {
	net, theta := makeNet(t, timeLimit(), 8, 0, 3)
	const episodes = 53
	var begun, ended [episodes]atomic.Int64
	var steps [episodes]int
	r, err := a3c.Evaluate(context.Background(), net, theta,
		func(int, int) (a3c.Env, error) { return &counting{Env: timeLimit()}, nil }, a3c.EvalConfig{
			Episodes: episodes, Seed: 1, Workers: 3,
			OnReset: func(episode int, env a3c.Env) {
				begun[episode].Add(1)
				if env.(*counting).steps != 0 || ended[episode].Load() != 0 {
					t.Errorf("episode %d: OnReset after %d steps", episode, env.(*counting).steps)
				}
			},
			OnEnd: func(episode int, env a3c.Env) {
				ended[episode].Add(1)
				steps[episode] = env.(*counting).steps
			},
		})
	if err != nil {
		t.Fatal(err)
	}
	for i := range episodes {
		if begun[i].Load() != 1 || ended[i].Load() != 1 || steps[i] != r.Lengths[i] {
			t.Errorf("episode %d: shown %d and %d times, %d steps of %d", i, begun[i].Load(), ended[i].Load(), steps[i],
				r.Lengths[i])
		}
	}
}

// counting counts the steps of its episode.
type counting struct {
	a3c.Env
	steps int
}

func (c *counting) Reset(seed uint64, pixels []uint8, proprio []float32) error {
	c.steps = 0
	return c.Env.Reset(seed, pixels, proprio)
}

func (c *counting) Step(action []int, pixels []uint8, proprio []float32) (float32, bool, bool, error) {
	c.steps++
	return c.Env.Step(action, pixels, proprio)
}

// TestJoin: the summary is that of all episodes.
func TestJoin(t *testing.T) {
	net, theta := makeNet(t, timeLimit(), 8, 0, 3)
	evaluate := func(seed uint64, episodes int) a3c.Result {
		r, err := a3c.Evaluate(context.Background(), net, theta, func(int, int) (a3c.Env, error) {
			return timeLimit(),
				nil
		}, a3c.EvalConfig{Episodes: episodes, Seed: seed})
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	a, b := evaluate(1, 10), evaluate(2, 30)
	all := a3c.Join(a, b)
	if len(all.Scores) != 40 || all.Scores[39] != b.Scores[29] || math.Abs(all.Mean-(10*a.Mean+30*b.Mean)/40) > 1e-12 {
		t.Errorf("%d scores, mean %g of %g and %g", len(all.Scores), all.Mean, a.Mean, b.Mean)
	}
	if all.Reached < all.ReachedCI95[0] || all.Reached > all.ReachedCI95[1] ||
		all.ReachedCI95[1]-all.ReachedCI95[0] >= b.ReachedCI95[1]-b.ReachedCI95[0] {
		t.Errorf("reached %g in %v, of the part %v", all.Reached, all.ReachedCI95, b.ReachedCI95)
	}
	if again := a3c.Join(a); !reflect.DeepEqual(again, a) {
		t.Errorf("one alone: %+v, want %+v", again, a)
	}
	if none := a3c.Join(); none.Mean != 0 {
		t.Errorf("none: %+v", none)
	}
}

// TestEvaluateErrors: what is wrong with settings, environments and parameters is said, and
// environments are closed.
func TestEvaluateErrors(t *testing.T) {
	boom := errors.New("boom")
	net, theta := makeNet(t, timeLimit(), 8, 0, 1)
	broken := slices.Clone(theta)
	broken[len(broken)-1] = float32(math.Inf(1))
	for _, test := range []struct {
		want  string
		cfg   a3c.EvalConfig
		theta []float32
		env   func(index int) (a3c.Env, error)
	}{
		{want: "0 episodes", cfg: a3c.EvalConfig{}},
		{want: "-1 workers", cfg: a3c.EvalConfig{Episodes: 1, Workers: -1}},
		{want: "-1 environments", cfg: a3c.EvalConfig{Episodes: 1, Envs: -1}},
		{want: "parameters given", cfg: a3c.EvalConfig{Episodes: 1}, theta: theta[1:]},
		{want: "output 2 of the network: not a finite number", cfg: a3c.EvalConfig{Episodes: 9}, theta: broken},
		{want: "environment 2: boom", cfg: a3c.EvalConfig{Episodes: 9}, env: func(index int) (a3c.Env, error) {
			if index == 2 {
				return nil, boom
			}
			return timeLimit(), nil
		}},
		{want: "proprioceptive values", cfg: a3c.EvalConfig{Episodes: 9},
			env: func(int) (a3c.Env, error) { return probe.NewDelayed(4), nil }},
		{want: "episode 3: step 0: boom", cfg: a3c.EvalConfig{Episodes: 9}, env: func(index int) (a3c.Env, error) {
			return &hooked{timeLimit(), func(*float32, []float32) error {
				if index == 3 {
					return boom
				}
				return nil
			}}, nil
		}},
		{want: "reward is NaN", cfg: a3c.EvalConfig{Episodes: 9}, env: func(int) (a3c.Env, error) {
			return &hooked{timeLimit(), func(r *float32, _ []float32) error { *r = float32(math.NaN()); return nil }},
				nil
		}},
		{want: "worker 0: panic: boom", cfg: a3c.EvalConfig{Episodes: 9}, env: func(int) (a3c.Env, error) {
			return &hooked{timeLimit(), func(*float32, []float32) error { panic(boom) }}, nil
		}},
	} {
		if test.theta == nil {
			test.theta = theta
		}
		if test.env == nil {
			test.env = func(int) (a3c.Env, error) { return timeLimit(), nil }
		}
		open := 0
		_, err := a3c.Evaluate(context.Background(), net, test.theta, func(_, index int) (a3c.Env, error) {
			env, err := test.env(index)
			if err != nil {
				return nil, err
			}
			open++
			return &closing{env, &open}, nil
		}, test.cfg)
		if err == nil || !strings.Contains(err.Error(), test.want) || !strings.HasPrefix(err.Error(), "evaluate: ") {
			t.Errorf("error %v, want %q", err, test.want)
		}
		if open != 0 {
			t.Errorf("%q: %d environments left open", test.want, open)
		}
	}
}

// TestEvaluateCancel stops in the middle, and one failing worker stops the others.
func TestEvaluateCancel(t *testing.T) {
	net, theta := makeNet(t, timeLimit(), 8, 0, 1)
	ctx, cancel := context.WithCancel(context.Background())
	var calls []int
	_, err := a3c.Evaluate(ctx, net, theta, func(int, int) (a3c.Env, error) { return timeLimit(), nil }, a3c.EvalConfig{
		Episodes: 1_000_000, Workers: 2,
		OnEpisode: func(ended int) {
			if calls = append(calls, ended); ended == 100 {
				cancel()
			}
		},
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want %v", err, context.Canceled)
	}
	for i, n := range calls {
		if n != i+1 {
			t.Fatalf("call %d of OnEpisode has %d", i, n)
		}
	}
	boom := errors.New("boom")
	var steps atomic.Int64
	_, err = a3c.Evaluate(context.Background(), net, theta, func(worker, _ int) (a3c.Env, error) {
		return &hooked{timeLimit(), func(*float32, []float32) error {
			if worker == 1 && steps.Add(1) > 1000 {
				return boom
			}
			return nil
		}}, nil
	}, a3c.EvalConfig{Episodes: 1_000_000, Workers: 3})
	if !errors.Is(err, boom) {
		t.Errorf("error %v, want %v", err, boom)
	}
}

// TestInterval compares the interval's factor with a table of Student's t (97.5 %), through
// evaluations of n episodes.
func TestInterval(t *testing.T) {
	net, theta := makeNet(t, timeLimit(), 8, 0, 1)
	for n, want := range map[int]float64{2: 12.706, 3: 4.303, 4: 3.182, 5: 2.776, 6: 2.571, 11: 2.228, 31: 2.042,
		101: 1.984} {
		r, err := a3c.Evaluate(context.Background(), net, theta,
			func(int, int) (a3c.Env, error) { return timeLimit(), nil }, a3c.EvalConfig{Episodes: n, Seed: 11})
		if err != nil {
			t.Fatal(err)
		}
		if r.Deviation == 0 {
			t.Fatalf("%d episodes: all scores are %g", n, r.Mean)
		}
		if got := r.CI95 * math.Sqrt(float64(n)) / r.Deviation; math.Abs(got-want) > 0.002*want {
			t.Errorf("%d episodes: factor %.4f, want %.3f", n, got, want)
		}
	}
	r, err := a3c.Evaluate(context.Background(), net, theta,
		func(int, int) (a3c.Env, error) { return timeLimit(), nil }, a3c.EvalConfig{Episodes: 1})
	if err != nil || r.CI95 != 0 || r.Deviation != 0 {
		t.Errorf("one episode: %v, interval %g, deviation %g", err, r.CI95, r.Deviation)
	}
}

func ExampleEvaluate() {
	env := func(int, int) (a3c.Env, error) { return probe.NewContextual(), nil }
	net, theta := exampleNet()
	r, err := a3c.Evaluate(context.Background(), net, theta, env, a3c.EvalConfig{Episodes: 100, Seed: 7})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%d episodes, untrained: between 0.2 and 0.6 is %t\n", len(r.Scores), r.Mean > 0.2 && r.Mean < 0.6)
	// Output: 100 episodes, untrained: between 0.2 and 0.6 is true
}
