package protocol

import (
	"encoding/binary"
	"fmt"
	"math"
	"strings"
)

// codec goes through the fields of a message in their order and copies each from the wire to the
// value (decode), or from the value to the wire. One list of fields so serves both directions. The
// message has its full length when the codec starts: a field beyond its end is a mistake in this
// package and panics.
type codec struct {
	p      []byte
	at     int
	decode bool
}

// decoder returns the codec for a message of size bytes in p, which may be longer.
func decoder(p []byte, size int, what string) (codec, error) {
	if len(p) < size {
		return codec{}, fmt.Errorf("%s of %d bytes, want %d: %w", what, len(p), size, ErrSize)
	}
	return codec{p: p[:size], decode: true}, nil
}

// encoder appends size zero bytes to dst and returns it with the codec that fills them.
func encoder(dst []byte, size int) ([]byte, codec) {
	var zero [64]byte
	n := len(dst)
	for left := size; left > 0; left -= len(zero) {
		dst = append(dst, zero[:min(left, len(zero))]...)
	}
	return dst, codec{p: dst[n:]}
}

func (c *codec) skip(n int) { c.at += n }

func (c *codec) u8(v *uint8) {
	if c.decode {
		*v = c.p[c.at]
	} else {
		c.p[c.at] = *v
	}
	c.at++
}

func (c *codec) u16(v *uint16) {
	if c.decode {
		*v = binary.LittleEndian.Uint16(c.p[c.at:])
	} else {
		binary.LittleEndian.PutUint16(c.p[c.at:], *v)
	}
	c.at += 2
}

func (c *codec) u32(v *uint32) {
	if c.decode {
		*v = binary.LittleEndian.Uint32(c.p[c.at:])
	} else {
		binary.LittleEndian.PutUint32(c.p[c.at:], *v)
	}
	c.at += 4
}

func (c *codec) i32(v *int32) {
	u := uint32(*v)
	c.u32(&u)
	*v = int32(u)
}

func (c *codec) f32(v *float32) {
	u := math.Float32bits(*v)
	c.u32(&u)
	*v = math.Float32frombits(u)
}

func (c *codec) f32s(v []float32) {
	for i := range v {
		c.f32(&v[i])
	}
}

func (c *codec) i32s(v []int32) {
	for i := range v {
		c.i32(&v[i])
	}
}

func (c *codec) u32s(v []uint32) {
	for i := range v {
		c.u32(&v[i])
	}
}

func (c *codec) f64(v *float64) {
	if c.decode {
		*v = math.Float64frombits(binary.LittleEndian.Uint64(c.p[c.at:]))
	} else {
		binary.LittleEndian.PutUint64(c.p[c.at:], math.Float64bits(*v))
	}
	c.at += 8
}

// count is the f64 with the number of elements before each group of a UserPosition: written, not
// read.
func (c *codec) count(n float64) {
	if c.decode {
		c.skip(8)
	} else {
		c.f64(&n)
	}
}

func (c *codec) text(v *Text) {
	if c.decode {
		copy(v[:], c.p[c.at:])
	} else {
		copy(c.p[c.at:], v[:])
	}
	c.at += len(v)
}

// Text is a string of the arm: char[20], ended by a zero byte if it is shorter.
type Text [20]byte

// String returns the text up to its first zero byte, without the spaces that some arms pad it with;
// bytes that are no printable ASCII become '?'.
func (t Text) String() string {
	s := string(t[:])
	if end := strings.IndexByte(s, 0); end >= 0 {
		s = s[:end]
	}
	clean := []byte(s)
	for i, b := range clean {
		if b < ' ' || b > '~' {
			clean[i] = '?'
		}
	}
	return strings.TrimSpace(string(clean))
}

// MakeText returns s as a Text, cut off after 19 bytes.
func MakeText(s string) (t Text) {
	copy(t[:len(t)-1], s)
	return t
}
