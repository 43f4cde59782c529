package reach_test

import (
	"bytes"
	"math/rand/v2"
	"strings"
	"testing"

	"colonnade/sim"
	"colonnade/sim/domain"
	"colonnade/sim/reach"
	"colonnade/sim/render"
)

// twins makes an environment in a domain with a twin in the appearance of another.
func twins(t testing.TB, task reach.Task, name, twin string, share bool) *reach.Env {
	t.Helper()
	opt := reach.Options{Task: task, Domain: load(t, name), Twin: load(t, twin)}
	if share {
		var err error
		if opt, err = opt.Share(); err != nil {
			t.Fatal(err)
		}
	}
	return newEnv(t, opt)
}

// playTwin plays episodes of random actions and shows each observation with the twin's picture of
// it.
func playTwin(t *testing.T, e *reach.Env, see func(pixels, twin []uint8)) {
	t.Helper()
	rng := rand.New(rand.NewPCG(3, 4))
	pixels, twin := make([]uint8, 3*64*64), make([]uint8, 3*64*64)
	look := func() {
		if sure, err := e.Twin(twin); err != nil || !sure {
			t.Fatalf("sure %v, %v", sure, err)
		}
		see(pixels, twin)
	}
	for seed := range uint64(4) {
		if err := e.Reset(seed, pixels, nil); err != nil {
			t.Fatal(err)
		}
		look()
		for ended := false; !ended; {
			_, terminated, truncated, err := e.Step(randomAction(rng), pixels, nil)
			if err != nil {
				t.Fatal(err)
			}
			ended = terminated || truncated
			look()
		}
	}
}

// TestTwinIsTheWorld: in a world without errors the twin in its own appearance is the environment's
// picture, to the bit.
func TestTwinIsTheWorld(t *testing.T) {
	for _, task := range []reach.Task{reach.Reach, reach.Conveyor} {
		for _, share := range []bool{false, true} {
			seen := 0
			playTwin(t, twins(t, task, "sim", "sim", share), func(pixels, twin []uint8) {
				if seen++; !bytes.Equal(pixels, twin) {
					t.Fatalf("%v, shared %v: picture %d differs", task, share, seen)
				}
			})
			if seen < 100 {
				t.Errorf("%v: %d pictures only", task, seen)
			}
		}
	}
}

// TestTwinShowsTheState: in another world the twin shows the present state, encoder errors
// included, as sim shows it, and the environment's own pictures are those of one without a twin.
func TestTwinShowsTheState(t *testing.T) {
	model := sim.Canonical()
	var plain domain.World
	load(t, "sim").Draw(nil, &plain)
	r, err := render.NewRenderer(&plain.Scene, 64, 64, 1)
	if err != nil {
		t.Fatal(err)
	}
	for _, task := range []reach.Task{reach.Reach, reach.Conveyor} {
		e := twins(t, task, "robot", "sim", false)
		want, d := make([]uint8, 3*64*64), model.NewData()
		var own [][]byte
		playTwin(t, e, func(pixels, twin []uint8) {
			own = append(own, bytes.Clone(pixels))
			q, _ := e.Joints()
			for i := range q {
				d.Q[i] = q[i] + e.World().Motion.Encoder[i]
			}
			model.Kinematics(d)
			if err := r.Render(want, &d.BodyPos, &d.BodyRot, e.Target()); err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(twin, want) {
				t.Fatalf("%v: picture %d is not the state's", task, len(own))
			}
		})
		if e.World().Motion.Encoder == [sim.NumJoints]float64{} {
			t.Fatal("the domain has no encoder errors to show")
		}
		at := 0
		playTwin(t, twins(t, task, "robot", "color-large", true), func(pixels, twin []uint8) {
			if !bytes.Equal(pixels, own[at]) {
				t.Fatalf("%v: picture %d depends on the twin", task, at)
			}
			at++
		})
	}
}

// TestTwinWithoutKnownErrors: where the encoders' errors are known, the twin shows the true state.
func TestTwinWithoutKnownErrors(t *testing.T) {
	var robot domain.World
	load(t, "robot").Draw(nil, &robot)
	e := newEnv(t, reach.Options{Domain: load(t, "robot"), Twin: load(t, "sim"), Zeros: robot.Motion.Encoder})
	var plain domain.World
	load(t, "sim").Draw(nil, &plain)
	r, err := render.NewRenderer(&plain.Scene, 64, 64, 1)
	if err != nil {
		t.Fatal(err)
	}
	model := sim.Canonical()
	want, d, off := make([]uint8, 3*64*64), model.NewData(), 0
	playTwin(t, e, func(_, twin []uint8) {
		q, _ := e.Joints()
		copy(d.Q[:], q[:])
		model.Kinematics(d)
		if err := r.Render(want, &d.BodyPos, &d.BodyRot, e.Target()); err != nil {
			t.Fatal(err)
		}
		for i := range want { // a sum of errors and zeros is not 0 to the bit
			if twin[i] != want[i] {
				off++
			}
		}
	})
	if off > 100 {
		t.Errorf("%d values differ from the true state's", off)
	}
}

// TestTwinIsRestored: an environment that reads a saved state back draws the same twin, noise of a
// camera included.
func TestTwinIsRestored(t *testing.T) {
	a, b := twins(t, reach.Conveyor, "sim", "robot", false), twins(t, reach.Conveyor, "sim", "robot", true)
	rng := rand.New(rand.NewPCG(5, 6))
	reset(t, a, 9)
	for range 7 {
		if _, _, _, err := a.Step(randomAction(rng), nil, nil); err != nil {
			t.Fatal(err)
		}
	}
	data, err := a.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	if err := b.UnmarshalBinary(data); err != nil {
		t.Fatal(err)
	}
	one, other := make([]uint8, 3*64*64), make([]uint8, 3*64*64)
	for range 2 { // the second time the same: a twin changes nothing
		if _, err := a.Twin(one); err != nil {
			t.Fatal(err)
		}
		if _, err := b.Twin(other); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(one, other) {
			t.Fatal("the twin of a restored state differs")
		}
	}
}

// TestSeeTwin: whoever drives by the twin observes its pictures.
func TestSeeTwin(t *testing.T) {
	e := newEnv(t, reach.Options{Domain: load(t, "robot"), Twin: load(t, "sim"), SeeTwin: true})
	n := 0
	playTwin(t, e, func(pixels, twin []uint8) {
		if n++; !bytes.Equal(pixels, twin) {
			t.Fatalf("observation %d is not the twin's picture", n)
		}
	})
	if _, err := reach.New(reach.Options{SeeTwin: true}); err == nil || !strings.Contains(err.Error(), "set Twin") {
		t.Errorf("to see a twin that there is not: %v", err)
	}
}

func TestTwinAllocatesNothing(t *testing.T) {
	for _, share := range []bool{false, true} {
		e := twins(t, reach.Reach, "robot", "sim", share)
		reset(t, e, 1)
		pixels := make([]uint8, 3*64*64)
		if n := testing.AllocsPerRun(50, func() {
			if _, err := e.Twin(pixels); err != nil {
				t.Fatal(err)
			}
		}); n != 0 {
			t.Errorf("shared %v: %v allocations a picture", share, n)
		}
	}
}

func TestTwinRefuses(t *testing.T) {
	pixels := make([]uint8, 3*64*64)
	refuse := func(what string, e *reach.Env, pixels []uint8, word string) {
		t.Helper()
		if _, err := e.Twin(pixels); err == nil || !strings.Contains(err.Error(), word) {
			t.Errorf("%s: %v, want an error about %q", what, err, word)
		}
	}
	without := newEnv(t, reach.Options{})
	reset(t, without, 1)
	refuse("no twin", without, pixels, "Options.Twin")
	with := twins(t, reach.Reach, "robot", "sim", false)
	refuse("before Reset", with, pixels, "Reset")
	reset(t, with, 1)
	refuse("a short buffer", with, pixels[1:], "bytes")
	if _, err := reach.New(reach.Options{Twin: load(t, "random")}); err == nil || !strings.Contains(err.Error(),
		"ranges") {
		t.Errorf("a twin with ranges: %v", err)
	}
	opt, err := reach.Options{Twin: load(t, "sim")}.Share()
	if err != nil {
		t.Fatal(err)
	}
	opt.Twin = load(t, "robot")
	if _, err := reach.New(opt); err == nil || !strings.Contains(err.Error(), "Share") {
		t.Errorf("another twin after Share: %v", err)
	}
}
