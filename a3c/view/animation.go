package view

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"image"
	"image/color"
	"image/gif"
	"image/png"
	"io"
	"slices"
	"time"
)

const signature = "\x89PNG\r\n\x1a\n"

// WriteAPNG writes the frames as an animated PNG: full colour, endless; a viewer
// without animation shows the first frame. Source: W3C, Portable Network
// Graphics (third edition), sections 5 and 11.3.6.
func WriteAPNG(w io.Writer, frames []*image.RGBA, each time.Duration) error {
	if len(frames) == 0 {
		return errEmpty
	}
	out := chunks{w: w}
	out.raw([]byte(signature))
	sequence := uint32(0)
	for i, frame := range frames {
		header, data, err := split(frame)
		if err != nil {
			return err
		}
		if i == 0 {
			out.chunk("IHDR", header)
			out.chunk("acTL", binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, uint32(len(frames))), 0))
		}
		var control []byte
		for _, v := range []uint32{sequence, uint32(frame.Rect.Dx()), uint32(frame.Rect.Dy()), 0, 0} {
			control = binary.BigEndian.AppendUint32(control, v)
		}
		control = binary.BigEndian.AppendUint16(control, uint16(each.Milliseconds()))
		control = binary.BigEndian.AppendUint16(control, 1000)
		out.chunk("fcTL", append(control, 0, 0)) // keep the frame, replace the last
		sequence++
		if i == 0 {
			out.chunk("IDAT", data)
			continue
		}
		out.chunk("fdAT", append(binary.BigEndian.AppendUint32(nil, sequence), data...))
		sequence++
	}
	out.chunk("IEND", nil)
	return out.err
}

// split encodes one frame as a still PNG and returns its IHDR and the joined
// content of its IDAT chunks.
func split(frame *image.RGBA) (header, data []byte, err error) {
	var still bytes.Buffer
	if err := png.Encode(&still, frame); err != nil {
		return nil, nil, fmt.Errorf("encode a frame: %w", err)
	}
	for rest := still.Bytes()[len(signature):]; len(rest) >= 12; {
		n := binary.BigEndian.Uint32(rest)
		content := rest[8 : 8+n]
		switch string(rest[4:8]) {
		case "IHDR":
			header = content
		case "IDAT":
			data = append(data, content...)
		}
		rest = rest[12+n:]
	}
	return header, data, nil
}

// chunks writes PNG chunks and keeps the first error.
type chunks struct {
	w   io.Writer
	err error
}

func (c *chunks) raw(b []byte) {
	if c.err == nil {
		_, c.err = c.w.Write(b)
	}
}

func (c *chunks) chunk(kind string, content []byte) {
	c.raw(binary.BigEndian.AppendUint32(nil, uint32(len(content))))
	body := append([]byte(kind), content...)
	c.raw(body)
	c.raw(binary.BigEndian.AppendUint32(nil, crc32.ChecksumIEEE(body)))
}

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
