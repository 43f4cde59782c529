package reach_test

import (
	"bytes"
	"encoding"
	"encoding/binary"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"colonnade/sim/reach"
)

var (
	_ encoding.BinaryMarshaler   = (*reach.Env)(nil)
	_ encoding.BinaryUnmarshaler = (*reach.Env)(nil)
)

// TestResume goes on from a saved state in another Env, and compares every bit with the one that
// never stopped.
func TestResume(t *testing.T) {
	for _, opt := range []reach.Options{
		{}, {PhysicsStep: 0.002}, {PhysicsStep: 0.02}, {TargetEvery: 3}, {Task: reach.Conveyor, TargetEvery: 3},
		{Domain: load(t, "robot")}, {Domain: load(t, "random")}, {Domain: load(t, "random"), Task: reach.Conveyor},
	} {
		a, b := newEnv(t, opt), newEnv(t, opt)
		rng := rand.New(rand.NewPCG(1, 1))
		pa, pb := make([]uint8, 64*64*3), make([]uint8, 64*64*3)
		seed := uint64(0)
		running := false
		for range 300 {
			state, err := a.MarshalBinary()
			if err != nil {
				t.Fatal(err)
			}
			if err := b.UnmarshalBinary(state); err != nil {
				t.Fatal(err)
			}
			if again, _ := b.MarshalBinary(); !bytes.Equal(state, again) {
				t.Fatal("a state read back and saved again is another")
			}
			if !running {
				seed++
				running = true
				if err := a.Reset(seed, pa, nil); err != nil {
					t.Fatal(err)
				}
				if err := b.Reset(seed, pb, nil); err != nil {
					t.Fatal(err)
				}
			} else {
				action := randomAction(rng)
				ra, terminated, truncated, err := a.Step(action, pa, nil)
				if err != nil {
					t.Fatal(err)
				}
				rb, tb, cb, err := b.Step(action, pb, nil)
				if err != nil || ra != rb || terminated != tb || truncated != cb || a.Violation() != b.Violation() {
					t.Fatalf("resumed: %g, %v, %v, %v (%v), want %g, %v, %v, %v", rb, tb, cb, b.Violation(), err, ra,
						terminated, truncated, a.Violation())
				}
				running = !terminated && !truncated
			}
			qa, va := a.Joints()
			qb, vb := b.Joints()
			if qa != qb || va != vb || a.Target() != b.Target() || a.Steps() != b.Steps() || !bytes.Equal(pa, pb) {
				t.Fatal("the resumed environment went another way")
			}
		}
	}
}

func TestDamagedState(t *testing.T) {
	e := newEnv(t, reach.Options{})
	reset(t, e, 1)
	good, err := e.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	change := func(f func(b []byte)) []byte {
		b := bytes.Clone(good)
		f(b)
		return b
	}
	// Offsets from binary.go.
	const steps, target, cause, arm = 15, 25, 65, 82
	for _, c := range []struct {
		name string
		data []byte
		want string
	}{
		{"empty", nil, "not a saved environment"},
		{"header alone", good[:arm], "saved state has 0 bytes"},
		{"truncated", good[:len(good)-1], "saved state has 263 bytes"},
		{"longer", append(bytes.Clone(good), 0), "saved state has 265 bytes"},
		{"another magic", change(func(b []byte) { b[0] = 'x' }), "not a saved environment"},
		{"another version", change(func(b []byte) { b[5] = 1 }), "version 1"},
		{"another task", change(func(b []byte) { b[6] = 1 }), "task conveyor"},
		{"angle not a number", change(func(b []byte) {
			binary.LittleEndian.PutUint64(b[arm:], math.Float64bits(math.NaN()))
		}), "not finite"},
		{"angle too large", change(func(b []byte) { binary.LittleEndian.PutUint64(b[arm:], math.Float64bits(1e9)) }),
			"too large"},
		{"target not a number", change(func(b []byte) {
			binary.LittleEndian.PutUint64(b[target:], math.Float64bits(math.NaN()))
		}), "not finite"},
		{"too many steps", change(func(b []byte) { b[steps] = 51 }), "damaged"},
		{"ended and running", change(func(b []byte) { b[steps] = 50 }), "has ended and goes on"},
		{"violated and running", change(func(b []byte) { b[cause] = 1 }), "has ended and goes on"},
		{"too many episodes", change(func(b []byte) { b[steps+4] = 2 }), "target-every"},
		{"running neither yes nor no", change(func(b []byte) { b[steps+8] = 2 }), "damaged"},
		{"direction neither", change(func(b []byte) { b[steps+9] = 2 }), "damaged"},
		{"unknown cause", change(func(b []byte) { b[cause] = 9 }), "damaged"},
		{"unknown body", change(func(b []byte) { b[cause+1] = 10 }), "body that does not exist"},
	} {
		err := e.UnmarshalBinary(c.data)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v, want %q", c.name, err, c.want)
		}
		if after, _ := e.MarshalBinary(); !bytes.Equal(after, good) {
			t.Errorf("%s: refused, but the state changed", c.name)
		}
	}
}

// TestStateOfAnotherWorld: a state from a domain with another latency does not fit, and is refused
// whole.
func TestStateOfAnotherWorld(t *testing.T) {
	robot, random := newEnv(t, reach.Options{Domain: load(t, "robot")}),
		newEnv(t, reach.Options{Domain: load(t, "random")})
	reset(t, robot, 1)
	reset(t, random, 2)
	state, err := robot.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	before, _ := random.MarshalBinary()
	world := random.World()
	if err := random.UnmarshalBinary(state); err == nil || !strings.Contains(err.Error(), "another latency") {
		t.Errorf("error %v, want one about the latency", err)
	}
	if after, _ := random.MarshalBinary(); !bytes.Equal(before, after) || random.World() != world {
		t.Error("a refused state changed the environment")
	}
}

func FuzzUnmarshalBinary(f *testing.F) {
	e := newEnv(f, reach.Options{})
	reset(f, e, 1)
	good, err := e.MarshalBinary()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good)
	f.Add(good[:20])
	f.Add(good[:90])
	f.Fuzz(func(t *testing.T, data []byte) {
		if e.UnmarshalBinary(data) != nil {
			return
		}
		if again, _ := e.MarshalBinary(); !bytes.Equal(again, data) {
			t.Errorf("read %x, saved %x", data, again)
		}
		if _, _, _, err := e.Step(rest(), nil, nil); err != nil {
			t.Logf("the state is refused later: %v", err)
		}
	})
}
