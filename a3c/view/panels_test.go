package view

import (
	"bytes"
	"math"
	"strings"
	"testing"
)

// TestSinglePoint: a curve of one point is seen.
func TestSinglePoint(t *testing.T) {
	draw := func(b Band) int {
		var out bytes.Buffer
		if err := WriteBands(&out, SVG, Axes{}, []Band{b}); err != nil {
			t.Fatal(err)
		}
		return strings.Count(out.String(), "<path")
	}
	if one, none := draw(Band{X: []float64{1}, Mean: []float64{30}}),
		draw(Band{X: []float64{1}, Mean: []float64{math.NaN()}}); one <= none {
		t.Errorf("%d paths with a point, %d without", one, none)
	}
}

// TestPanelsAndClouds: all is there, in both formats, twice the same bytes, also without a single
// point.
func TestPanelsAndClouds(t *testing.T) {
	band := Band{Name: "one way", X: []float64{1, 2, 3}, Mean: []float64{30, 20, math.NaN()}}
	level := Band{Name: "untouched", X: []float64{0, 3}, Mean: []float64{12, 12}, Level: true}
	panels := []Panel{
		{Axes{Title: "first", Legend: LegendRight}, []Band{band, level}},
		{Axes{Title: "second"}, []Band{band}},
		{Axes{Title: "third"}, nil},
	}
	clouds := []Cloud{{"points", []float64{1e-4, 1e-3, 0, -1}, []float64{3, 40, 5, 5}}, {"none", nil, nil}}
	for name, draw := range map[string]func(b *bytes.Buffer, f Format) error{
		"panels":    func(b *bytes.Buffer, f Format) error { return WritePanels(b, f, panels) },
		"no panels": func(b *bytes.Buffer, f Format) error { return WritePanels(b, f, nil) },
		"clouds": func(b *bytes.Buffer, f Format) error {
			return WriteClouds(b, f, Axes{Title: "clouds", Legend: LegendBeside}, clouds)
		},
		"empty clouds": func(b *bytes.Buffer,
			f Format) error {
			return WriteClouds(b, f, Axes{Title: "empty"}, clouds[1:])
		},
		"one point": func(b *bytes.Buffer, f Format) error {
			return WriteClouds(b, f, Axes{}, []Cloud{{"it", []float64{1e-3}, []float64{0}}})
		},
	} {
		for _, format := range []Format{SVG, PNG} {
			var first, second bytes.Buffer
			if err := draw(&first, format); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			if err := draw(&second, format); err != nil {
				t.Fatal(err)
			}
			if first.Len() == 0 || !bytes.Equal(first.Bytes(), second.Bytes()) {
				t.Errorf("%s: %d and %d bytes", name, first.Len(), second.Len())
			}
			if name == "panels" && format == SVG {
				for _, want := range []string{"first", "second", "third", "one way", "untouched", "stroke-dasharray"} {
					if !strings.Contains(first.String(), want) {
						t.Errorf("no %q in the picture", want)
					}
				}
			}
		}
	}
}
