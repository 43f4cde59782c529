package view

import (
	"bytes"
	"encoding/xml"
	"io"
	"math"
	"strings"
	"testing"

	"gonum.org/v1/plot/plotter"
)

func TestLinesAreValidSVGOnBothPapers(t *testing.T) {
	x := make([]float64, 5000)
	y := make([]float64, 5000)
	for i := range x {
		x[i], y[i] = float64(i)*1e4, math.Sin(float64(i)/500)
	}
	y[7] = math.NaN()
	lines := []Line{{"raw", x, y, true}, {"mean", x, Smooth(x, y, 50), false}}
	var light, dark bytes.Buffer
	for paper, b := range map[bool]*bytes.Buffer{false: &light, true: &dark} {
		if err := WriteLines(b, paper, lines); err != nil {
			t.Fatal(err)
		}
		if err := xml.Unmarshal(b.Bytes(), new(struct{})); err != nil {
			t.Errorf("not XML: %v", err)
		}
		if b.Len() > 60_000 {
			t.Errorf("%d bytes for a small chart", b.Len())
		}
	}
	if !strings.Contains(light.String(), "#0072B2") || !strings.Contains(dark.String(), "#4EA3E0") || strings.Contains(dark.String(), "#FFFFFF") {
		t.Error("the colours are not those of the paper")
	}
}

func TestLinesOfAYoungRun(t *testing.T) {
	for _, lines := range [][]Line{nil, {{Name: "none"}}, {{"one", []float64{5}, []float64{0}, false}}, {{"bad", []float64{5}, []float64{math.Inf(1)}, false}}} {
		if err := WriteLines(io.Discard, false, lines); err != nil {
			t.Errorf("%v: %v", lines, err)
		}
	}
}

func TestThinKeepsTheMean(t *testing.T) {
	xy := make(plotter.XYs, 1000)
	for i := range xy {
		xy[i] = plotter.XY{X: float64(i), Y: 2 * float64(i)}
	}
	got := thin(xy, 100)
	if len(got) != 100 || got[0] != (plotter.XY{X: 4.5, Y: 9}) || got[99] != (plotter.XY{X: 994.5, Y: 1989}) {
		t.Errorf("got %d points from %v to %v", len(got), got[0], got[len(got)-1])
	}
}
