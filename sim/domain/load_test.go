package domain

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestLoadFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "evening.json")
	text := `{"name": "evening", "about": "The lamp is on.", "quantities": {
		"light.ambient": {"unit": "1", "low": 0.2, "high": 0.3, "from": "grey card"},
		"camera.roll": {"unit": "deg", "value": 4, "from": "level"}}}`
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	d := load(t, path)
	if d.Name() != "evening" || d.Fixed() || d.About() != "The lamp is on." {
		t.Errorf("loaded %q, %q, fixed %t", d.Name(), d.About(), d.Fixed())
	}
	want := []Quantity{{"camera.roll", "deg", 4, 4, "level"}, {"light.ambient", "1", 0.2, 0.3, "grey card"}}
	got := d.Quantities()
	if len(got) != 2 || got[0] != want[0] || got[1] != want[1] {
		t.Errorf("quantities are %v, want %v", got, want)
	}
	got[0].Low = 99
	if d.Quantities()[0].Low != 4 {
		t.Error("a caller can change the domain")
	}
}

func TestLoadErrors(t *testing.T) {
	one := func(quantity string) string { return `{"name": "x", "quantities": {` + quantity + `}}` }
	const good = `"light.ambient": {"unit": "1", "value": 0.3, "from": "x"}`
	for _, c := range []struct{ want, text string }{
		{"not a domain in JSON", ``},
		{"not a domain in JSON", `{"name": "x", "quantities": {`},
		{"not a domain in JSON", `[1]`},
		{"not a domain in JSON", `{"name": 3}`},
		{"after top-level value", one(good) + `{}`},
		{"unknown field", `{"name": "x", "quantity": {}}`},
		{`no "name"`, `{"quantities": {}}`},
		{`no "quantities"`, `{"name": "x"}`},
		{"quantities: want an object", `{"name": "x", "quantities": [1]}`},
		{"unknown field \"NAME\"", `{"name": "x", "NAME": "y", "quantities": {}}`},
		{"name is given twice", `{"name": "x", "name": "y", "quantities": {}}`},
		{"quantities is given twice", `{"name": "x", "quantities": {}, "quantities": {}}`},
		{"value is given twice", one(`"light.ambient": {"unit": "1", "value": 0.3, "value": 0.4, "from": "x"}`)},
		{"unknown field \"VALUE\"", one(`"light.ambient": {"unit": "1", "value": 0.3, "VALUE": 0.4, "from": "x"}`)},
		{"light.ambient.from: is null", one(`"light.ambient": {"unit": "1", "value": 0.3, "from": null}`)},
		{"did you mean light.ambient?", one(`"light.ambiant": {"unit": "1", "value": 0.3, "from": "x"}`)},
		{"did you mean camera.field-of-view?", one(`"camera.field_of_view": {"unit": "deg", "value": 30, "from": "x"}`)},
		{"given twice", one(good + "," + good)},
		{`light.ambient: unit is "lux", want "1"`, one(`"light.ambient": {"unit": "lux", "value": 0.3, "from": "x"}`)},
		{`unit is "cm", want "m"`, one(`"camera.position.x": {"unit": "cm", "value": 3, "from": "x"}`)},
		{`unit is "", want "s"`, one(`"motion.lag": {"value": 0.1, "from": "x"}`)},
		{`"from" is empty`, one(`"light.ambient": {"unit": "1", "value": 0.3, "from": " "}`)},
		{`either "value" or`, one(`"light.ambient": {"unit": "1", "from": "x"}`)},
		{`either "value" or`, one(`"light.ambient": {"unit": "1", "value": 1, "low": 0, "from": "x"}`)},
		{`either "value" or`, one(`"light.ambient": {"unit": "1", "low": 0, "from": "x"}`)},
		{"low 0.5 is above high 0.2", one(`"light.ambient": {"unit": "1", "low": 0.5, "high": 0.2, "from": "x"}`)},
		{"out of range", one(`"light.ambient": {"unit": "1", "low": 0.5, "high": 1.2, "from": "x"}`)},
		{"out of range", one(`"table.red": {"unit": "sRGB", "value": 256, "from": "x"}`)},
		{"unknown field", one(`"light.ambient": {"unit": "1", "mean": 0.3, "from": "x"}`)},
		{"light.ambient", one(`"light.ambient": {"unit": "1", "value": 1e999, "from": "x"}`)},
		{"not a domain in JSON", one(`"light.ambient": {"unit": "1", "value": NaN, "from": "x"}`)},
		{"light.ambient", one(`"light.ambient": 0.3`)},
		// Worlds at the ends of the ranges.
		{"inside the arm", one(`"camera.position.y": {"unit": "m", "low": -2, "high": -0.1, "from": "x"}, "camera.position.z": {"unit": "m", "value": 0.5, "from": "x"}`)},
		{"inside the arm", one(`"camera.position.x": {"unit": "m", "low": -3, "high": 3, "from": "x"}, "camera.position.y": {"unit": "m", "low": -3, "high": 3, "from": "x"}, "camera.position.z": {"unit": "m", "low": 0.1, "high": 3, "from": "x"}`)},
		{"below or in the table", one(`"camera.position.z": {"unit": "m", "low": 0, "high": 1.5, "from": "x"}`)},
		{"at some ends of the ranges", one(`"light.direction.z": {"unit": "1", "low": -1, "high": 1, "from": "x"}`)},
		{"no light", one(`"light.ambient": {"unit": "1", "value": 0, "from": "x"}, "light.diffuse": {"unit": "1", "low": 0, "high": 1, "from": "x"}`)},
		{"left edge", one(`"room.drop": {"unit": "m", "value": 0.7, "from": "x"}`)},
		{"repeats every", one(`"texture.grain": {"unit": "1", "value": 0.7, "from": "x"}`)},
		{"% of the worlds between the ends", one(`"box1.height": {"unit": "m", "low": 0, "high": 0.009, "from": "x"}, "box1.width": {"unit": "m", "value": 0.1, "from": "x"}, "box1.depth": {"unit": "m", "value": 0.1, "from": "x"}`)},
		{"box 2", one(`"box2.height": {"unit": "m", "value": 0.7, "from": "x"}`)},
	} {
		path := filepath.Join(t.TempDir(), "bad.json")
		if err := os.WriteFile(path, []byte(c.text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := Load(path); err == nil || !strings.Contains(err.Error(), c.want) ||
			!strings.Contains(err.Error(), "bad.json") {
			t.Errorf("error is %v, want one about %q in bad.json; file %s", err, c.want, c.text)
		}
	}
	for name, want := range map[string]string{
		"robto":              "neither a preset (sim, color-small, color-large",
		"no/such/file.json":  "nor a file",
		t.TempDir():          "directory",
		"":                   "neither a preset",
		"robot.json\x00.txt": "domain",
	} {
		if _, err := Load(name); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error of %q is %v, want one with %q", name, err, want)
		}
	}
	large := filepath.Join(t.TempDir(), "large.json")
	if err := os.WriteFile(large, []byte(strings.Repeat(" ", maxFile+1)), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Load(large); err == nil || !strings.Contains(err.Error(), "larger than") {
		t.Errorf("error of a huge file is %v", err)
	}
}

// FuzzLoad must not panic, and what it accepts must give worlds that can be drawn.
func FuzzLoad(f *testing.F) {
	for _, name := range Names() {
		text, err := presets.ReadFile(name + ".json")
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	f.Add([]byte(`{"name": "x", "quantities": {"light.ambient": {"unit": "1", "low": 0.2, "high": 0.3, "from": "y"}}}`))
	f.Add([]byte(`{"name": "x", "quantities": {"sensor.gamma": {"unit": "1", "value": 1e999, "from": "y"}}}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		d, err := loadText("fuzz", text)
		if err != nil {
			return
		}
		checkWorlds(t, d, 100)
	})
}
