package reach_test

import (
	"flag"
	"testing"

	"colonnade/sim"
	"colonnade/sim/domain"
	"colonnade/sim/reach"
)

var episodes = flag.Int("episodes", 100, "planned episodes in the tests of scores; ten times as many random ones")

// TestPlannerScore holds the score of the task's yardstick. With MuJoCo at 2 ms it was measured as
// 41.0 (sd 4). Here, 1500 episodes each:
//
//	2 ms   39.79 ± 0.17   below 25: 2.7 %, the others 40.64 (sd 4.1)
//	10 ms  39.93 ± 0.16   below 25: 2.2 %, the others 40.64 (sd 4.2)
//	20 ms  39.95 ± 0.16   below 25: 2.5 %, the others 40.70 (sd 4.1)
//
// The sd of 4 says that the measured sample had none of the low episodes. In those the palm hovers
// 10 to 11 cm over the target because two finger tips have come down to the 3 cm below which they
// cost: were it 2 cm, the score would be 40.9 (sd 4.8). So the difference of 1 lies in where a
// finger is taken to end, not in the motion, which the golden data holds.
func TestPlannerScore(t *testing.T) {
	for _, step := range []float64{sim.ReferenceStep, sim.TrainingStep} {
		o := play(t, reach.Options{PhysicsStep: step}, *episodes, planned)
		t.Logf("physics step %g s, %d episodes: %v", step, *episodes, o)
		if o.mean < 38.5 || o.mean > 42 {
			t.Errorf("physics step %g s: the planner scores %.2f, want about 40", step, o.mean)
		}
		if o.usual < 39.3 || o.usual > 42 || o.usualSD > 5 || o.low > 0.08 {
			t.Errorf("physics step %g s: apart from %.3f of the episodes the planner scores %.2f (sd %.2f), want 40.6 (sd 4) apart from 0.03",
				step, o.low, o.usual, o.usualSD)
		}
	}
}

// TestRandomScore: with MuJoCo at 2 ms random actions scored 0.02, 1 % of the episodes touched the
// reward, and 30 to 35 % ended in a violation. Here, 15,000 episodes each: 0.025 ± 0.002, 1.2 %,
// and 34.8 % at 2 ms, 34.5 % at 10 ms, 33.9 % at 20 ms (± 0.4 %).
func TestRandomScore(t *testing.T) {
	for _, step := range []float64{sim.ReferenceStep, sim.TrainingStep} {
		n := 10 * *episodes
		o := play(t, reach.Options{PhysicsStep: step}, n, random)
		t.Logf("physics step %g s, %d episodes: %v", step, n, o)
		if o.mean > 0.08 || o.reached < 0.002 || o.reached > 0.03 || o.violated < 0.29 || o.violated > 0.40 {
			t.Errorf("physics step %g s: random actions score %.3f, %.4f touch the reward, %.3f end in a violation; want 0.02, 0.01, 0.33",
				step, o.mean, o.reached, o.violated)
		}
	}
}

// TestPlannerScoreInDomains: every domain can be solved by who knows the state, on both tasks. The
// package documentation of sim has the table for 500 episodes; here a quarter of -episodes are
// played. Domains that move alike score alike, and are played once.
func TestPlannerScoreInDomains(t *testing.T) {
	for _, task := range []reach.Task{reach.Reach, reach.Conveyor} {
		played := make(map[sim.Motion]bool)
		for _, name := range domain.Names() {
			d, err := domain.Load(name)
			if err != nil {
				t.Fatal(err)
			}
			if d.Fixed() {
				var w domain.World
				d.Draw(nil, &w)
				if played[w.Motion] {
					continue
				}
				played[w.Motion] = true
			}
			o := play(t, reach.Options{Task: task, Domain: d}, *episodes/4, planned)
			t.Logf("%v in %s, %d episodes: %v", task, name, *episodes/4, o)
			// Twenty-five episodes have a standard error of 1.3.
			if o.mean < 35 {
				t.Errorf("%v in %s: the planner scores %.2f, want 35 or more", task, name, o.mean)
			}
		}
	}
}
