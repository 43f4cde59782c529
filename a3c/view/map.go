package view

import (
	"errors"
	"fmt"
	"image/color"
	"io"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Location is the score of an episode whose target lay at X, Y (m).
type Location struct {
	X, Y, Score float64
	Violation   bool // the episode ended in one
}

// Area is the part of the table that a map shows (m), and the highest score there can be.
type Area struct {
	Title                  string
	MinX, MaxX, MinY, MaxY float64
	MaxScore               float64
}

const (
	mapCells  = 40    // along x
	mapSmooth = 0.025 // m, deviation of the weight with which an episode counts in its neighbourhood
	barPart   = 0.16  // of the width of the area: room for the scale
)

// WriteMap draws scores over target positions from above, x to the right and y upwards: cells show
// the mean of the episodes around them (normal weights, 2.5 cm), dots the episodes themselves,
// crosses those that ended in a violation.
func WriteMap(w io.Writer, format Format, area Area, locations []Location) error {
	lengthX, lengthY := area.MaxX-area.MinX, area.MaxY-area.MinY
	if !(lengthX > 0) || !(lengthY > 0) || !(area.MaxScore > 0) || len(locations) == 0 {
		return errors.New("chart: a map needs an area, a highest score and an episode")
	}
	p := plot.New()
	p.Title.Text, p.X.Label.Text, p.Y.Label.Text = area.Title, "target's x (m)", "target's y (m)"
	p.X.Tick.Marker, p.Y.Tick.Marker = evenTicks{area.MinX, area.MaxX}, evenTicks{area.MinY, area.MaxY}
	cells := smooth(area, locations)
	p.Add(cells, dots{area, locations})
	// the cells have edges enough, and an axis would go on below the scale
	p.X.LineStyle.Width, p.Y.LineStyle.Width = 0, 0
	p.X.Min, p.X.Max = area.MinX, area.MaxX+barPart*lengthX
	p.Y.Min, p.Y.Max = area.MinY, area.MaxY
	// The room that axes, labels and title take besides the area, so that a metre is as long along
	// x as along y.
	const besideX, besideY = 2.6 * vg.Centimeter, 2.3 * vg.Centimeter
	return write(w, format, besideY+(width-besideX)*vg.Length(lengthY/((1+barPart)*lengthX)), p)
}

// cellMeans are the smoothed scores of a map, row by row from the smallest y.
type cellMeans struct {
	area          Area
	columns, rows int
	mean          []float64
}

func smooth(area Area, locations []Location) cellMeans {
	lengthX, lengthY := area.MaxX-area.MinX, area.MaxY-area.MinY
	c := cellMeans{area: area, columns: mapCells, rows: max(int(math.Round(mapCells*lengthY/lengthX)), 1)}
	c.mean = make([]float64, c.columns*c.rows)
	for i := range c.mean {
		x := area.MinX + lengthX*(float64(i%c.columns)+0.5)/float64(c.columns)
		y := area.MinY + lengthY*(float64(i/c.columns)+0.5)/float64(c.rows)
		// Distances count from the nearest episode on: however far away all are, weights do not
		// vanish.
		nearest := math.Inf(1)
		for _, p := range locations {
			nearest = min(nearest, square(p.X-x)+square(p.Y-y))
		}
		sum, weights := 0.0, 0.0
		for _, p := range locations {
			weight := math.Exp((nearest - square(p.X-x) - square(p.Y-y)) / (2 * mapSmooth * mapSmooth))
			sum += weight * p.Score
			weights += weight
		}
		c.mean[i] = sum / weights
	}
	return c
}

func square(v float64) float64 { return v * v }

// Plot implements plot.Plotter: the cells, and at the right the scale of their colours.
func (c cellMeans) Plot(canvas draw.Canvas, p *plot.Plot) {
	x, y := p.Transforms(&canvas)
	a := c.area
	stepX, stepY := (a.MaxX-a.MinX)/float64(c.columns), (a.MaxY-a.MinY)/float64(c.rows)
	for i, mean := range c.mean {
		left, low := a.MinX+stepX*float64(i%c.columns), a.MinY+stepY*float64(i/c.columns)
		fill(canvas, scoreColor(mean/a.MaxScore), x(left), y(low), x(left+stepX), y(low+stepY))
	}
	const parts = 50
	from, to := x(a.MaxX+0.045*(a.MaxX-a.MinX)), x(a.MaxX+0.075*(a.MaxX-a.MinX))
	step := (a.MaxY - a.MinY) / parts
	for i := range parts {
		low := a.MinY + step*float64(i)
		fill(canvas, scoreColor((float64(i)+0.5)/parts), from, y(low), to, y(low+step))
	}
	style := p.Legend.TextStyle
	style.YAlign = draw.YCenter
	for _, part := range []float64{0, 0.2, 0.4, 0.6, 0.8, 1} {
		canvas.FillText(style, vg.Point{X: to + vg.Millimeter, Y: y(a.MinY + part*(a.MaxY-a.MinY))},
			fmt.Sprintf("%g", math.Round(part*a.MaxScore*100)/100))
	}
}

// overlap is by how much neighbouring cells overlap, lest a seam shows between them.
const overlap = 0.3 * vg.Millimeter

func fill(canvas draw.Canvas, c color.Color, left, low, right, high vg.Length) {
	right, high = min(right+overlap, canvas.Max.X), min(high+overlap, canvas.Max.Y)
	canvas.FillPolygon(c, []vg.Point{{X: left, Y: low}, {X: right, Y: low}, {X: right, Y: high}, {X: left, Y: high}})
}

// dots are the episodes of a map.
type dots struct {
	area      Area
	locations []Location
}

// Plot implements plot.Plotter.
func (d dots) Plot(canvas draw.Canvas, p *plot.Plot) {
	x, y := p.Transforms(&canvas)
	for _, place := range d.locations {
		at := vg.Point{X: x(place.X), Y: y(place.Y)}
		if place.Violation {
			canvas.DrawGlyphNoClip(draw.GlyphStyle{Color: color.White, Radius: 2.4 * vg.Millimeter / 2,
				Shape: draw.CrossGlyph{}}, at)
			canvas.DrawGlyphNoClip(draw.GlyphStyle{Color: color.Black, Radius: 1.6 * vg.Millimeter / 2,
				Shape: draw.CrossGlyph{}}, at)
			continue
		}
		canvas.DrawGlyphNoClip(draw.GlyphStyle{Color: color.White, Radius: 1.5 * vg.Millimeter / 2,
			Shape: draw.CircleGlyph{}}, at)
		canvas.DrawGlyphNoClip(draw.GlyphStyle{Color: scoreColor(place.Score / d.area.MaxScore),
			Radius: 1.1 * vg.Millimeter / 2, Shape: draw.CircleGlyph{}}, at)
	}
}

// evenTicks labels five positions from one end to the other, whatever the axis shows beyond.
type evenTicks struct{ low, high float64 }

// Ticks implements plot.Ticker.
func (e evenTicks) Ticks(_, _ float64) []plot.Tick {
	var ticks []plot.Tick
	for i := range 5 {
		v := e.low + (e.high-e.low)*float64(i)/4
		ticks = append(ticks, plot.Tick{Value: v, Label: fmt.Sprintf("%.3g", math.Round(v*1000)/1000)})
	}
	return ticks
}
