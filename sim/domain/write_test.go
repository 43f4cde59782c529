package domain

import (
	"bytes"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

// TestWrite reads back what it wrote: every preset, from a file, as it was.
func TestWrite(t *testing.T) {
	for _, name := range Names() {
		d := load(t, name)
		var text bytes.Buffer
		if err := Write(&text, d.Name(), d.About(), d.Quantities()); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		path := filepath.Join(t.TempDir(), "lab.json")
		if err := os.WriteFile(path, text.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
		again := load(t, path)
		if again.Name() != d.Name() || again.About() != d.About() ||
			!reflect.DeepEqual(again.Quantities(), d.Quantities()) {
			t.Errorf("%s is another one when read back:\n%s", name, text.Bytes())
		}
	}
}

// TestWriteRefuses tries what Load would refuse.
func TestWriteRefuses(t *testing.T) {
	for want, q := range map[string]Quantity{
		"unknown quantity": {Key: "motion.latence", Unit: "s", From: "test"},
		"unit is":          {Key: "motion.latency", Unit: "m", From: "test"},
		"out of range":     {Key: "motion.latency", Unit: "s", Low: 7, High: 7, From: "test"},
		"from":             {Key: "motion.latency", Unit: "s"},
		"NaN":              {Key: "motion.latency", Unit: "s", Low: math.NaN(), High: math.NaN(), From: "test"},
	} {
		var text bytes.Buffer
		err := Write(&text, "lab", "", []Quantity{q})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
		if text.Len() > 0 {
			t.Errorf("%q: wrote %d bytes all the same", want, text.Len())
		}
	}
}
