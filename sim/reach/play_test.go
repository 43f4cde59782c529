package reach_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"sync"
	"testing"

	"colonnade/sim"
	_ "colonnade/sim/internal/simtest"
	"colonnade/sim/reach"
)

// outcome sums up episodes.
type outcome struct {
	mean, sd          float64 // of the scores
	reached, violated float64 // shares of the episodes
	usual, usualSD    float64 // mean and sd of the scores of at least 25
	low               float64 // share of the others
}

func (o outcome) String() string {
	return fmt.Sprintf("score %.3f (sd %.2f), reached %.4f, violations %.4f; below 25 %.4f, the others %.2f (sd %.2f)",
		o.mean, o.sd, o.reached, o.violated, o.low, o.usual, o.usualSD)
}

// play runs episodes with seeds 0..n-1 under the policies that newPolicy makes, one for each
// goroutine.
func play(t *testing.T, opt reach.Options, n int, newPolicy func() func(e *reach.Env, seed int, action []int)) outcome {
	scores, violated := make([]float64, n), make([]bool, n)
	var group sync.WaitGroup
	workers := runtime.GOMAXPROCS(0)
	for w := range workers {
		group.Go(func() {
			e, err := reach.New(opt)
			if err != nil {
				t.Error(err)
				return
			}
			act := newPolicy()
			action := make([]int, sim.NumJoints)
			for seed := w; seed < n; seed += workers {
				if err := e.Reset(uint64(seed), nil, nil); err != nil {
					t.Error(err)
					return
				}
				for done := false; !done; {
					act(e, seed, action)
					reward, terminated, truncated, err := e.Step(action, nil, nil)
					if err != nil {
						t.Error(err)
						return
					}
					scores[seed] += float64(reward)
					violated[seed] = terminated
					done = terminated || truncated
				}
			}
		})
	}
	group.Wait()
	var o outcome
	var usual []float64
	for seed, s := range scores {
		if s > 0 {
			o.reached += 1 / float64(n)
		}
		if violated[seed] {
			o.violated += 1 / float64(n)
		}
		if s >= 25 {
			usual = append(usual, s)
		}
	}
	o.mean, o.sd = moments(scores)
	o.usual, o.usualSD = moments(usual)
	o.low = 1 - float64(len(usual))/float64(n)
	return o
}

func moments(list []float64) (mean, sd float64) {
	for _, x := range list {
		mean += x / float64(len(list))
	}
	for _, x := range list {
		sd += (x - mean) * (x - mean) / float64(len(list))
	}
	return mean, math.Sqrt(sd)
}

func planned() func(*reach.Env, int, []int) {
	p := reach.NewPlanner(sim.Canonical())
	return func(e *reach.Env, _ int, action []int) {
		q, _ := e.Joints()
		p.Plan(action, &q, e.Target())
	}
}

func random() func(*reach.Env, int, []int) {
	current, rng := -1, (*rand.Rand)(nil)
	return func(_ *reach.Env, seed int, action []int) {
		if seed != current {
			current, rng = seed, rand.New(rand.NewPCG(uint64(seed), 0x72616e646f6d))
		}
		for i := range action {
			action[i] = rng.IntN(3)
		}
	}
}
