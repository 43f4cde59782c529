package a3c

import (
	"errors"
	"math"
	"math/rand/v2"
	"testing"

	"colonnade/a3c/probe"
	"colonnade/nn"
)

// newTestTrainer returns a trainer of one worker.
func newTestTrainer(t testing.TB, arch nn.Arch, envs, rollout int, make func() Env) *Trainer {
	t.Helper()
	var scaling nn.InputScaling
	for range arch.Pixels[2] {
		scaling.Mean, scaling.Scale = append(scaling.Mean, 60), append(scaling.Scale, 50)
	}
	net, err := nn.New(arch, scaling)
	if err != nil {
		t.Fatal(err)
	}
	return newNetTrainer(t, net, envs, rollout, make)
}

// newNetTrainer returns a trainer of one worker for a network.
func newNetTrainer(t testing.TB, net *nn.Network, envs, rollout int, make func() Env) *Trainer {
	t.Helper()
	theta := makeTheta(net)
	cfg := DefaultConfig()
	// as a probe wants
	cfg.Lambda, cfg.EntropyCost, cfg.RewardScale, cfg.ClipNorm, cfg.NormalizeAdvantage = 1, 1e-2, 1, 1, false
	cfg.LearningRate = 7e-4
	cfg.Workers, cfg.Envs, cfg.Rollout, cfg.Steps = 1, envs, rollout, 1<<40
	trainer, err := NewTrainer(cfg, net, theta, func(int, int) (Env, error) { return make(), nil })
	if err != nil {
		t.Fatal(err)
	}
	return trainer
}

func makeTheta(net *nn.Network) []float32 {
	theta := make([]float32, net.Parameters())
	net.Init(theta, rand.New(rand.NewPCG(1, 1)), nn.DefaultInit())
	return theta
}

// count is an environment that shows how far it is and is cut off after a number of steps given by
// its seed; every other episode terminates instead.
type count struct {
	at, limit int
	over      bool
	seen      [][]float32 // all observations, resets included
	ends      []ending    // how the step before each one ended
}

func (c *count) Spec() ([3]int, int, []int) { return [3]int{}, 2, []int{2} }

func (c *count) Reset(seed uint64, _ []uint8, proprio []float32) error {
	c.at, c.limit, c.over = 0, 3+int(seed%5), seed&8 == 0
	c.show(proprio, endNone)
	return nil
}

func (c *count) Step(_ []int, _ []uint8, proprio []float32) (float32, bool, bool, error) {
	c.at++
	end := endNone
	if c.at == c.limit {
		end = endTruncated
		if c.over {
			end = endTerminated
		}
	}
	c.show(proprio, end)
	return 1, end == endTerminated, end == endTruncated, nil
}

func (c *count) show(proprio []float32, end ending) {
	proprio[0], proprio[1] = float32(c.at)/4, float32(c.limit)/4
	c.seen = append(c.seen, append([]float32(nil), proprio...))
	c.ends = append(c.ends, end)
}

// TestBootstrapAtTruncation plays rollouts of a recurrent network and plays every episode again,
// alone and from its beginning, to its last observation: the value there, with the LSTM state of
// that moment, is what a truncation bootstraps from. The values of all other observations must
// agree as well, over resets and from one rollout to the next. Three environments and up to seven
// truncations a rollout overflow the memory for last observations.
func TestBootstrapAtTruncation(t *testing.T) {
	const envs, rollout, rollouts = 3, 11, 4
	var counts []*count
	trainer := newTestTrainer(t, nn.Arch{Proprioception: 2, Encoder: 8, LSTM: 6, Choices: []int{2}}, envs, rollout,
		func() Env {
			counts = append(counts, &count{})
			return counts[len(counts)-1]
		})
	w := trainer.workers[0]
	// of observations as they were seen, without last ones; of truncations in their order
	var values, cuts [envs][]float32
	for range rollouts {
		if err := w.compute(); err != nil { // no push: the parameters stay
			t.Fatal(err)
		}
		for step := range rollout {
			for e := range envs {
				i := step*envs + e
				values[e] = append(values[e], w.value[i])
				if w.end[i] == endTruncated {
					cuts[e] = append(cuts[e], w.cut[i])
				}
			}
		}
	}
	alone := trainer.net.NewBatch(1, 1)
	truncations := 0
	for e, c := range counts {
		first := true
		for i, proprio := range c.seen {
			if first {
				alone.First(0)[0] = true
			}
			copy(alone.Proprioception(0, 0), proprio)
			trainer.net.Forward(trainer.store.theta, alone, 0, 1)
			alone.Carry(1)
			alone.First(0)[0] = false
			value := alone.Output(0)[2]
			first = c.ends[i] != endNone
			var got float32
			switch {
			case c.ends[i] == endTerminated:
				continue // nothing looks at it
			case c.ends[i] == endTruncated:
				truncations++
				if len(cuts[e]) == 0 {
					t.Fatalf("environment %d: a truncation has no value", e)
				}
				got, cuts[e] = cuts[e][0], cuts[e][1:]
			case len(values[e]) == 0:
				continue // the observation behind the last rollout
			default:
				got, values[e] = values[e][0], values[e][1:]
			}
			if d := got - value; d > 1e-6 || d < -1e-6 {
				t.Fatalf("environment %d, observation %d (%v, ending %d): value %g, played alone %g", e, i, proprio,
					c.ends[i], got, value)
			}
		}
		if len(values[e]) != 0 || len(cuts[e]) != 0 {
			t.Errorf("environment %d: %d values and %d truncations too many", e, len(values[e]), len(cuts[e]))
		}
	}
	if truncations < 10 {
		t.Errorf("only %d truncations", truncations)
	}
}

// TestGradientOfRollout compares the gradient of a whole rollout with central differences of its
// loss, by playing it again with moved parameters: same observations, same actions, same returns.
// It covers the layout of samples, the mean over them, and the cut at episodes' beginnings. float32
// leaves three or four digits.
func TestGradientOfRollout(t *testing.T) {
	const envs, rollout = 3, 7
	trainer := newTestTrainer(t, nn.Arch{Proprioception: 2, Encoder: 5, LSTM: 4, Choices: []int{2, 3}}, envs, rollout,
		func() Env {
			return &twoFactors{}
		})
	trainer.cfg.ClipNorm = 0
	w, p := trainer.workers[0], trainer.policy
	if err := w.compute(); err != nil { // a first rollout, so that the second begins inside episodes
		t.Fatal(err)
	}
	h, c := w.batch.State(1, 0)
	h, c = append([]float32(nil), h...), append([]float32(nil), c...)
	if err := w.compute(); err != nil {
		t.Fatal(err)
	}
	replay := trainer.net.NewBatch(rollout, envs)
	h0, c0 := replay.State(1, 0)
	copy(h0, h)
	copy(c0, c)
	for step := range rollout {
		for e := range envs {
			if step > 0 { // the learner has overwritten observation 0 with the next rollout's: the environment knows it
				copy(replay.Proprioception(step, e), w.batch.Proprioception(step, e))
				replay.First(step)[e] = w.batch.First(step)[e]
				continue
			}
			env := w.slots[e].env.(*twoFactors)
			copy(replay.Proprioception(0, e), env.seen[rollout])
			replay.First(0)[e] = env.began[rollout]
		}
	}
	cost := costs[float64]{value: trainer.cfg.ValueCost, entropy: trainer.cfg.EntropyCost,
		weight: 1.0 / (envs * rollout)}
	loss := func(theta []float32) float64 {
		var sum float64
		for step := range rollout {
			trainer.net.Forward(theta, replay, step, envs)
			for e := range envs {
				i := step*envs + e
				output := make([]float64, p.logits+1)
				for j := range output {
					output[j] = float64(replay.Output(step)[e*(p.logits+1)+j])
				}
				sum += lossReference(cost, p.choices, w.action[i*2:i*2+2], output, float64(w.advantages[i]),
					float64(w.ret[i]))
			}
		}
		return sum
	}
	theta := append([]float32(nil), trainer.store.theta...)
	var worst, size float64
	for i := range theta {
		const h = 1.0 / 128
		kept := theta[i]
		theta[i] = kept + h
		up := loss(theta)
		theta[i] = kept - h
		down := loss(theta)
		theta[i] = kept
		want := (up - down) / (2 * h)
		worst = max(worst, abs(want-float64(w.grad[i])))
		size = max(size, abs(want))
	}
	t.Logf("largest difference %.2g, largest element %.2g", worst, size)
	if worst > 2e-3*size {
		t.Errorf("the gradient differs by up to %g; its largest element is %g", worst, size)
	}
}

// TestClip: a gradient longer than ClipNorm times Gather keeps its direction and gets that length;
// a shorter one stays.
func TestClip(t *testing.T) {
	for _, c := range []struct {
		bound  float64
		gather int
	}{{1e-3, 1}, {0.25e-3, 4}, {1e3, 1}, {0, 1}, {0, 4}} {
		most := c.bound * float64(c.gather)
		trainer := newTestTrainer(t, nn.Arch{Proprioception: 2, Encoder: 5, LSTM: 4, Choices: []int{2, 3}}, 3, 7,
			func() Env { return &twoFactors{} })
		trainer.cfg.ClipNorm, trainer.cfg.Gather = c.bound, c.gather
		w := trainer.workers[0]
		if err := w.compute(); err != nil {
			t.Fatal(err)
		}
		var square float64
		for _, g := range w.grad {
			square += float64(g) * float64(g)
		}
		got, want, clipped := math.Sqrt(square), w.sums.gradNorm, int64(0)
		if most == 1e-3 {
			want, clipped = most, 1
		}
		if w.sums.gradNorm < 0.01 || math.Abs(got-want) > 1e-6*want || w.sums.clipped != clipped {
			t.Errorf("clip at %g: length %g before and %g after, clipped %d", most, w.sums.gradNorm, got,
				w.sums.clipped)
		}
	}
}

func abs(x float64) float64 { return max(x, -x) }

// twoFactors is count with another action, which remembers every observation that the learner sees.
type twoFactors struct {
	count
	seen  [][]float32
	began []bool
}

func (f *twoFactors) Spec() ([3]int, int, []int) { return [3]int{}, 2, []int{2, 3} }

func (f *twoFactors) Reset(seed uint64, pixels []uint8, proprio []float32) error {
	err := f.count.Reset(seed, pixels, proprio)
	if n := len(f.seen); n > 0 { // it replaces the last observation of the episode before
		f.seen, f.began = f.seen[:n-1], f.began[:n-1]
	}
	f.seen, f.began = append(f.seen, append([]float32(nil), proprio...)), append(f.began, true)
	return err
}

func (f *twoFactors) Step(action []int, pixels []uint8, proprio []float32) (float32, bool, bool, error) {
	r, over, cut, err := f.count.Step(action, pixels, proprio)
	f.seen, f.began = append(f.seen, append([]float32(nil), proprio...)), append(f.began, false)
	return r * float32(1+action[0]-action[1]), over, cut, err
}

// TestAllocations: after the first rollout, rollouts and pushes allocate nothing, with pictures,
// LSTM, truncations, terminations and resets.
func TestAllocations(t *testing.T) {
	pixels := nn.Arch{Pixels: [3]int{24, 24, 3}, Conv1: 4, Conv2: 4, FC: 8, LSTM: 4, Choices: []int{3, 3}}
	scaling := nn.InputScaling{Mean: []float32{60, 60, 60}, Scale: []float32{50, 50, 50}}
	below, err := nn.New(pixels, scaling)
	if err != nil {
		t.Fatal(err)
	}
	stacked, err := nn.Stack(pixels, scaling, &nn.Checkpoint{Network: below, Theta: makeTheta(below)})
	if err != nil {
		t.Fatal(err)
	}
	for name, trainer := range map[string]*Trainer{
		"truncations": newTestTrainer(t, nn.Arch{Proprioception: 2, Encoder: 8, LSTM: 6, Choices: []int{2}}, 3, 25,
			func() Env { return probe.NewTimeLimit(false) }),
		"terminations": newTestTrainer(t, nn.Arch{Proprioception: 2, Encoder: 8, Choices: []int{2}}, 3, 25,
			func() Env { return probe.NewMemory(3) }),
		"pixels":      newTestTrainer(t, pixels, 3, 10, func() Env { return probe.NewSpot() }),
		"two columns": newNetTrainer(t, stacked, 3, 10, func() Env { return probe.NewSpot() }),
	} {
		w := trainer.workers[0]
		if n := testing.AllocsPerRun(20, func() {
			if err := w.compute(); err != nil {
				t.Fatal(err)
			}
			trainer.apply(w)
		}); n != 0 {
			t.Errorf("%s: %g allocations a rollout", name, n)
		}
	}
}

// TestNothingPushed: a gradient that is not finite leaves parameters and mean squares as they were,
// and the layer nearest to the output is named first, with the parameters that are broken already.
func TestNothingPushed(t *testing.T) {
	trainer := newTestTrainer(t, nn.Arch{Proprioception: 2, Encoder: 8, LSTM: 6, Choices: []int{2}}, 2, 5,
		func() Env { return &count{} })
	w := trainer.workers[0]
	nan := float32(0)
	nan /= nan
	trainer.store.theta[3] = nan // inside column1.encoder.weight
	_, _, err := trainer.cycle(w)
	want := "worker 0 at step 0: the gradient of column1.output.bias (and of 6 more tensors: " +
		"column1.encoder.weight, column1.encoder.bias, column1.lstm.weight_ih, column1.lstm.weight_hh, " +
		"column1.lstm.bias, column1.output.weight), " +
		"with the parameters of column1.encoder.weight broken already, is not a finite number"
	if err == nil || err.Error() != want || !errors.Is(err, ErrNotFinite) {
		t.Errorf("error %v\nwant  %s", err, want)
	}
	if trainer.store.updates.Load() != 0 || trainer.Steps() != 0 {
		t.Error("something was pushed")
	}
	for i, v := range trainer.store.ms {
		if v != 0 {
			t.Fatalf("mean square %d is %g", i, v)
		}
	}
}
