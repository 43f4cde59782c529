package a3c_test

import (
	"context"
	"reflect"
	"sync"
	"testing"

	"colonnade/a3c"
	"colonnade/nn"
)

// TestEvaluatePerturb: each group of episodes asks once, what it gets sees every lateral and
// decides what the policy sees, and the result depends on workers as little as without.
func TestEvaluatePerturb(t *testing.T) {
	below, theta := makeNet(t, memory(), 8, 8, 3)
	net, top := stackOn(t, below, theta)
	evaluate := func(workers int, perturb func(first int) func(nn.Lateral, []float32)) a3c.Result {
		r, err := a3c.Evaluate(context.Background(), net, top, func(int, int) (a3c.Env, error) { return memory(), nil },
			a3c.EvalConfig{Episodes: 50, Seed: 1, Workers: workers, Envs: 8, Greedy: true, Perturb: perturb})
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	plain := evaluate(1, nil)
	var mu sync.Mutex
	asked, seen := map[int]int{}, map[nn.Lateral]bool{}
	watch := func(first int) func(nn.Lateral, []float32) {
		mu.Lock()
		defer mu.Unlock()
		asked[first]++
		return func(l nn.Lateral, _ []float32) {
			mu.Lock()
			defer mu.Unlock()
			seen[l] = true
		}
	}
	if got := evaluate(3, watch); !reflect.DeepEqual(got, plain) {
		t.Error("looking on changes the result")
	}
	if want := map[int]int{0: 1, 8: 1, 16: 1, 24: 1, 32: 1, 40: 1, 48: 1}; !reflect.DeepEqual(asked, want) ||
		len(seen) != 3 {
		t.Errorf("asked %v, laterals %v", asked, seen)
	}
	// Every second group takes the opposite of what it is given.
	turn := func(first int) func(nn.Lateral, []float32) {
		if first%16 == 0 {
			return nil
		}
		return func(l nn.Lateral, x []float32) {
			for i := range x {
				x[i] = -x[i]
			}
		}
	}
	turned := evaluate(1, turn)
	if !reflect.DeepEqual(turned.Scores[16:24], plain.Scores[16:24]) || reflect.DeepEqual(turned.Scores, plain.Scores) {
		t.Error("the groups are not disturbed one by one")
	}
	if got := evaluate(4, turn); !reflect.DeepEqual(got, turned) {
		t.Error("four workers change the result")
	}
}
