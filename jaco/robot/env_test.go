package robot

import (
	"flag"
	"math/rand/v2"
	"testing"

	"colonnade/sim"
	"colonnade/sim/domain"
	"colonnade/sim/reach"
)

var episodes = flag.Int("episodes", 40, "episodes of the planner")

func robotWorld(t testing.TB) *domain.World {
	t.Helper()
	d, err := domain.Load("robot")
	if err != nil {
		t.Fatal(err)
	}
	w := new(domain.World)
	d.Draw(nil, w)
	return w
}

func emulate(t testing.TB, change func(*Emulation)) *Emulated {
	t.Helper()
	opt := Emulation{World: robotWorld(t), Seed: 1}
	if change != nil {
		change(&opt)
	}
	l, err := Emulate(opt)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func newEnv(t testing.TB, opt Options) *Env {
	t.Helper()
	e, err := New(opt)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	})
	return e
}

// onArm makes an Env and enters its clock, as Reset and Step do, for tests of what they are made
// of.
func onArm(t *testing.T) (*Emulated, *Env) {
	t.Helper()
	cell := emulate(t, nil)
	e := newEnv(t, Options{Workcell: cell.Workcell})
	cell.Clock.Enter()
	t.Cleanup(cell.Clock.Leave) // before the Env is closed
	return cell, e
}

// buffers are a caller's.
type buffers struct {
	pixels  []uint8
	proprio []float32
	action  []int
}

func newBuffers() *buffers {
	return &buffers{make([]uint8, 64*64*3), make([]float32, 18), make([]int, sim.NumJoints)}
}

// still is the action that moves nothing.
func (b *buffers) still() []int {
	for i := range b.action {
		b.action[i] = 1
	}
	return b.action
}

func (b *buffers) random(rng *rand.Rand) []int {
	for i := range b.action {
		b.action[i] = rng.IntN(3)
	}
	return b.action
}

// The planner solves the task through the whole chain: cable, driver, Guard, camera and tracker.
func TestPlannerScores(t *testing.T) {
	cell := emulate(t, nil)
	e := newEnv(t, Options{Workcell: cell.Workcell})
	b := newBuffers()
	p := reach.NewPlanner(sim.Canonical())
	sum, contacts := 0.0, 0
	for seed := range uint64(*episodes) {
		if err := e.Reset(seed, b.pixels, b.proprio); err != nil {
			t.Fatal(err)
		}
		score := 0.0
		for over := false; !over; {
			q, _ := e.Joints()
			p.Plan(b.action, &q, e.Target())
			reward, terminated, truncated, err := e.Step(b.action, b.pixels, b.proprio)
			if err != nil {
				t.Fatal(err)
			}
			score += float64(reward)
			over = terminated || truncated
		}
		if e.Trip() != nil {
			t.Logf("episode %d: %v after %d steps, score %v", seed, e.Trip(), e.steps, score)
		}
		sum += score
		contacts = cell.Arm.State(cell.Clock.Now()).Contacts
	}
	mean := sum / float64(*episodes)
	t.Logf("mean %.2f over %d episodes; %+v", mean, *episodes, e.Counts())
	if contacts > 0 {
		t.Errorf("%d contacts", contacts)
	}
	if mean < 35 {
		t.Errorf("the planner scores %.1f through the Guard, want 35", mean)
	}
}

func TestStepAllocatesNothing(t *testing.T) {
	e := newEnv(t, Options{Workcell: emulate(t, nil).Workcell})
	b := newBuffers()
	if err := e.Reset(3, b.pixels, b.proprio); err != nil {
		t.Fatal(err)
	}
	if n := testing.AllocsPerRun(30, func() {
		if _, _, _, err := e.Step(b.still(), b.pixels, b.proprio); err != nil {
			t.Fatal(err)
		}
	}); n != 0 {
		t.Errorf("a step allocates %v times", n)
	}
}

// BenchmarkStep is a step of random actions with all that belongs to it, resets by moving the arm
// included.
func BenchmarkStep(b *testing.B) {
	cell := emulate(b, nil)
	e := newEnv(b, Options{Workcell: cell.Workcell})
	buf := newBuffers()
	rng := rand.New(rand.NewPCG(1, 1))
	seed, over := uint64(0), true
	b.ReportAllocs()
	for b.Loop() {
		if over {
			if err := e.Reset(seed, buf.pixels, buf.proprio); err != nil {
				b.Fatal(err)
			}
			seed++
		}
		_, terminated, truncated, err := e.Step(buf.random(rng), buf.pixels, buf.proprio)
		if err != nil {
			b.Fatal(err)
		}
		over = terminated || truncated
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "steps/s")
}
