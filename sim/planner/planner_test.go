package planner_test

import (
	"flag"
	"math"
	"math/rand/v2"
	"testing"

	"colonnade/sim"
	_ "colonnade/sim/internal/goldenflag"
	"colonnade/sim/planner"
	"colonnade/sim/reach"
)

var episodes = flag.Int("episodes", 60, "number of episodes in the tests of the task's scores")

// play runs n episodes and returns mean and standard deviation of the score, and the fractions of
// episodes with reward and with a violation.
func play(t *testing.T, step float64, n int, act func(*reach.Env, []int)) (mean, sd, reached, violated float64) {
	e, err := reach.New(reach.Options{PhysicsStep: step})
	if err != nil {
		t.Fatal(err)
	}
	action := make([]int, sim.NumJoints)
	var sum, squares float64
	for seed := range n {
		if err := e.Reset(uint64(seed), nil, nil); err != nil {
			t.Fatal(err)
		}
		score := 0.0
		for {
			act(e, action)
			reward, terminated, truncated, err := e.Step(action, nil, nil)
			if err != nil {
				t.Fatal(err)
			}
			score += float64(reward)
			if terminated {
				violated++
			}
			if terminated || truncated {
				break
			}
		}
		if score > 0 {
			reached++
		}
		sum += score
		squares += score * score
	}
	count := float64(n)
	mean = sum / count
	return mean, math.Sqrt(squares/count - mean*mean), reached / count, violated / count
}

func TestScores(t *testing.T) {
	for _, step := range []float64{0.002, 0.01, 0.02} {
		p := planner.New(sim.Canonical())
		mean, sd, reached, violated := play(t, step, *episodes, func(e *reach.Env, action []int) {
			q, _ := e.Joints()
			p.Plan(action, &q, e.Target())
		})
		t.Logf("step %g: planner %.2f sd %.2f reached %.3f violated %.4f", step, mean, sd, reached, violated)
		rng := rand.New(rand.NewPCG(1, 2))
		mean, sd, reached, violated = play(t, step, 10**episodes, func(e *reach.Env, action []int) {
			for i := range action {
				action[i] = rng.IntN(3)
			}
		})
		t.Logf("step %g: random %.4f sd %.2f reached %.4f violated %.3f", step, mean, sd, reached, violated)
	}
}
