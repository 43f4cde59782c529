package view

import (
	"bytes"
	"encoding/xml"
	"image/png"
	"io"
	"strings"
	"testing"

	"gonum.org/v1/plot/plotter"

	"colonnade/a3c"
)

func rows(n int) []a3c.Metrics {
	var all []a3c.Metrics
	for i := range n {
		all = append(all, a3c.Metrics{
			Steps: int64(i+1) * 20000, WindowEpisodes: 400, Score: float64(i) / 4, Reached: 0.5, Violations: 0.1,
			Entropy: []float64{1, 0.5, 0.8},
		})
	}
	return all
}

func TestCurveIsValidSVGWithTheSameBytes(t *testing.T) {
	var a, b bytes.Buffer
	for _, w := range []*bytes.Buffer{&a, &b} {
		if err := WriteCurve(w, SVG, "run one", rows(100)); err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(a.Bytes(), b.Bytes()) {
		t.Error("the same metrics must give the same bytes")
	}
	decoder := xml.NewDecoder(bytes.NewReader(a.Bytes()))
	paths := 0
	for {
		token, err := decoder.Token()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatalf("not XML: %v", err)
		}
		if start, ok := token.(xml.StartElement); ok && start.Name.Local == "path" {
			paths++
		}
	}
	if paths < 6 {
		t.Errorf("%d paths, want at least the six lines", paths)
	}
	for _, want := range []string{"run one", "score of an episode", "environment steps", "target reached", "2M"} {
		if !strings.Contains(a.String(), want) {
			t.Errorf("the curve does not say %q", want)
		}
	}
}

func TestCurveAsPNG(t *testing.T) {
	var b bytes.Buffer
	if err := WriteCurve(&b, PNG, "", rows(3)); err != nil {
		t.Fatal(err)
	}
	if img, err := png.Decode(&b); err != nil || img.Bounds().Dx() < 400 {
		t.Errorf("got %v, %v", img, err)
	}
}

// A run that has only just begun still has a curve.
func TestCurveWithoutEpisodes(t *testing.T) {
	for _, metrics := range [][]a3c.Metrics{nil, {{Steps: 10}}} {
		if err := WriteCurve(io.Discard, SVG, "young", metrics); err != nil {
			t.Errorf("%d rows: %v", len(metrics), err)
		}
	}
}

func TestMovingMean(t *testing.T) {
	got := movingMean(plotter.XYs{{X: 1, Y: 2}, {X: 2, Y: 4}, {X: 3, Y: 9}}, 2)
	if want := (plotter.XYs{{X: 1, Y: 2}, {X: 2, Y: 3}, {X: 3, Y: 6.5}}); got[0] != want[0] || got[1] != want[1] || got[2] != want[2] {
		t.Errorf("got %v, want %v", got, want)
	}
}
