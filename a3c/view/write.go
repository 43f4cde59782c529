// Package view draws what people look at: charts of runs and evaluations, and animations of
// episodes. The same numbers give the same bytes.
//
//	WriteCurve      a run's learning curve: score, how episodes end and entropy over steps
//	WriteBands      means of several runs with their spread
//	WritePanels     several such charts in one picture
//	WriteClouds     points over something positive, such as scores over learning rates
//	WriteMap        scores of episodes over the positions of their targets
//	WriteResponses  how scores fall as a disturbance grows
//	Film            plays episodes and returns their frames
//	WriteGIF        an animation
//	WriteAPNG       an animation in full colour
//
// A frame of a film ([Frame]) is a large picture of the arm and, beside it, the observation that
// the network sees, with step, reward, return and the network's value; [Beside] puts two films next
// to each other.
//
// Colours of charts stay apart for people who see red and green alike.
package view

import (
	"bytes"
	"fmt"
	"image/color"
	"io"
	"math"
	"path/filepath"
	"slices"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
	"gonum.org/v1/plot/vg/vgsvg"
)

// width of every picture.
const width = 16 * vg.Centimeter

// Format is a picture format.
type Format int

// The formats.
const (
	SVG Format = iota
	PNG
)

// FormatOf returns the format that a file name's ending asks for: .svg or .png.
func FormatOf(path string) (f Format, ok bool) {
	switch strings.ToLower(filepath.Ext(path)) {
	case ".svg":
		return SVG, true
	case ".png":
		return PNG, true
	}
	return 0, false
}

// write draws panels under each other, their axes aligned. The same panels give the same bytes.
func write(w io.Writer, format Format, height vg.Length, panels ...*plot.Plot) error {
	return writeSized(w, format, width, height, panels...)
}

func writeSized(w io.Writer, format Format, width, height vg.Length, panels ...*plot.Plot) error {
	return writeGrid(w, format, width, height, grid{columns: 1, panels: panels})
}

// writeBeside draws one panel, with its legend where that is to stand.
func writeBeside(w io.Writer, format Format, place LegendPlace, p *plot.Plot) error {
	g := grid{columns: 1, panels: []*plot.Plot{p}}
	if place != LegendBeside {
		return writeGrid(w, format, width, 10*vg.Centimeter, g)
	}
	legend := p.Legend
	legend.Left, legend.Padding = true, vg.Millimeter
	p.Legend = plot.NewLegend()
	g.legend = &legend
	return writeGrid(w, format, width+legendRoom(&legend), 10*vg.Centimeter, g)
}

// legendWidth is the least room for a legend beside a chart.
const legendWidth = 6.5 * vg.Centimeter

// widestFont is how much wider than Liberation Serif, which text is measured by, a viewer's own
// font may be that stands in for it: DejaVu Serif.
const widestFont = 1.45

// legendRoom is the room that a legend takes: more than the least one where its names are long.
func legendRoom(legend *plot.Legend) vg.Length {
	return max(legendWidth, widestFont*legend.Rectangle(draw.Canvas{}).Size().X+5*vg.Millimeter)
}

// grid is panels row by row, some side by side, and a legend to the right of them all, if there is
// one.
type grid struct {
	columns int
	panels  []*plot.Plot
	legend  *plot.Legend
}

// writeGrid draws a grid, the axes of its panels aligned.
func writeGrid(w io.Writer, format Format, width, height vg.Length, g grid) error {
	var canvas interface {
		vg.CanvasSizer
		io.WriterTo
	}
	switch format {
	case SVG:
		canvas = vgsvg.New(width, height)
	case PNG:
		canvas = vgimg.PngCanvas{Canvas: vgimg.New(width, height)}
	default:
		return fmt.Errorf("chart: unknown format %d", format)
	}
	var rows [][]*plot.Plot
	for row := range slices.Chunk(g.panels, g.columns) {
		full := make([]*plot.Plot, g.columns) // the last row may have fewer
		copy(full, row)
		rows = append(rows, full)
	}
	tiles := draw.Tiles{Rows: len(rows), Cols: g.columns, PadX: vg.Millimeter, PadY: 3 * vg.Millimeter,
		PadTop: 2 * vg.Millimeter, PadBottom: 2 * vg.Millimeter, PadLeft: 2 * vg.Millimeter,
		PadRight: 6 * vg.Millimeter}
	whole := draw.New(canvas)
	if g.legend != nil {
		tiles.PadRight += legendRoom(g.legend)
		g.legend.Draw(draw.Crop(whole, width-legendRoom(g.legend), 0, 0, -tiles.PadTop))
	}
	for i, row := range plot.Align(rows, tiles, whole) {
		for j, c := range row {
			if p := rows[i][j]; p != nil {
				p.Draw(c)
			}
		}
	}
	var buffer bytes.Buffer
	if _, err := canvas.WriteTo(&buffer); err != nil {
		return fmt.Errorf("draw the chart: %w", err)
	}
	_, err := w.Write(bytes.ReplaceAll(buffer.Bytes(), []byte(onlyFont), []byte(standIns)))
	return err
}

// What an SVG says of every piece of text, and what it is to say: fonts that may stand in, and none
// of the defaults.
const (
	onlyFont = "font-family:Liberation Serif;font-variant:normal;font-weight:normal;font-style:normal;"
	standIns = "font-family:Liberation Serif,Times New Roman,Times,serif;"
)

// roundTicks marks an axis at round numbers, at most nine of them, and labels them as 500k, 1M,
// 2.5M.
type roundTicks struct{}

// Ticks implements plot.Ticker.
func (roundTicks) Ticks(low, high float64) []plot.Tick {
	step := roundStep((high - low) / 8)
	if !(step > 0) || math.IsInf(step, 0) {
		return nil
	}
	var ticks []plot.Tick
	for i := int(math.Ceil(low/step - 1e-9)); i <= int(math.Floor(high/step+1e-9)); i++ {
		at := float64(i) * step
		ticks = append(ticks, plot.Tick{Value: at, Label: label(at)})
	}
	return ticks
}

// roundStep returns the least of 1, 2 and 5 times a power of ten that is not less than x.
func roundStep(x float64) float64 {
	power := math.Pow(10, math.Floor(math.Log10(x)))
	for _, m := range []float64{1, 2, 5} {
		if m*power >= x {
			return m * power
		}
	}
	return 10 * power
}

func label(v float64) string {
	switch {
	case math.Abs(v) >= 1e6:
		return fmt.Sprintf("%.6gM", v/1e6)
	case math.Abs(v) >= 1e3:
		return fmt.Sprintf("%.6gk", v/1e3)
	}
	return fmt.Sprintf("%.6g", v) // not 0.30000000000000004
}

// scale holds colours that grow lighter from nothing to all, and from blue to yellow, which those
// who see red and green alike tell apart (after the idea of cividis; Nuñez, Anderton, Renslow
// 2018).
var scale = []color.NRGBA{
	{0x00, 0x22, 0x4e, 0xff}, {0x35, 0x45, 0x6c, 0xff}, {0x66, 0x69, 0x70, 0xff}, {0x94, 0x8e, 0x77, 0xff},
	{0xc8, 0xb8, 0x66, 0xff}, {0xfe, 0xe8, 0x38, 0xff},
}

// scoreColor returns the colour of a share of the highest score.
func scoreColor(share float64) color.NRGBA {
	at := min(max(share, 0), 1) * float64(len(scale)-1)
	i := min(int(at), len(scale)-2)
	part := at - float64(i)
	mix := func(a, b uint8) uint8 { return uint8(math.Round(float64(a) + part*(float64(b)-float64(a)))) }
	a, b := scale[i], scale[i+1]
	return color.NRGBA{mix(a.R, b.R), mix(a.G, b.G), mix(a.B, b.B), 0xff}
}
