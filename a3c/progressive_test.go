package a3c_test

import (
	"bytes"
	"context"
	"math/rand/v2"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"colonnade/a3c"
	"colonnade/a3c/probe"
	"colonnade/nn"
	"colonnade/nn/safetensors"
)

// stackOn freezes a network and puts a new column of the same architecture on it.
func stackOn(t testing.TB, below *nn.Network, theta []float32) (*nn.Network, []float32) {
	t.Helper()
	net, err := nn.Stack(below.Arch(), below.Scaling(), &nn.Checkpoint{Network: below, Theta: theta})
	if err != nil {
		t.Fatal(err)
	}
	top := make([]float32, net.Parameters())
	net.Init(top, rand.New(rand.NewPCG(5, 6)), nn.DefaultInit())
	return net, top
}

// tensors returns the bytes of all tensors of a network, as a checkpoint's file has them.
func tensors(t *testing.T, net *nn.Network, theta []float32) map[string][]byte {
	t.Helper()
	path := filepath.Join(t.TempDir(), "c.safetensors")
	if _, err := nn.SaveCheckpoint(path, &nn.Checkpoint{Network: net, Theta: theta}); err != nil {
		t.Fatal(err)
	}
	f, _, err := safetensors.Read(path, nil)
	if err != nil {
		t.Fatal(err)
	}
	all := map[string][]byte{}
	for _, tensor := range f.Tensors {
		all[tensor.Name] = tensor.Data
	}
	return all
}

// TestFrozenColumns trains a column on a frozen one, with four workers in no order and in
// deterministic mode: every byte of the frozen column stays as it was, every tensor of the new one
// changes. Before training the new column plays the very episodes of the frozen one, to the bit;
// after it, it plays as well.
func TestFrozenColumns(t *testing.T) {
	for name, deterministic := range map[string]bool{"free": false, "deterministic": true} {
		t.Run(name, func(t *testing.T) {
			makeEnv := func(int, int) (a3c.Env, error) { return memory(), nil }
			evaluate := func(net *nn.Network, theta []float32) a3c.Result {
				r, err := a3c.Evaluate(context.Background(), net, theta, makeEnv,
					a3c.EvalConfig{Episodes: 400, Seed: 1})
				if err != nil {
					t.Fatal(err)
				}
				return r
			}
			train := func(net *nn.Network, theta []float32) {
				cfg := probeConfig(50_000, 1)
				cfg.Workers, cfg.Deterministic = 4, deterministic
				trainer := trainerOf(t, cfg, net, theta, memory)
				if err := trainer.Run(context.Background()); err != nil {
					t.Fatal(err)
				}
				trainer.Parameters(theta)
			}
			first, theta := makeNet(t, memory(), 32, 16, 1)
			train(first, theta)
			learnt := evaluate(first, theta)

			second, top := stackOn(t, first, theta)
			if got := evaluate(second, top); !reflect.DeepEqual(got, learnt) {
				t.Errorf("before training the new column scores %v, the frozen one %v", got.Mean, learnt.Mean)
			}
			before := tensors(t, second, top)
			train(second, top)
			for name, after := range tensors(t, second, top) {
				if frozen := strings.HasPrefix(name, "column1."); bytes.Equal(after, before[name]) != frozen {
					t.Errorf("%s: the same bytes as before training: %t", name, !frozen)
				}
			}
			optimum := probe.NewMemory(4).Optimum()
			got := evaluate(second, top)
			t.Logf("first column %.3f, second %.3f, optimum %.3f", learnt.Mean, got.Mean, optimum)
			if got.Mean < 0.9*optimum {
				t.Errorf("the new column scores %.3f after training, the optimum is %.3f", got.Mean, optimum)
			}
		})
	}
}

// TestColumnsBelowMustSee: an environment must give what any column looks at.
func TestColumnsBelowMustSee(t *testing.T) {
	below, theta := makeNet(t, spot(), 8, 0, 1)
	blind := nn.Arch{Proprioception: 2, Encoder: 4, Choices: below.Arch().Choices}
	net, err := nn.Stack(blind, nn.InputScaling{}, &nn.Checkpoint{Network: below, Theta: theta})
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		want string
		env  a3c.Env
	}{
		{"the environment's picture is 0x0x0, the network wants 24x24x3", probe.NewStill([3]int{}, 2, []int{3, 3}, 5)},
		{"the environment has 0 proprioceptive values, the network wants 2",
			probe.NewStill([3]int{24, 24, 3}, 0, []int{3, 3}, 5)},
		{"", probe.NewStill([3]int{24, 24, 3}, 2, []int{3, 3}, 5)},
	} {
		trainer, err := a3c.NewTrainer(small(true), net, make([]float32, net.Parameters()),
			func(int, int) (a3c.Env, error) { return test.env, nil })
		switch {
		case err == nil:
			if test.want != "" {
				t.Errorf("no error, want %q", test.want)
			}
			trainer.Close()
		case test.want == "" || !strings.Contains(err.Error(), test.want):
			t.Errorf("error %v, want %q", err, test.want)
		}
	}
}

// TestPerturb: an actor whose laterals bring nothing has the policy of the new column alone:
// uniform before training, but for the bias that it took over.
func TestPerturb(t *testing.T) {
	first, theta := makeNet(t, memory(), 8, 4, 1)
	second, top := stackOn(t, first, theta)
	actor := a3c.NewActor(second, top, 1, false)
	probabilities := func() []float32 {
		actor.Begin(0, 1)
		copy(actor.Proprioception(0), []float32{1, -1})
		if err := actor.Act(1); err != nil {
			t.Fatal(err)
		}
		return append([]float32(nil), actor.Probabilities(0)...)
	}
	before := probabilities()
	actor.Perturb(func(l nn.Lateral, x []float32) {
		if l.Into == "output" {
			clear(x)
		}
	})
	if got := probabilities(); got[0] != 0.5 || got[0] == before[0] {
		t.Errorf("without laterals to the output the policy is %v, with them %v, want one half", got, before)
	}
	actor.Perturb(nil)
	if got := probabilities(); got[0] != before[0] {
		t.Errorf("after the perturbation the policy is %v, want %v", got, before)
	}
}
