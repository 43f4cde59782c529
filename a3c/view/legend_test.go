package view

import (
	"bytes"
	"image/png"
	"regexp"
	"strconv"
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

// TestLegendInAnotherFont: the names of an SVG's legend fit into the picture where the viewer has
// not got the chart's font, and draws them in one as wide as DejaVu Serif, 0.6 of its height a
// character.
func TestLegendInAnotherFont(t *testing.T) {
	for _, name := range []string{"column 1 driven by the twin", "recurrent wide, 64 workers, the mean of three runs"} {
		var b bytes.Buffer
		bands := []Band{{Name: name, X: []float64{0, 1}, Mean: []float64{1, 2}, Low: []float64{1, 2}, High: []float64{1, 2}}}
		if err := WriteBands(&b, SVG, Axes{Legend: LegendBeside}, bands); err != nil {
			t.Fatal(err)
		}
		number := func(pattern string) float64 {
			t.Helper()
			found := regexp.MustCompile(pattern).FindSubmatch(b.Bytes())
			if found == nil {
				t.Fatalf("no %s in\n%s", pattern, &b)
			}
			x, err := strconv.ParseFloat(string(found[1]), 64)
			if err != nil {
				t.Fatal(err)
			}
			return x
		}
		width, from := number(`width="([\d.]+)pt"`), number(`<text x="([\d.]+)"[^>]*>`+name)
		number(`font-family:[^;"]*,serif;font-size:([\d.]+)px">` + name)
		size := number(`font-size:([\d.]+)px">` + name)
		if to := from + 0.6*size*float64(len(name)); to > width {
			t.Errorf("%q ends at %.0f of %.0f points", name, to, width)
		}
	}
}
