package view

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"image"
	"image/png"
	"io"
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
