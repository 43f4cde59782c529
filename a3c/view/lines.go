package view

import (
	"fmt"
	"image/color"
	"io"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Line is one line of a small chart: line i is drawn in [LineColour] i. What is not finite is left
// out.
type Line struct {
	Name string // for the legend that stands beside the chart, which has none of its own
	X, Y []float64
	Pale bool // in the colour of the line after it, faint: what that one is the mean of
}

// Size of a small chart; a page scales it.
const (
	smallWidth  = 9 * vg.Centimeter
	smallHeight = 4.5 * vg.Centimeter
)

// mostPoints is as many points as a small chart can show.
const mostPoints = 150

// bright is palette for dark paper.
var bright = []color.NRGBA{
	{0x4e, 0xa3, 0xe0, 0xff}, {0xff, 0x8a, 0x3d, 0xff}, {0x2f, 0xc7, 0x9a, 0xff},
	{0xe5, 0x9b, 0xc8, 0xff}, {0xf2, 0xb8, 0x3a, 0xff}, {0x9c, 0xd6, 0xff, 0xff},
}

// LineColour returns the colour of line i of a small chart, and whether the line is dashed: after
// six lines the colours come again.
func LineColour(i int, dark bool) (c color.NRGBA, dashed bool) {
	colours := palette
	if dark {
		colours = bright
	}
	return colours[i%len(colours)], i/len(colours)%2 == 1
}

// WriteLines draws lines over environment steps as a small SVG without a background, for light or
// dark paper.
func WriteLines(w io.Writer, dark bool, lines []Line) error {
	ink, grid := color.NRGBA{0x33, 0x3b, 0x44, 0xff}, color.NRGBA{0xdd, 0xe1, 0xe6, 0xff}
	if dark {
		ink, grid = color.NRGBA{0xc4, 0xcc, 0xd4, 0xff}, color.NRGBA{0x3e, 0x47, 0x51, 0xff}
	}
	p := plot.New()
	p.BackgroundColor = nil
	p.X.Tick.Marker, p.Y.Tick.Marker = roundTicks{}, roundTicks{}
	for _, axis := range []*plot.Axis{&p.X, &p.Y} {
		axis.LineStyle.Color, axis.Tick.LineStyle.Color = grid, grid
		axis.Tick.Label.Color = ink
		axis.Tick.Label.Font = font.Font{Typeface: axis.Tick.Label.Font.Typeface, Variant: "Sans", Size: vg.Points(9)}
	}
	rules := plotter.NewGrid()
	rules.Vertical.Color, rules.Horizontal.Color = grid, grid
	p.Add(rules)
	drawn, colour := 0, 0
	low := 0.0
	for _, l := range lines {
		c, dashed := LineColour(colour, dark)
		if l.Pale {
			c.A = 0x60
		} else {
			colour++
		}
		xy := thin(points(l.X, l.Y), mostPoints)
		if len(xy) == 0 {
			continue
		}
		line, err := plotter.NewLine(xy)
		if err != nil {
			return fmt.Errorf("draw %s: %w", l.Name, err)
		}
		line.LineStyle = draw.LineStyle{Color: c, Width: vg.Points(1.2)}
		if dashed {
			line.Dashes = []vg.Length{vg.Points(4), vg.Points(2)}
		}
		p.Add(line)
		drawn += len(xy)
		for _, point := range xy {
			low = min(low, point.Y)
		}
	}
	p.Y.Min = low
	if drawn == 0 {
		p.X.Min, p.X.Max, p.Y.Max = 0, 1, 1
	}
	if p.Y.Max <= p.Y.Min {
		p.Y.Max = p.Y.Min + 1
	}
	if p.X.Max <= p.X.Min {
		p.X.Min, p.X.Max = p.X.Min-1, p.X.Max+1
	}
	return writeSized(w, SVG, smallWidth, smallHeight, p)
}

// thin returns at most n points: the means of neighbours.
func thin(xy plotter.XYs, n int) plotter.XYs {
	if len(xy) <= n {
		return xy
	}
	out := make(plotter.XYs, n)
	for i := range out {
		part := xy[i*len(xy)/n : (i+1)*len(xy)/n]
		for _, p := range part {
			out[i].X += p.X / float64(len(part))
			out[i].Y += p.Y / float64(len(part))
		}
	}
	return out
}

// Smooth returns the moving mean over n values.
func Smooth(x, y []float64, n int) []float64 {
	xy := make(plotter.XYs, len(y))
	for i := range xy {
		xy[i] = plotter.XY{X: x[i], Y: y[i]}
	}
	out := make([]float64, len(y))
	for i, p := range movingMean(xy, n) {
		out[i] = p.Y
		if math.Abs(p.Y) < 1e-12 { // what is left of sums and differences
			out[i] = 0
		}
	}
	return out
}
