package chart

import (
	"bytes"
	"fmt"
	"io"
	"path/filepath"
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
	grid := make([][]*plot.Plot, len(panels))
	for i, p := range panels {
		grid[i] = []*plot.Plot{p}
	}
	tiles := draw.Tiles{Rows: len(grid), Cols: 1, PadX: vg.Millimeter, PadY: 3 * vg.Millimeter,
		PadTop: 2 * vg.Millimeter, PadBottom: 2 * vg.Millimeter, PadLeft: 2 * vg.Millimeter, PadRight: 6 * vg.Millimeter}
	for i, c := range plot.Align(grid, tiles, draw.New(canvas)) {
		grid[i][0].Draw(c[0])
	}
	var buffer bytes.Buffer
	if _, err := canvas.WriteTo(&buffer); err != nil {
		return fmt.Errorf("draw the chart: %w", err)
	}
	_, err := w.Write(buffer.Bytes())
	return err
}
