package robot

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"colonnade/sim"
)

// The arm gets to its starts, and the target moves every third episode.
func TestResets(t *testing.T) {
	cell := emulate(t, nil)
	e := newEnv(t, Options{Workcell: cell.Workcell})
	b, rng := newBuffers(), rand.New(rand.NewPCG(3, 3))
	var places []sim.Vec3
	for seed := range uint64(12) {
		if err := e.Reset(seed, b.pixels, b.proprio); err != nil {
			t.Fatal(err)
		}
		q, _ := e.Joints()
		for i := range q {
			if d := math.Abs(q[i] - e.start[i]); d > 0.08 {
				t.Errorf("episode %d: joint %d starts %.3f rad off", seed, i+1, d)
			}
		}
		places = append(places, cell.TrueTarget())
		for range 10 {
			if _, over, _, err := e.Step(b.random(rng), b.pixels, b.proprio); err != nil {
				t.Fatal(err)
			} else if over {
				break
			}
		}
	}
	for i := range places {
		if moved := i > 0 && places[i] != places[i-1]; moved != (i > 0 && i%3 == 0) {
			t.Errorf("episode %d: target %v after %v", i, places[i], places[max(0, i-1)])
		}
	}
}

// Fresh episodes depend on seed and actions alone.
func TestFreshEpisodesRepeat(t *testing.T) {
	world := robotWorld(t)
	plane, err := CalibrateEmulated(world)
	if err != nil {
		t.Fatal(err)
	}
	fresh := func(seed uint64, start *[sim.NumJoints]float64) (*Workcell, error) {
		l, err := Emulate(Emulation{World: world, Seed: seed, Start: start, Plane: plane})
		if err != nil {
			return nil, err
		}
		return l.Workcell, nil
	}
	b := newBuffers()
	var first []uint8
	for _, seeds := range [][]uint64{{7}, {3, 7}} {
		e := newEnv(t, Options{Fresh: fresh})
		for _, seed := range seeds {
			if err := e.Reset(seed, b.pixels, b.proprio); err != nil {
				t.Fatal(err)
			}
			rng := rand.New(rand.NewPCG(1, 1))
			for range 20 {
				if _, over, _, err := e.Step(b.random(rng), b.pixels, b.proprio); err != nil {
					t.Fatal(err)
				} else if over {
					break
				}
			}
		}
		if first == nil {
			first = slices.Clone(b.pixels)
		} else if !slices.Equal(first, b.pixels) {
			t.Error("the same episode looks otherwise after another one")
		}
	}
}

func TestOptionsAreChecked(t *testing.T) {
	cell := &Workcell{}
	for name, opt := range map[string]Options{
		"nothing": {}, "an empty cell": {Workcell: cell},
		"both": {Workcell: cell, Fresh: func(uint64, *[sim.NumJoints]float64) (*Workcell, error) { return nil, nil }},
	} {
		if _, err := New(opt); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	full := emulate(t, nil)
	defer full.Shut()
	for name, opt := range map[string]Options{"every": {Workcell: full.Workcell, TargetEvery: -1},
		"patience": {Workcell: full.Workcell, Patience: -1}} {
		if _, err := New(opt); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	if _, err := Emulate(Emulation{}); err == nil {
		t.Error("an emulation without a world")
	}
}
