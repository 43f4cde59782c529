package view

import (
	"bytes"
	"image/png"
	"testing"
)

// TestLongNames: a legend beside a chart has the room that its names need.
func TestLongNames(t *testing.T) {
	draw := func(name string) int {
		var b bytes.Buffer
		bands := []Band{{Name: name, X: []float64{0, 1}, Mean: []float64{1, 2}, Low: []float64{1, 2}, High: []float64{1, 2}}}
		if err := WriteBands(&b, PNG, Axes{Legend: LegendBeside}, bands); err != nil {
			t.Fatal(err)
		}
		config, err := png.DecodeConfig(&b)
		if err != nil {
			t.Fatal(err)
		}
		return config.Width
	}
	if short, long := draw("a"), draw("feedforward wide, workers 16, 1 run of many"); long <= short {
		t.Errorf("%d pixels for a long name, %d for a short one", long, short)
	}
}
