package reach_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"colonnade/sim/reach"
)

// player steps environments with random actions, resetting where an episode ends.
type player struct {
	env     *reach.Env
	pixels  []uint8
	proprio []float32
	done    bool
	seed    uint64
}

func newPlayer(tb testing.TB, opt reach.Options, draw bool, seed uint64) *player {
	p := &player{env: newEnv(tb, opt), proprio: make([]float32, 18), done: true, seed: seed}
	if draw {
		p.pixels = make([]uint8, 64*64*3)
	}
	return p
}

func (p *player) step(tb testing.TB, action []int) {
	if p.done {
		p.seed++
		if err := p.env.Reset(p.seed, p.pixels, p.proprio); err != nil {
			tb.Fatal(err)
		}
	}
	_, terminated, truncated, err := p.env.Step(action, p.pixels, p.proprio)
	if err != nil {
		tb.Fatal(err)
	}
	p.done = terminated || truncated
}

func randomActions(n int) [][]int {
	rng := rand.New(rand.NewPCG(1, 1))
	actions := make([][]int, n)
	for k := range actions {
		actions[k] = randomAction(rng)
	}
	return actions
}

// BenchmarkStep measures one environment step under random actions, resets included: physics,
// collision, frame, reward.
func BenchmarkStep(b *testing.B) {
	actions := randomActions(1024)
	bench := func(name string, opt reach.Options, draw bool) {
		b.Run(name, func(b *testing.B) {
			p := newPlayer(b, opt, draw, 0)
			b.ReportAllocs()
			for k := 0; b.Loop(); k++ {
				p.step(b, actions[k%len(actions)])
			}
		})
	}
	for _, task := range []reach.Task{reach.Reach, reach.Conveyor} {
		for _, name := range []string{"sim", "robot", "random"} {
			for _, draw := range []bool{false, true} {
				bench(fmt.Sprintf("task=%v/domain=%s/h=10ms/pixels=%v", task, name, draw),
					reach.Options{Task: task, Domain: load(b, name)}, draw)
			}
		}
	}
	for _, h := range []float64{0.002, 0.02} {
		bench(fmt.Sprintf("task=reach/domain=sim/h=%gms/pixels=true", 1000*h), reach.Options{PhysicsStep: h}, true)
	}
}

// BenchmarkVector measures a step of one of E environments that a worker steps in turn, each with a
// renderer of its own or all with the same: beyond what its own data costs the cache it should be
// no dearer than one alone.
func BenchmarkVector(b *testing.B) {
	actions := randomActions(1021) // shares no factor with the numbers of environments
	for _, name := range []string{"sim", "robot"} {
		for _, share := range []bool{false, true} {
			for _, envs := range []int{1, 16, 64} {
				b.Run(fmt.Sprintf("domain=%s/share=%v/envs=%d", name, share, envs), func(b *testing.B) {
					opt := reach.Options{Domain: load(b, name)}
					if share {
						var err error
						if opt, err = opt.Share(); err != nil {
							b.Fatal(err)
						}
					}
					players := make([]*player, envs)
					for k := range players {
						players[k] = newPlayer(b, opt, true, uint64(k)<<32)
					}
					b.ReportAllocs()
					for k := 0; b.Loop(); k++ {
						players[k%envs].step(b, actions[k%len(actions)])
					}
				})
			}
		}
	}
}

// BenchmarkReset measures drawing the start of an episode, without pixels.
func BenchmarkReset(b *testing.B) {
	for _, name := range []string{"sim", "random"} {
		b.Run("domain="+name, func(b *testing.B) {
			e := newEnv(b, reach.Options{Domain: load(b, name)})
			b.ReportAllocs()
			for seed := uint64(0); b.Loop(); seed++ {
				reset(b, e, seed)
			}
		})
	}
}
