package reach_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"colonnade/sim"
	"colonnade/sim/reach"
)

func TestSpec(t *testing.T) {
	pixels, proprio, choices := newEnv(t, reach.Options{}).Spec()
	if pixels != [3]int{64, 64, 3} || proprio != 18 || !slices.Equal(choices, []int{3, 3, 3, 3, 3, 3, 3, 3, 3}) {
		t.Errorf("Spec is %v, %d, %v", pixels, proprio, choices)
	}
	if pixels, _, _ := newEnv(t, reach.Options{Pixels: 32}).Spec(); pixels != [3]int{32, 32, 3} {
		t.Errorf("with 32 pixels it is %v", pixels)
	}
}

func TestActions(t *testing.T) {
	e := newEnv(t, reach.Options{})
	if _, _, _, err := e.Step(rest(), nil, nil); err == nil || !strings.Contains(err.Error(), "call Reset first") {
		t.Errorf("a step before the first Reset: error %v", err)
	}
	reset(t, e, 1)
	for _, c := range []struct {
		action []int
		want   string
	}{
		{nil, "0 factors, want 9"},
		{make([]int, 8), "8 factors, want 9"},
		{make([]int, 10), "10 factors, want 9"},
		{[]int{1, 1, 1, 1, 3, 1, 1, 1, 1}, "action of joint_5 is 3"},
		{[]int{1, 1, 1, 1, 1, 1, 1, 1, -1}, "action of finger_3 is -1"},
	} {
		before, _ := e.MarshalBinary()
		_, _, _, err := e.Step(c.action, nil, nil)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("action %v: error %v, want %q", c.action, err, c.want)
		}
		if after, _ := e.MarshalBinary(); !bytes.Equal(before, after) {
			t.Errorf("action %v was refused, but changed the state", c.action)
		}
	}
	if _, _, _, err := e.Step(rest(), nil, nil); err != nil {
		t.Errorf("after refused actions: %v", err)
	}
}

func TestBuffers(t *testing.T) {
	e := newEnv(t, reach.Options{})
	for _, c := range []struct {
		pixels, proprio int
		want            string
	}{
		{1, 0, "1 bytes, want 12288 or none"},
		{64 * 64 * 4, 0, "16384 bytes"},
		{0, 9, "9 values, want 18 or none"},
	} {
		if err := e.Reset(1, make([]uint8, c.pixels), make([]float32, c.proprio)); err == nil ||
			!strings.Contains(err.Error(), c.want) {
			t.Errorf("Reset: error %v, want %q", err, c.want)
		}
		reset(t, e, 1)
		if _, _, _, err := e.Step(rest(), make([]uint8, c.pixels), make([]float32, c.proprio)); err == nil ||
			!strings.Contains(err.Error(), c.want) {
			t.Errorf("Step: error %v, want %q", err, c.want)
		}
	}
}

func TestOptions(t *testing.T) {
	desc := sim.Canonical().Description()
	delete(desc.Keyframes, "reach_start")
	m, err := sim.Compile(desc)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		opt  reach.Options
		want string
	}{
		{reach.Options{PhysicsStep: 0.003}, "not a whole multiple"},
		{reach.Options{Pixels: -1}, "pixels is -1"},
		{reach.Options{Pixels: 5000}, "pixels is 5000"},
		{reach.Options{Supersample: -1}, "supersample is -1"},
		{reach.Options{TargetEvery: -1}, "target-every is -1"},
		{reach.Options{Task: 2}, "task is 2"},
		{reach.Options{Model: m}, `no keyframe "reach_start"`},
	} {
		if _, err := reach.New(c.opt); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%+v: error %v, want %q", c.opt, err, c.want)
		}
	}
}
