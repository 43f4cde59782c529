package live

import (
	"net/http"
	"testing"
	"time"
)

func TestPace(t *testing.T) {
	p := pace{every: 100 * time.Millisecond, burst: 5}
	now := time.Now()
	count := func(n int) (passed int) {
		for range n {
			if p.pass(now) {
				passed++
			}
		}
		return passed
	}
	if got := count(20); got != 5 {
		t.Errorf("%d of a flood passed, want the burst of 5", got)
	}
	now = now.Add(200 * time.Millisecond)
	if got := count(20); got != 2 {
		t.Errorf("%d passed after two intervals, want 2", got)
	}
	now = now.Add(time.Hour)
	if got := count(20); got != 5 {
		t.Errorf("%d passed after a rest, want the burst of 5", got)
	}
}

// A flood is refused, and the e-stop works all the same.
func TestFlood(t *testing.T) {
	p, s := serve(t)
	a := &arm{}
	p.Attach(a)
	for _, c := range []struct {
		path string
		most int
	}{{"/", 2 * pageBurst}, {"/debug/pprof/cmdline", 2 * profileBurst}} {
		refused := 0
		for range c.most {
			if _, answer := get(t, s.URL+c.path); answer.StatusCode == http.StatusTooManyRequests {
				refused++
			}
		}
		if refused == 0 {
			t.Errorf("%d requests of %s passed", c.most, c.path)
		}
	}
	if _, answer := do(t, "POST", s.URL+"/stop", nil); answer.StatusCode != http.StatusSeeOther || a.stops != 1 {
		t.Errorf("stop in a flood: %s", answer.Status)
	}
}
