package view

import (
	"fmt"
	"io"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
)

// Cloud is a set of points of one kind.
type Cloud struct {
	Name string
	X, Y []float64
}

// WriteClouds draws points over something positive, on a logarithmic axis. Points that are not finite, or not above 0 in X,
// are left out.
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
