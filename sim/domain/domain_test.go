package domain

import (
	"encoding/json"
	"math/rand/v2"
	"reflect"
	"testing"

	"colonnade/sim"
	_ "colonnade/sim/internal/goldenflag"
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

// TestRandomHoldsEveryPreset checks that each range of random holds what every other preset has there, with room on both sides
// but where both end at none of something, or at all of a colour.
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
