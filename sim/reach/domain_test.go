package reach_test

import (
	"bytes"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"colonnade/sim"
	"colonnade/sim/domain"
	"colonnade/sim/reach"
	"colonnade/sim/render"
)

func load(t testing.TB, name string) *domain.Domain {
	t.Helper()
	d, err := domain.Load(name)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// TestSameEpisodesInAllDomains: a seed has the same start and target everywhere.
func TestSameEpisodesInAllDomains(t *testing.T) {
	base := newEnv(t, reach.Options{})
	for _, name := range domain.Names() {
		e := newEnv(t, reach.Options{Domain: load(t, name)})
		for seed := range uint64(20) {
			reset(t, base, seed)
			reset(t, e, seed)
			q, _ := base.Joints()
			if got, _ := e.Joints(); got != q || e.Target() != base.Target() {
				t.Fatalf("%s: seed %d starts elsewhere than in sim", name, seed)
			}
		}
	}
}

// TestWorldFollowsFromSeed: with ranges, each seed has its own world, the same each time; without,
// all have one.
func TestWorldFollowsFromSeed(t *testing.T) {
	for _, name := range []string{"robot", "random"} {
		a, b := newEnv(t, reach.Options{Domain: load(t, name)}), newEnv(t, reach.Options{Domain: load(t, name)})
		worlds := make(map[domain.World]bool)
		for seed := range uint64(10) {
			reset(t, b, 100+seed)
			reset(t, a, seed)
			reset(t, b, seed)
			if a.World() != b.World() {
				t.Fatalf("%s: seed %d has two worlds", name, seed)
			}
			worlds[a.World()] = true
		}
		if want := map[string]int{"robot": 1, "random": 10}[name]; len(worlds) != want {
			t.Errorf("%s: 10 seeds have %d worlds, want %d", name, len(worlds), want)
		}
	}
}

// quietLab is a domain with everything that reaches the pixels, but for noise.
const quietLab = `{"name": "quiet", "about": "for tests", "quantities": {
	"motion.latency":  {"unit": "s", "low": 0.03, "high": 0.1, "from": "test"},
	"motion.lag":      {"unit": "s", "value": 0.05, "from": "test"},
	"motion.backlash": {"unit": "rad", "value": 0.01, "from": "test"},
	"motion.payload":  {"unit": "kg", "value": 0.3, "from": "test"},
	"lens.k1":         {"unit": "1", "low": 0.02, "high": 0.1, "from": "test"},
	"lens.blur":       {"unit": "heights", "value": 0.01, "from": "test"},
	"table.red":       {"unit": "sRGB", "low": 10, "high": 250, "from": "test"}}}`

// TestObservationIsTheWorlds draws each frame anew with a renderer of its own, from where arm and
// target were when the camera looked: scene, sensor, motion and latency all reach the pixels.
func TestObservationIsTheWorlds(t *testing.T) {
	file := filepath.Join(t.TempDir(), "quiet.json")
	if err := os.WriteFile(file, []byte(quietLab), 0o644); err != nil {
		t.Fatal(err)
	}
	rng := rand.New(rand.NewPCG(1, 1))
	for _, task := range []reach.Task{reach.Reach, reach.Conveyor} {
		e := newEnv(t, reach.Options{Domain: load(t, file), Task: task})
		pixels, want := make([]uint8, 64*64*3), make([]uint8, 64*64*3)
		for seed := range uint64(10) {
			if err := e.Reset(seed, pixels, nil); err != nil {
				t.Fatal(err)
			}
			world := e.World()
			r, err := render.NewRenderer(&world.Scene, 64, 64, 1)
			if err != nil {
				t.Fatal(err)
			}
			if err := r.SetSensor(world.Sensor); err != nil {
				t.Fatal(err)
			}
			s, err := sim.NewSimulator(sim.Canonical(), sim.TrainingStep, sim.ControlStep)
			if err != nil {
				t.Fatal(err)
			}
			if err := s.SetMotion(world.Motion); err != nil {
				t.Fatal(err)
			}
			q, v := e.Joints()
			s.Place(&q, &v)
			target := e.Target()
			for n := 0; ; n++ {
				seen := s.Seen()
				if err := r.Render(want, &seen.BodyPos, &seen.BodyRot, target); err != nil {
					t.Fatal(err)
				}
				if !bytes.Equal(pixels, want) {
					t.Fatalf("%v, seed %d, step %d: the frame is not the one expected", task, seed, n)
				}
				before, action := e.Target(), randomAction(rng)
				_, terminated, truncated, err := e.Step(action, pixels, nil)
				if err != nil {
					t.Fatal(err)
				}
				if terminated || truncated {
					break
				}
				var ctrl [sim.NumJoints]float64
				for i, a := range action {
					ctrl[i] = float64(a-1) * s.Model.MaxSpeed(i)
				}
				if _, err := s.Advance(&ctrl); err != nil {
					t.Fatal(err)
				}
				target = e.Target()
				target[0] += (before[0] - target[0]) * (s.Latency() / s.Elapsed())
			}
		}
	}
}

// TestNoiseDoesNotDependOnLooking: a frame is the same whether or not frames before it were asked
// for.
func TestNoiseDoesNotDependOnLooking(t *testing.T) {
	a, b := newEnv(t, reach.Options{Domain: load(t, "robot")}), newEnv(t, reach.Options{Domain: load(t, "robot")})
	pa, pb, first := make([]uint8, 64*64*3), make([]uint8, 64*64*3), make([]uint8, 64*64*3)
	if err := a.Reset(3, first, nil); err != nil {
		t.Fatal(err)
	}
	reset(t, b, 3)
	for range 5 {
		if _, _, _, err := a.Step(rest(), pa, nil); err != nil {
			t.Fatal(err)
		}
		if _, _, _, err := b.Step(rest(), nil, nil); err != nil {
			t.Fatal(err)
		}
	}
	if _, _, _, err := a.Step(rest(), pa, nil); err != nil {
		t.Fatal(err)
	}
	if _, _, _, err := b.Step(rest(), pb, nil); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(pa, pb) {
		t.Error("frames depend on whether earlier ones were looked at")
	}
	if bytes.Equal(pa, first) {
		t.Error("two frames of a noisy camera are alike")
	}
}

// TestEncoderError: readings have the error, the true state has not.
func TestEncoderError(t *testing.T) {
	e := newEnv(t, reach.Options{Domain: load(t, "robot")})
	proprio := make([]float32, 18)
	if err := e.Reset(1, nil, proprio); err != nil {
		t.Fatal(err)
	}
	motion := e.World().Motion
	if motion.Encoder == [sim.NumJoints]float64{} {
		t.Fatal("robot has no encoder errors")
	}
	q, v := e.Joints()
	for i := range q {
		if proprio[i] != float32(q[i]+motion.Encoder[i]) || proprio[9+i] != float32(v[i]) {
			t.Errorf("joint %d reads %g, %g; true are %g, %g, the error is %g", i+1, proprio[i], proprio[9+i], q[i],
				v[i], motion.Encoder[i])
		}
	}
}

// TestDomainMoves: in robot the same actions lead elsewhere than in sim.
func TestDomainMoves(t *testing.T) {
	a, b := newEnv(t, reach.Options{}), newEnv(t, reach.Options{Domain: load(t, "robot")})
	reset(t, a, 1)
	reset(t, b, 1)
	for range 5 {
		for _, e := range []*reach.Env{a, b} {
			if _, _, _, err := e.Step([]int{2, 1, 1, 2, 1, 1, 1, 1, 1}, nil, nil); err != nil {
				t.Fatal(err)
			}
		}
	}
	qa, _ := a.Joints()
	qb, _ := b.Joints()
	if behind := qa[0] - qb[0]; behind < 0.005 || behind > 0.05 {
		t.Errorf("joint 1 is %.3f rad behind after 0.5 s, want about 0.01 of lag", behind)
	}
}
