package main

import (
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"io"
	"math"

	"golang.org/x/image/font"
	"golang.org/x/image/font/basicfont"
	"golang.org/x/image/math/fixed"

	"colonnade/jaco/camera"
	"colonnade/jaco/tracker"
	"colonnade/sim/reach"
)

// enlarged is how many pixels of a large picture a pixel of the camera's takes in each direction.
const enlarged = 10

// Colours of an overlay.
var (
	gridInk    = color.RGBA{0x30, 0xd0, 0xff, 0xff}
	pointInk   = color.RGBA{0xff, 0xe0, 0x30, 0xff}
	planeInk   = color.RGBA{0x40, 0xff, 0x60, 0xff}
	captionInk = color.RGBA{0xff, 0xff, 0xff, 0xff}
	captionBed = color.RGBA{0x10, 0x10, 0x10, 0xff}
)

// enlarge returns a picture of the camera, each pixel a square.
func enlarge(frame []uint8) *image.RGBA {
	m := image.NewRGBA(image.Rect(0, 0, camera.Side*enlarged, camera.Side*enlarged))
	for y := range camera.Side * enlarged {
		for x := range camera.Side * enlarged {
			o := 3 * (y/enlarged*camera.Side + x/enlarged)
			m.SetRGBA(x, y, color.RGBA{frame[o], frame[o+1], frame[o+2], 0xff})
		}
	}
	return m
}

const gridStep = 0.05 // m between two lines of the table's grid

// drawOverlay draws the area of the target as a grid of 5 cm through the plane, a cross where each point was seen, and a
// circle where the plane has it.
func drawOverlay(frame []uint8, plane *tracker.Plane, caption string) *image.RGBA {
	m := enlarge(frame)
	const left, right = reach.TargetCentreX - reach.TargetSizeX/2, reach.TargetCentreX + reach.TargetSizeX/2
	const near, far = reach.TargetCentreY - reach.TargetSizeY/2, reach.TargetCentreY + reach.TargetSizeY/2
	at := func(x, y float64) [2]float64 { return plane.Pixel([2]float64{x, y}) }
	for i := range int(math.Round((right-left)/gridStep)) + 1 {
		x := left + float64(i)*gridStep
		line(m, at(x, near), at(x, far), gridInk)
	}
	for i := range int(math.Round((far-near)/gridStep)) + 1 {
		y := near + float64(i)*gridStep
		line(m, at(left, y), at(right, y), gridInk)
	}
	for _, corner := range [][2]float64{{left, near}, {right, near}, {left, far}, {right, far}} {
		p := at(corner[0], corner[1])
		text(m, int(p[0]*enlarged)+4, int(p[1]*enlarged)-4, fmt.Sprintf("%+.2f %+.2f", corner[0], corner[1]), gridInk)
	}
	for _, p := range plane.Points() {
		const arm = 0.8 // pixels of the camera
		line(m, [2]float64{p.Pixel[0] - arm, p.Pixel[1]}, [2]float64{p.Pixel[0] + arm, p.Pixel[1]}, pointInk)
		line(m, [2]float64{p.Pixel[0], p.Pixel[1] - arm}, [2]float64{p.Pixel[0], p.Pixel[1] + arm}, pointInk)
		circle(m, plane.Pixel(p.Table), arm, planeInk)
	}
	draw.Draw(m, image.Rect(0, 0, m.Bounds().Dx(), 20), image.NewUniform(captionBed), image.Point{}, draw.Src)
	text(m, 6, 14, caption+"; crosses: seen, circles: by the plane, grid: 5 cm", captionInk)
	return m
}

// line draws from one place of the camera's picture to another. What is outside is not drawn.
func line(m *image.RGBA, from, to [2]float64, ink color.RGBA) {
	n := enlarged * math.Hypot(to[0]-from[0], to[1]-from[1])
	if !(n < 1e5) { // the plane's horizon
		return
	}
	for i := range int(n) + 1 {
		t := float64(i) / max(n, 1)
		x, y := from[0]+t*(to[0]-from[0]), from[1]+t*(to[1]-from[1])
		m.SetRGBA(int(math.Floor(x*enlarged)), int(math.Floor(y*enlarged)), ink)
	}
}

func circle(m *image.RGBA, at [2]float64, radius float64, ink color.RGBA) {
	const corners = 24
	place := func(i int) [2]float64 {
		sin, cos := math.Sincos(2 * math.Pi * float64(i) / corners)
		return [2]float64{at[0] + radius*cos, at[1] + radius*sin}
	}
	for i := range corners {
		line(m, place(i), place(i+1), ink)
	}
}

func text(m *image.RGBA, x, y int, words string, ink color.RGBA) {
	d := font.Drawer{Dst: m, Src: image.NewUniform(ink), Face: basicfont.Face7x13, Dot: fixed.P(x, y)}
	d.DrawString(words)
}

func writePNG(path string, m image.Image) error {
	return writeFile(path, func(w io.Writer) error { return png.Encode(w, m) })
}
