package view

import (
	"fmt"
	"image/color"
	"io"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Band is the mean of several runs with their spread: a line in a shaded area. Low and High may be
// nil: a line alone.
type Band struct {
	Name            string
	X               []float64
	Mean, Low, High []float64
	Level           bool // something to compare with, not one of those compared: dashed, without a colour of its own
}

// Axes labels a chart of bands.
type Axes struct {
	Title, X, Y string
	Legend      LegendPlace
}

// LegendPlace is where a chart's legend stands.
type LegendPlace int

// The places.
const (
	LegendLeft   LegendPlace = iota // inside, where curves begin
	LegendRight                     // inside, where curves end
	LegendLow                       // inside, below where curves begin that fall
	LegendBeside                    // outside, for long ones
)

// palette holds colours that stay apart for people who see red and green alike (Okabe and Ito
// 2008).
var palette = []color.NRGBA{
	{0x00, 0x72, 0xb2, 0xff}, {0xd5, 0x5e, 0x00, 0xff}, {0x00, 0x9e, 0x73, 0xff},
	{0xcc, 0x79, 0xa7, 0xff}, {0xe6, 0x9f, 0x00, 0xff}, {0x56, 0xb4, 0xe9, 0xff},
}

// levelColour is that of levels to compare with.
var levelColour = color.NRGBA{0x50, 0x50, 0x50, 0xff}

// WriteBands draws bands into one panel. The lengths of a band's slices must be equal; what is not
// finite is left out.
func WriteBands(w io.Writer, format Format, axes Axes, bands []Band) error {
	p, err := Panel{axes, bands}.plot()
	if err != nil {
		return err
	}
	return writeBeside(w, format, axes.Legend, p)
}

// plot draws a panel.
func (panel Panel) plot() (*plot.Plot, error) {
	p := plot.New()
	p.Title.Text, p.X.Label.Text, p.Y.Label.Text = panel.Axes.Title, panel.Axes.X, panel.Axes.Y
	p.Y.Min = 0
	p.X.Tick.Marker = roundTicks{}
	p.Legend.Top, p.Legend.Left = panel.Axes.Legend != LegendLow, panel.Axes.Legend != LegendRight
	p.Add(plotter.NewGrid())
	levels := 0
	for i, b := range panel.Bands {
		c := palette[(i-levels)%len(palette)]
		if b.Low != nil {
			shade := c
			shade.A = 0x38
			area, err := plotter.NewPolygon(outline(b))
			if err != nil {
				return nil, fmt.Errorf("draw %s: %w", b.Name, err)
			}
			area.Color, area.LineStyle.Width = shade, 0
			p.Add(area)
		}
		line, err := plotter.NewLine(points(b.X, b.Mean))
		if err != nil {
			return nil, fmt.Errorf("draw %s: %w", b.Name, err)
		}
		line.Color, line.Width = c, vg.Points(1.4)
		if b.Level {
			line.Color, line.Dashes = levelColour, []vg.Length{vg.Points(4), vg.Points(float64(2 + 3*levels))}
			levels++
		}
		p.Add(line)
		if len(line.XYs) == 1 { // of which a line shows nothing
			point, err := plotter.NewScatter(line.XYs)
			if err != nil {
				return nil, fmt.Errorf("draw %s: %w", b.Name, err)
			}
			point.GlyphStyle = draw.GlyphStyle{Color: line.Color, Radius: vg.Points(2.5), Shape: draw.CircleGlyph{}}
			p.Add(point)
		}
		p.Legend.Add(b.Name, line)
	}
	return p, nil
}

// outline goes along the low edge and back along the high one.
func outline(b Band) plotter.XYs {
	low, high := points(b.X, b.Low), points(b.X, b.High)
	for i := len(high) - 1; i >= 0; i-- {
		low = append(low, high[i])
	}
	return low
}

func points(x, y []float64) plotter.XYs {
	xy := make(plotter.XYs, 0, len(x))
	for i := range x {
		if v := x[i] + y[i]; !math.IsNaN(v) && !math.IsInf(v, 0) {
			xy = append(xy, plotter.XY{X: x[i], Y: y[i]})
		}
	}
	return xy
}

// Panel is one of several charts of bands in a picture.
type Panel struct {
	Axes  Axes
	Bands []Band
}

// panelColumns is how many panels stand side by side.
const panelColumns = 2

// WritePanels draws panels of bands, two in a row, all with the same range of values, so that
// heights can be compared.
func WritePanels(w io.Writer, format Format, panels []Panel) error {
	var plots []*plot.Plot
	most := 0.0
	for _, panel := range panels {
		p, err := panel.plot()
		if err != nil {
			return err
		}
		most = max(most, p.Y.Max)
		plots = append(plots, p)
	}
	for _, p := range plots {
		p.Y.Max = most
	}
	rows := (len(plots) + panelColumns - 1) / panelColumns
	return writeGrid(w, format, width*3/2, vg.Length(max(rows, 1))*8*vg.Centimeter,
		grid{columns: panelColumns, panels: plots})
}
