package robot

import (
	"bytes"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"colonnade/sim"
	"colonnade/sim/domain"
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

// playTwin plays episodes of actions that are held for four steps, and shows every observation.
func playTwin(t *testing.T, e *Env, episodes int, see func(b *buffers)) {
	t.Helper()
	b, rng := newBuffers(), rand.New(rand.NewPCG(1, 2))
	for seed := range uint64(episodes) {
		if err := e.Reset(seed, b.pixels, b.proprio); err != nil {
			t.Fatal(err)
		}
		see(b)
		for n, ended := 0, false; !ended; n++ {
			for i := range b.action {
				if n%4 == 0 {
					b.action[i] = rng.IntN(3)
				}
			}
			_, terminated, truncated, err := e.Step(b.action, b.pixels, b.proprio)
			if err != nil {
				t.Fatal(err)
			}
			if ended = terminated || truncated; !ended {
				see(b)
			}
		}
	}
}

// TestTwinIsThePresent: the twin shows the arm where its encoders have it at the moment of
// decision, not where it was when they were last asked, and the target where the tracker has it, in
// the appearance of the other world. It changes nothing.
func TestTwinIsThePresent(t *testing.T) {
	var own [][]byte
	plain := emulate(t, nil)
	playTwin(t, newEnv(t, Options{Workcell: plain.Workcell}), 5,
		func(b *buffers) { own = append(own, bytes.Clone(b.pixels)) })

	cell := emulate(t, nil)
	e := newEnv(t, Options{Workcell: cell.Workcell, Twin: load(t, "sim")})
	var w domain.World
	load(t, "sim").Draw(nil, &w)
	r, err := render.NewRenderer(&w.Scene, 64, 64, 1)
	if err != nil {
		t.Fatal(err)
	}
	d, twin, want := e.model.NewData(), make([]uint8, 64*64*3), make([]uint8, 64*64*3)
	n, late, off := 0, 0.0, 0.0
	playTwin(t, e, 5, func(b *buffers) {
		if !bytes.Equal(b.pixels, own[n]) {
			t.Fatalf("observation %d depends on the twin", n)
		}
		n++
		sure, err := e.Twin(twin)
		if err != nil {
			t.Fatal(err)
		}
		if q := e.target; !sure && q.weight > 0 && q.unseen == 0 && q.moved == 0 {
			t.Errorf("observation %d: the target is known, and the twin not sure", n)
		}
		d.Q = e.present()
		truth := cell.Arm.State(cell.Clock.Now()).Q
		for i := range sim.NumArmJoints {
			is := truth[i] + cell.world.Motion.Encoder[i]
			late += math.Abs(e.moment.Q[i] - is)
			off += math.Abs(d.Q[i] - is)
		}
		e.model.Kinematics(d)
		if err := r.Render(want, &d.BodyPos, &d.BodyRot, e.Target()); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(twin, want) {
			t.Fatalf("picture %d is not of what encoders and tracker say", n)
		}
	})
	late, off = late/float64(n*sim.NumArmJoints), off/float64(n*sim.NumArmJoints)
	t.Logf("%d pictures: the last reading is %.1f mrad off, the twin %.1f", n, 1e3*late, 1e3*off)
	if off > 0.003 || late < 2*off {
		t.Errorf("the twin is %.1f mrad off, the last reading %.1f", 1e3*off, 1e3*late)
	}
}

// TestTwinHoldsTheTarget: a target that somebody takes away is drawn where it was last seen, and
// the twin is not sure of it.
func TestTwinHoldsTheTarget(t *testing.T) {
	cell := emulate(t, nil)
	e := newEnv(t, Options{Workcell: cell.Workcell, Twin: load(t, "sim")})
	b, twin := newBuffers(), make([]uint8, 64*64*3)
	if err := e.Reset(1, b.pixels, b.proprio); err != nil {
		t.Fatal(err)
	}
	for e.target.weight == 0 {
		if _, _, _, err := e.Step(b.still(), b.pixels, b.proprio); err != nil {
			t.Fatal(err)
		}
	}
	if sure, err := e.Twin(twin); err != nil || !sure {
		t.Fatalf("sure %v, %v", sure, err)
	}
	before := e.Target()
	cell.PutTarget(before[0], 5)
	for range 2 {
		if _, _, _, err := e.Step(b.still(), b.pixels, b.proprio); err != nil {
			t.Fatal(err)
		}
	}
	if e.hidden() {
		t.Fatal("the arm is before the target: this seed does not test anything")
	}
	if sure, err := e.Twin(twin); err != nil || sure || e.Target() != before {
		t.Errorf("the target is gone: sure %v, %v, drawn at %v, was at %v", sure, err, e.Target(), before)
	}
}

// TestSeeTwin: an arm that is driven by its twin observes the twin's pictures, and records those of
// the camera.
func TestSeeTwin(t *testing.T) {
	cell := emulate(t, nil)
	recorded := make([]byte, 64*64*3)
	e := newEnv(t, Options{Workcell: cell.Workcell, Twin: load(t, "sim"), SeeTwin: true, Record: func(m *Moment) error {
		copy(recorded, m.Frame)
		return nil
	}})
	twin, n, same := make([]uint8, 64*64*3), 0, 0
	playTwin(t, e, 2, func(b *buffers) {
		if _, err := e.Twin(twin); err != nil {
			t.Fatal(err)
		}
		n++
		if bytes.Equal(twin, b.pixels) {
			same++
		}
		if bytes.Equal(recorded, b.pixels) || !bytes.Equal(recorded, e.frame[:]) {
			t.Fatalf("the record of observation %d is not the camera's picture", n)
		}
	})
	// Between step and look a reading of the same moment may come in, and the twin be drawn from
	// that.
	if t.Logf("%d of %d observations are the twin's picture", same, n); n < 60 || same < n/2 {
		t.Errorf("%d of %d observations are the twin's picture", same, n)
	}
	if _, err := New(Options{Workcell: cell.Workcell, SeeTwin: true}); err == nil {
		t.Error("to see a twin that there is not: no error")
	}
}

func TestTwinAllocatesNothing(t *testing.T) {
	cell := emulate(t, nil)
	e := newEnv(t, Options{Workcell: cell.Workcell, Twin: load(t, "sim")})
	b := newBuffers()
	if err := e.Reset(1, b.pixels, b.proprio); err != nil {
		t.Fatal(err)
	}
	if n := testing.AllocsPerRun(50, func() {
		if _, err := e.Twin(b.pixels); err != nil {
			t.Fatal(err)
		}
	}); n != 0 {
		t.Errorf("%v allocations a picture", n)
	}
}

func TestTwinRefuses(t *testing.T) {
	pixels := make([]uint8, 64*64*3)
	refuse := func(what string, e *Env, pixels []uint8, word string) {
		t.Helper()
		if _, err := e.Twin(pixels); err == nil || !strings.Contains(err.Error(), word) {
			t.Errorf("%s: %v, want an error about %q", what, err, word)
		}
	}
	refuse("no twin", newEnv(t, Options{Workcell: emulate(t, nil).Workcell}), pixels, "Options.Twin")
	e := newEnv(t, Options{Workcell: emulate(t, nil).Workcell, Twin: load(t, "sim")})
	refuse("before Reset", e, pixels, "Reset")
	b := newBuffers()
	if err := e.Reset(1, b.pixels, b.proprio); err != nil {
		t.Fatal(err)
	}
	refuse("a short buffer", e, pixels[1:], "bytes")
	if _, err := New(Options{Workcell: emulate(t, nil).Workcell, Twin: load(t, "random")}); err == nil ||
		!strings.Contains(err.Error(), "ranges") {
		t.Errorf("a twin with ranges: %v", err)
	}
}
