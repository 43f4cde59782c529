package reach_test

import (
	"math"
	"testing"

	"colonnade/sim/reach"
)

// TestConveyor follows the target for many steps: 5 mm along x each, within the area, turning at
// its ends and now and then in between, y never changing.
func TestConveyor(t *testing.T) {
	e := newEnv(t, reach.Options{Task: reach.Conveyor})
	steps, turns, forward := 0, 0, 0
	ys := make(map[float64]bool)
	for seed := range uint64(400) {
		reset(t, e, seed)
		y := e.Target()[1]
		ys[y] = true
		before, direction := e.Target()[0], 0.0
		for n := 0; ; n++ {
			_, terminated, truncated, err := e.Step(rest(), nil, nil)
			if err != nil {
				t.Fatal(err)
			}
			at := e.Target()
			if at[1] != y || at[2] != 0 || math.Abs(at[0]) > 0.2 {
				t.Fatalf("seed %d: the target is at %v", seed, at)
			}
			move := at[0] - before
			before = at[0]
			if terminated {
				break
			}
			atEnd := math.Abs(at[0]) > 0.2-0.005
			if !atEnd && math.Abs(math.Abs(move)-0.005) > 1e-12 {
				t.Fatalf("seed %d: the target moved by %g m in a step, want 0.005", seed, move)
			}
			if n == 0 && move > 0 {
				forward++
			}
			if now := math.Copysign(1, move); !atEnd {
				if direction != 0 {
					steps++
					if now != direction {
						turns++
					}
				}
				direction = now
			} else {
				direction = 0
			}
			if truncated {
				break
			}
		}
	}
	// A binomial count of 2 % of n has a deviation of 0.14 sqrt(n): five of those either way.
	mean, slack := 0.02*float64(steps), 5*0.14*math.Sqrt(float64(steps))
	if math.Abs(float64(turns)-mean) > slack {
		t.Errorf("%d turns in %d steps, want %.0f +- %.0f", turns, steps, mean, slack)
	}
	if forward < 150 || forward > 250 {
		t.Errorf("%d of 400 episodes began forwards", forward)
	}
	if len(ys) != 400 {
		t.Errorf("400 episodes have %d different y", len(ys))
	}
}

// TestConveyorTargetEvery: within three episodes the target goes on from where it is.
func TestConveyorTargetEvery(t *testing.T) {
	e := newEnv(t, reach.Options{Task: reach.Conveyor, TargetEvery: 3})
	for seed := range uint64(9) {
		before := e.Target()
		reset(t, e, seed)
		if same := e.Target() == before; same != (seed%3 != 0) {
			t.Errorf("episode %d: the target stayed: %v", seed, same)
		}
		for range 5 {
			if _, _, _, err := e.Step(rest(), nil, nil); err != nil {
				t.Fatal(err)
			}
		}
		if e.Target() == before {
			t.Errorf("episode %d: the target does not move", seed)
		}
	}
}

func TestParseTask(t *testing.T) {
	for _, task := range []reach.Task{reach.Reach, reach.Conveyor} {
		if got, err := reach.ParseTask(task.String()); err != nil || got != task {
			t.Errorf("%v is parsed as %v, %v", task, got, err)
		}
	}
	if _, err := reach.ParseTask("conveyer"); err == nil {
		t.Error("a misspelt task was accepted")
	}
}
