package reach_test

import (
	"encoding/binary"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"colonnade/sim"
	"colonnade/sim/domain"
	"colonnade/sim/reach"
)

// TestBadWorlds: a world that cannot be is refused before anything is drawn in it.
func TestBadWorlds(t *testing.T) {
	for _, c := range []struct{ quantities, want string }{
		{`"camera.position.x": {"unit": "m", "value": 0, "from": "x"}, "camera.position.y": {"unit": "m", "value": 0, "from": "x"},
		  "camera.position.z": {"unit": "m", "value": 0.2, "from": "x"}`, "inside the arm"},
		{`"motion.payload": {"unit": "kg", "value": -1, "from": "x"}`, "motion.payload"},
		{`"motion.latency": {"unit": "s", "value": 0.2, "from": "x"}`, "motion.latency"},
		{`"motion.payloda": {"unit": "kg", "value": 1, "from": "x"}`, "motion.payload"},
		{`"lens.blur": {"unit": "heights", "value": 1e999, "from": "x"}`, "lens.blur"},
	} {
		file := filepath.Join(t.TempDir(), "bad.json")
		if err := os.WriteFile(file, []byte(`{"name": "bad", "about": "for tests", "quantities": {`+c.quantities+`}}`),
			0o644); err != nil {
			t.Fatal(err)
		}
		if _, err := domain.Load(file); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v, want %q", c.quantities, err, c.want)
		}
	}
}

// TestBadModel: an arm that cannot be drawn in the domain's scene is an error at the call, not a
// picture of nothing.
func TestBadModel(t *testing.T) {
	desc := sim.Canonical().Description()
	desc.Links[sim.Hand].Pos[1] = 100 // far outside of any scene
	m, err := sim.Compile(desc)
	if err != nil {
		t.Fatal(err)
	}
	e := newEnv(t, reach.Options{Model: m})
	if err := e.Reset(1, make([]uint8, 64*64*3), nil); err == nil {
		t.Error("an arm of 100 m was drawn")
	}
}

// TestStateOutOfControl: a state whose arm moves faster than any can is no picture of numbers that
// are not finite: the environment goes on or says what is wrong.
func TestStateOutOfControl(t *testing.T) {
	e := newEnv(t, reach.Options{Domain: load(t, "robot")})
	pixels, proprio := make([]uint8, 64*64*3), make([]float32, 18)
	for _, speed := range []float64{50, 1e5, -sim.MaxAngle} {
		reset(t, e, 1)
		state, err := e.MarshalBinary()
		if err != nil {
			t.Fatal(err)
		}
		const arm = 82 // offset of the simulator's part, from binary.go
		for i := range sim.NumJoints {
			binary.LittleEndian.PutUint64(state[arm+8*(sim.NumJoints+i):], math.Float64bits(speed))
		}
		if err := e.UnmarshalBinary(state); err != nil {
			t.Fatal(err)
		}
		for range 5 {
			_, terminated, truncated, err := e.Step(rest(), pixels, proprio)
			for i, x := range proprio {
				if math.IsNaN(float64(x)) || math.IsInf(float64(x), 0) {
					t.Fatalf("speed %g: proprioception %d is %g (%v)", speed, i, x, err)
				}
			}
			if err != nil || terminated || truncated {
				break
			}
		}
	}
}
