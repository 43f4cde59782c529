package domain

import (
	"encoding/json"
	"math/rand/v2"
	"reflect"
	"testing"

	"colonnade/sim"
	_ "colonnade/sim/internal/simtest"
	"colonnade/sim/render"
)

func load(tb testing.TB, name string) *Domain {
	tb.Helper()
	d, err := Load(name)
	if err != nil {
		tb.Fatal(err)
	}
	return d
}

func TestPresetsLoad(t *testing.T) {
	for _, name := range Names() {
		d := load(t, name)
		if d.Name() != name {
			t.Errorf("preset %s calls itself %s", name, d.Name())
		}
		if d.About() == "" {
			t.Errorf("preset %s does not say what it is", name)
		}
		if want := name != "random"; d.Fixed() != want {
			t.Errorf("preset %s is fixed: %t, want %t", name, d.Fixed(), want)
		}
	}
}

// TestSimIsTheDefault holds the file of sim to the scene that column 1 was trained in.
func TestSimIsTheDefault(t *testing.T) {
	var w World
	load(t, "sim").Draw(nil, &w)
	if !reflect.DeepEqual(&w.Scene, render.DefaultScene()) {
		t.Errorf("scene is %+v, want %+v", w.Scene, *render.DefaultScene())
	}
	if w.Motion != (sim.Motion{}) {
		t.Errorf("motion is %+v, want none", w.Motion)
	}
	if w.Sensor != base.Sensor {
		t.Errorf("sensor is %+v, want %+v", w.Sensor, base.Sensor)
	}
}

// TestDraw checks that worlds depend on the generator alone, and lie within the ranges.
func TestDraw(t *testing.T) {
	d := load(t, "random")
	var a, b World
	b.Scene.Boxes[2].Height = 7 // must not survive
	d.Draw(rand.New(rand.NewPCG(1, 2)), &a)
	d.Draw(rand.New(rand.NewPCG(1, 2)), &b)
	if a != b {
		t.Error("the same seed gives two worlds")
	}
	rng := rand.New(rand.NewPCG(3, 4))
	low, high := 1.0, -1.0
	for range 1000 {
		d.Draw(rng, &b)
		if err := b.validate(); err != nil {
			t.Fatal(err)
		}
		x := b.Scene.Camera.Position[0]
		low, high = min(low, x), max(high, x)
	}
	for _, q := range d.Quantities() {
		if q.Key == "camera.position.x" && (low < q.Low || high > q.High || high-low < 0.98*(q.High-q.Low)) {
			t.Errorf("%s was %g to %g, want all of %g to %g", q.Key, low, high, q.Low, q.High)
		}
	}
}

// holes are domains with worlds in the middle of their ranges that cannot be.
var holes = map[string]string{
	"a height of 0 or of at least 5 mm": `"box1.height": {"unit": "m", "low": 0, "high": 0.1, "from": "x"},
		"box1.width": {"unit": "m", "value": 0.1, "from": "x"}, "box1.depth": {"unit": "m", "value": 0.1, "from": "x"}`,
	"a table 0 or at least 10 cm above the floor": `"room.drop": {"unit": "m", "low": 0, "high": 0.74, "from": "x"},
		"room.left": {"unit": "m", "value": -1, "from": "x"}, "room.right": {"unit": "m", "value": 1, "from": "x"},
		"room.near": {"unit": "m", "value": -1, "from": "x"}, "room.far": {"unit": "m", "value": 1, "from": "x"},
		"room.wall": {"unit": "m", "value": 3, "from": "x"}`,
	"a camera on its way through a box": `"camera.position.x": {"unit": "m", "low": -2, "high": 2, "from": "x"},
		"camera.position.z": {"unit": "m", "value": 0.3, "from": "x"}, "box1.y": {"unit": "m", "value": -1.78, "from": "x"},
		"box1.height": {"unit": "m", "value": 0.5, "from": "x"}, "box1.width": {"unit": "m", "value": 0.5, "from": "x"},
		"box1.depth": {"unit": "m", "value": 0.5, "from": "x"}`,
	"a camera straight above what it looks at": `"camera.position.y": {"unit": "m", "low": -0.5, "high": -0.28, "from": "x"},
		"camera.position.z": {"unit": "m", "value": 19, "from": "x"}`,
	"a box that passes the camera": `"camera.position.z": {"unit": "m", "value": 0.3, "from": "x"},
		"box1.x": {"unit": "m", "low": -2, "high": 2, "from": "x"}, "box1.y": {"unit": "m", "value": -1.78, "from": "x"},
		"box1.height": {"unit": "m", "value": 0.5, "from": "x"}, "box1.width": {"unit": "m", "value": 0.5, "from": "x"},
		"box1.depth": {"unit": "m", "value": 0.5, "from": "x"}`,
	"a pattern that repeats every 0 to 20 cm": `"texture.size": {"unit": "m", "low": 0, "high": 0.2, "from": "x"},
		"texture.grain": {"unit": "1", "low": 0, "high": 1, "from": "x"}`,
	"a range whose ends differ by a rounding error": `"lens.blur": {"unit": "heights", "low": 0.029999999999999995, "high": 0.03, "from": "x"}`,
}

// TestHoles: Load accepts what it can only try at some places; whatever it accepts, Draw never
// gives a world that an environment would refuse, in step 140,000 of a training.
func TestHoles(t *testing.T) {
	for what, quantities := range holes {
		d, err := loadText("test", []byte(`{"name": "x", "quantities": {`+quantities+`}}`))
		if err != nil {
			t.Logf("%s: refused: %v", what, err)
			continue
		}
		checkWorlds(t, d, 20000)
	}
}

// checkWorlds draws n worlds, each of which must be one that can be drawn and has its numbers in
// their ranges.
func checkWorlds(t *testing.T, d *Domain, n int) {
	t.Helper()
	rng := rand.New(rand.NewPCG(7, 7))
	var w World
	for i := range n {
		if d.Draw(rng, &w); w.validate() != nil {
			t.Fatalf("world %d of %v cannot be: %v", i, d.quantities, w.validate())
		}
	}
}

// TestRangeEndsStayInRange: low + (high - low) can be above high by a rounding error, so that Load
// would refuse a range whose high end is the largest that may be.
func TestRangeEndsStayInRange(t *testing.T) {
	rng := rand.New(rand.NewPCG(8, 8))
	var x float64
	for range 100000 {
		low := -0.1 * rng.Float64()
		d := &Domain{settings: []setting{{low, 0.01 * rng.Float64(), func(_ *World, y float64) { x = y }}}}
		if d.fill(new(World), func(int) float64 { return 1 }); x > d.settings[0].high || x < low {
			t.Fatalf("the end of %g to %g is %g", low, d.settings[0].high, x)
		}
	}
}

// TestDrawGivesUp: a domain that Load would refuse gives the world at the low ends after so many
// tries.
func TestDrawGivesUp(t *testing.T) {
	tries := 0
	d := &Domain{ranged: true, settings: []setting{{0, 1, func(w *World, x float64) {
		if x > 0 {
			w.Motion.Lag = -1
			tries++
		}
	}}}}
	var w World
	if d.Draw(rand.New(rand.NewPCG(1, 1)), &w); w.validate() != nil || tries != maxDraws {
		t.Errorf("after %d tries: %v", tries, w.validate())
	}
}

func TestDrawAllocatesNothing(t *testing.T) {
	d := load(t, "random")
	rng := rand.New(rand.NewPCG(1, 2))
	var w World
	if n := testing.AllocsPerRun(100, func() { d.Draw(rng, &w) }); n != 0 {
		t.Errorf("Draw allocates %g times", n)
	}
}

// TestEveryKeyIsSet checks that each key changes its own number of a world and no other.
func TestEveryKeyIsSet(t *testing.T) {
	changed := make(map[string]string)
	for i := range keys {
		k := &keys[i]
		var w World
		k.set(&w, 1)
		if w == (World{}) {
			t.Errorf("%s sets nothing", k.name)
		}
		text, err := json.Marshal(w)
		if err != nil {
			t.Fatal(err)
		}
		if other, twice := changed[string(text)]; twice {
			t.Errorf("%s sets what %s sets", k.name, other)
		}
		changed[string(text)] = k.name
		if !(k.low < k.high) {
			t.Errorf("%s has bounds %g to %g", k.name, k.low, k.high)
		}
	}
}

// TestRandomHoldsEveryPreset checks that each range of random holds what every other preset has
// there, with room on both sides but where both end at none of something, or at all of a colour.
func TestRandomHoldsEveryPreset(t *testing.T) {
	ranges := make(map[string]Quantity)
	for _, q := range load(t, "random").Quantities() {
		ranges[q.Key] = q
	}
	for _, name := range Names() {
		if name == "random" {
			continue
		}
		for _, q := range load(t, name).Quantities() {
			r, ok := ranges[q.Key]
			if q.Key == "target.radius" || q.Key == "target.height" || q.Key == "light.direction.z" {
				continue // the task's; and of the light only the direction counts
			}
			if !ok {
				t.Errorf("random does not vary %s, which %s sets", q.Key, name)
				continue
			}
			room := 0.05 * (r.High - r.Low)
			below, above := q.Low-r.Low, r.High-q.High
			none, full := q.Low == 0 && r.Low == 0, q.High == 255 && r.High == 255
			if below < room && !none || above < room && !full {
				t.Errorf("%s is %g in %s, random has %g to %g", q.Key, q.Low, name, r.Low, r.High)
			}
		}
	}
}
