package view

import (
	"cmp"
	"errors"
	"image"
	"image/color"
	"image/gif"
	"io"
	"slices"
	"time"
)

var errEmpty = errors.New("film: no frames")

// WriteGIF writes the frames as an endless GIF with one palette: the 256 most
// frequent colours at 5 bits a channel, which this world hardly exceeds.
func WriteGIF(w io.Writer, frames []*image.RGBA, each time.Duration) error {
	if len(frames) == 0 {
		return errEmpty
	}
	colours, nearest := quantise(frames)
	out := gif.GIF{Config: image.Config{ColorModel: colours, Width: frames[0].Rect.Dx(), Height: frames[0].Rect.Dy()}}
	for _, frame := range frames {
		paletted := image.NewPaletted(frame.Rect, colours)
		for i := range paletted.Pix {
			paletted.Pix[i] = nearest[bin(frame.Pix[4*i:])]
		}
		out.Image = append(out.Image, paletted)
		out.Delay = append(out.Delay, int(each/(10*time.Millisecond)))
	}
	return gif.EncodeAll(w, &out)
}

// bin is a colour at 5 bits a channel.
func bin(rgba []uint8) int {
	return int(rgba[0])>>3<<10 | int(rgba[1])>>3<<5 | int(rgba[2])>>3
}

// quantise returns the palette (each entry the mean of its bin) and for every
// bin the index of the palette entry nearest to it.
func quantise(frames []*image.RGBA) (color.Palette, []uint8) {
	type tally struct{ bin, n, r, g, b int }
	bins := make([]tally, 1<<15)
	for _, frame := range frames {
		for i := 0; i < len(frame.Pix); i += 4 {
			t := &bins[bin(frame.Pix[i:])]
			t.n++
			t.r += int(frame.Pix[i])
			t.g += int(frame.Pix[i+1])
			t.b += int(frame.Pix[i+2])
		}
	}
	var used []tally
	for i, t := range bins {
		if t.n > 0 {
			t.bin = i
			used = append(used, t)
		}
	}
	slices.SortFunc(used, func(a, b tally) int { return cmp.Or(b.n-a.n, a.bin-b.bin) })
	var colours color.Palette
	for _, t := range used[:min(len(used), 256)] {
		colours = append(colours, color.RGBA{uint8(t.r / t.n), uint8(t.g / t.n), uint8(t.b / t.n), 0xff})
	}
	nearest := make([]uint8, len(bins))
	for _, t := range used {
		nearest[t.bin] = uint8(colours.Index(color.RGBA{uint8(t.r / t.n), uint8(t.g / t.n), uint8(t.b / t.n), 0xff}))
	}
	return colours, nearest
}
