package safety

import (
	"errors"
	"flag"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"colonnade/sim"
)

var hostileStarts = flag.Int("starts", 120, "starts of each hostile policy")

// policies are those that want to break the arm. Each is made anew for each start.
var policies = []struct {
	name   string
	period time.Duration
	make   func(rng *rand.Rand) func(q *[sim.NumJoints]float64) [sim.NumJoints]float64
}{
	{"random actions", 100 * time.Millisecond,
		func(rng *rand.Rand) func(*[sim.NumJoints]float64) [sim.NumJoints]float64 {
			return func(*[sim.NumJoints]float64) [sim.NumJoints]float64 { return drawn(rng) }
		}},
	{"one action for ever", 100 * time.Millisecond,
		func(rng *rand.Rand) func(*[sim.NumJoints]float64) [sim.NumJoints]float64 {
			return steady(drawn(rng))
		}},
	{"new action every point", 10 * time.Millisecond,
		func(rng *rand.Rand) func(*[sim.NumJoints]float64) [sim.NumJoints]float64 {
			return func(*[sim.NumJoints]float64) [sim.NumJoints]float64 { return drawn(rng) }
		}},
	{"alternating every point", 10 * time.Millisecond,
		func(rng *rand.Rand) func(*[sim.NumJoints]float64) [sim.NumJoints]float64 {
			v, n := drawn(rng), 0
			drift := drawn(rng)
			return func(*[sim.NumJoints]float64) [sim.NumJoints]float64 {
				n++
				if n%2 == 0 {
					return v
				}
				var back [sim.NumJoints]float64
				for i := range v {
					back[i] = -v[i]
					if n%6 == 1 {
						back[i] = drift[i]
					}
				}
				return back
			}
		}},
	{"to the table", 50 * time.Millisecond, towards(func(s *sim.Surroundings) *sim.Nearby { return &s.Table })},
	{"to itself", 50 * time.Millisecond, towards(func(s *sim.Surroundings) *sim.Nearby { return &s.Self })},
	{"to a limit", 50 * time.Millisecond, towards(func(s *sim.Surroundings) *sim.Nearby { return &s.Limit })},
	{"to the table at every point", 10 * time.Millisecond,
		towards(func(s *sim.Surroundings) *sim.Nearby { return &s.Table })},
	{"to itself at every point", 10 * time.Millisecond,
		towards(func(s *sim.Surroundings) *sim.Nearby { return &s.Self })},
}

// drawn is a random action of the task.
func drawn(rng *rand.Rand) (v [sim.NumJoints]float64) {
	for i := range v {
		v[i] = float64(rng.IntN(3)-1) * sim.Canonical().MaxSpeed(i)
	}
	return v
}

// towards goes down a gradient with all joints at full speed.
func towards(what func(
	*sim.Surroundings) *sim.Nearby) func(rng *rand.Rand) func(q *[sim.NumJoints]float64) [sim.NumJoints]float64 {
	return func(rng *rand.Rand) func(q *[sim.NumJoints]float64) [sim.NumJoints]float64 {
		m := sim.Canonical()
		d := m.NewData()
		return func(q *[sim.NumJoints]float64) (v [sim.NumJoints]float64) {
			var s sim.Surroundings
			d.Q = *q
			m.Surroundings(d, &s)
			for i, slope := range what(&s).Gradient {
				if slope != 0 && rng.IntN(8) > 0 {
					v[i] = -math.Copysign(m.MaxSpeed(i), slope)
				}
			}
			return v
		}
	}
}

// No policy brings the true arm, with all its errors, to break a rule of the task: not within the
// time that the Guard takes to refuse, and not by going on after each refusal.
func TestHostilePolicies(t *testing.T) {
	motion := robotMotion(t)
	for n, p := range policies {
		t.Run(p.name, func(t *testing.T) {
			t.Parallel()
			rng, fits := rand.New(rand.NewPCG(7, uint64(n))), Fitter(sim.Canonical(), DefaultLimits())
			trips, stuck := map[Cause]int{}, 0
			for i := range *hostileStarts {
				start := drawStart(rng, i%2 == 1, fits, &motion)
				r := newRig(t, setup{start: &start, motion: motion})
				policy := p.make(rng)
				for range 6 {
					err := r.drive(p.period, 1500*time.Millisecond, policy)
					r.sleep(200 * time.Millisecond)
					if what := r.broken(); what != "" {
						t.Errorf("start %d: %s after %v; trip: %v", i, what, r.clock.Now(), err)
						break
					}
					var trip *Trip
					if err == nil {
						break
					} else if !errors.As(err, &trip) {
						t.Fatalf("start %d: %v", i, err)
					}
					trips[trip.Cause]++
					if err := r.guard.Resume(background); errors.Is(err, ErrStuck) {
						stuck++
						break
					} else if err != nil {
						t.Errorf("start %d: %v", i, err)
						break
					}
				}
				r.close()
			}
			t.Logf("%d starts, trips %v, stuck %d", *hostileStarts, trips, stuck)
			if stuck*100 > *hostileStarts {
				t.Errorf("%d of %d arms had to be helped out of their margins", stuck, *hostileStarts)
			}
		})
	}
}
