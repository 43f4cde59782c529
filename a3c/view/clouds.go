package view

import (
	"fmt"
	"io"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Cloud is a set of points of one kind.
type Cloud struct {
	Name string
	X, Y []float64
}

// WriteClouds draws points over something positive, on a logarithmic axis. Points that are not
// finite, or not above 0 in X, are left out.
func WriteClouds(w io.Writer, format Format, axes Axes, clouds []Cloud) error {
	p := plot.New()
	p.Title.Text, p.X.Label.Text, p.Y.Label.Text = axes.Title, axes.X, axes.Y
	p.X.Scale, p.X.Tick.Marker = plot.LogScale{}, plot.LogTicks{Prec: -1}
	p.Legend.Top, p.Legend.Left = true, axes.Legend != LegendRight
	p.Add(plotter.NewGrid())
	for i, c := range clouds {
		var xy plotter.XYs
		for _, point := range points(c.X, c.Y) {
			if point.X > 0 {
				xy = append(xy, point)
			}
		}
		if len(xy) == 0 {
			continue
		}
		dots, err := plotter.NewScatter(xy)
		if err != nil {
			return fmt.Errorf("draw %s: %w", c.Name, err)
		}
		dots.Color, dots.Shape, dots.Radius = palette[i%len(palette)], shapes[i%len(shapes)], vg.Points(2.5)
		p.Add(dots)
		p.Legend.Add(c.Name, dots)
	}
	p.Y.Min = 0
	if math.IsInf(p.X.Min, 0) || p.X.Min <= 0 { // no point at all
		p.X.Min, p.X.Max = 1, 10
	}
	if p.X.Max <= p.X.Min {
		p.X.Min, p.X.Max = p.X.Min/2, p.X.Max*2
	}
	p.Y.Max = max(p.Y.Max, 1)
	return writeBeside(w, format, axes.Legend, p)
}

// shapes tell lines apart for those to whom colours do not.
var shapes = []draw.GlyphDrawer{draw.CircleGlyph{}, draw.SquareGlyph{}, draw.TriangleGlyph{}, draw.RingGlyph{},
	draw.BoxGlyph{}, draw.PyramidGlyph{}, draw.CrossGlyph{}}

// Response is how something falls as a disturbance grows.
type Response struct {
	Name   string
	Values []float64 // one for each strength but the first, which all responses share
}

// WriteResponses draws responses over named strengths, the first of which is none: there all have
// the value undisturbed.
func WriteResponses(w io.Writer, format Format, axes Axes, strengths []string, undisturbed float64,
	responses []Response) error {
	p := plot.New()
	p.Title.Text, p.X.Label.Text, p.Y.Label.Text = axes.Title, axes.X, axes.Y
	p.Y.Min = 0
	p.Add(plotter.NewGrid())
	p.Legend.Top, p.Legend.XOffs = true, 0
	for i, r := range responses {
		if len(r.Values) > len(strengths)-1 {
			return fmt.Errorf("chart: %s has %d values for %d strengths", r.Name, len(r.Values), len(strengths)-1)
		}
		xy := plotter.XYs{{X: 0, Y: undisturbed}}
		for j, v := range r.Values {
			xy = append(xy, plotter.XY{X: float64(j + 1), Y: v})
		}
		line, marks, err := plotter.NewLinePoints(xy)
		if err != nil {
			return fmt.Errorf("draw %s: %w", r.Name, err)
		}
		line.Color, line.Width = palette[i%len(palette)], vg.Points(1.4)
		marks.Color, marks.Shape, marks.Radius = line.Color, shapes[i%len(shapes)], vg.Points(2.5)
		if i >= len(palette) { // the second round of colours is dashed
			line.Dashes = []vg.Length{vg.Points(4), vg.Points(2)}
		}
		p.Add(line, marks)
		p.Legend.Add(r.Name, line, marks)
	}
	p.NominalX(strengths...)
	p.X.Max = float64(len(strengths)-1) * 1.75 // the legend stands beside the lines
	return write(w, format, 10*vg.Centimeter, p)
}
