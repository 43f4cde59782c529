package reach

import (
	"testing"
	"time"
)

// TestStageTimes: the two stages are told apart, and make up most of the time that stepping takes.
func TestStageTimes(t *testing.T) {
	env, err := New(Options{})
	if err != nil {
		t.Fatal(err)
	}
	pixels, action := make([]uint8, 3*64*64), []int{1, 1, 1, 1, 1, 1, 1, 1, 1}
	if err := env.Reset(1, pixels, nil); err != nil {
		t.Fatal(err)
	}
	physics, render := env.StageTimes()
	if physics != 0 || render <= 0 {
		t.Errorf("after a reset: physics %v, render %v", physics, render)
	}
	began := time.Now()
	for range EpisodeSteps {
		if _, _, _, err := env.Step(action, pixels, nil); err != nil {
			t.Fatal(err)
		}
	}
	all := time.Since(began)
	physics, renderAfter := env.StageTimes()
	if sum := physics + renderAfter - render; physics <= 0 || renderAfter <= render || sum > all || sum < all/2 {
		t.Errorf("physics %v and render %v of %v", physics, renderAfter-render, all)
	}
	if _, _, _, err := env.Step(action, nil, nil); err == nil {
		t.Fatal("a step after the end")
	}
	env.Reset(2, nil, nil)
	env.Step(action, nil, nil)
	if _, unseen := env.StageTimes(); unseen != renderAfter {
		t.Error("drawing took time though nobody looked")
	}
}
