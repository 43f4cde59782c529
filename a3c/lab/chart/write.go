package chart

import (
	"bytes"
	"fmt"
	"io"
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
	return writeGrid(w, format, width, height, 1, panels)
}

// writeGrid draws panels row by row, some side by side, their axes aligned.
func writeGrid(w io.Writer, format Format, width, height vg.Length, columns int, panels []*plot.Plot) error {
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
	var grid [][]*plot.Plot
	for row := range slices.Chunk(panels, columns) {
		full := make([]*plot.Plot, columns) // the last row may have fewer
		copy(full, row)
		grid = append(grid, full)
	}
	tiles := draw.Tiles{Rows: len(grid), Cols: columns, PadX: vg.Millimeter, PadY: 3 * vg.Millimeter,
		PadTop: 2 * vg.Millimeter, PadBottom: 2 * vg.Millimeter, PadLeft: 2 * vg.Millimeter, PadRight: 6 * vg.Millimeter}
	for i, row := range plot.Align(grid, tiles, draw.New(canvas)) {
		for j, c := range row {
			if p := grid[i][j]; p != nil {
				p.Draw(c)
			}
		}
	}
	var buffer bytes.Buffer
	if _, err := canvas.WriteTo(&buffer); err != nil {
		return fmt.Errorf("draw the chart: %w", err)
	}
	_, err := w.Write(buffer.Bytes())
	return err
}
