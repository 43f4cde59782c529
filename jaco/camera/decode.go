package camera

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"

	"colonnade/sim/render"
)

// Pixels is a format in which a camera sends pictures: four letters.
type Pixels uint32

// The formats that can be decoded.
const (
	YUYV  Pixels = 'Y' | 'U'<<8 | 'Y'<<16 | 'V'<<24
	MJPEG Pixels = 'M' | 'J'<<8 | 'P'<<16 | 'G'<<24
)

// String returns the letters.
func (p Pixels) String() string {
	letters := []byte{byte(p), byte(p >> 8), byte(p >> 16), byte(p >> 24)}
	for i, c := range letters {
		if c < ' ' || c > '~' {
			letters[i] = '?'
		}
	}
	return string(letters)
}

// Colours of a YUYV picture: which luminance and colour differences mean what.
type colours struct {
	bt709 bool // ITU-R BT.709 instead of BT.601
	full  bool // 0..255 instead of 16..235 and 16..240
}

// decoder makes 64x64 pictures of a camera's.
type decoder struct {
	pixels        Pixels
	width, height int
	bytesPerLine  int // YUYV
	crop          image.Rectangle
	matrix        matrix // YUYV
	rgb           []uint8
	completed     []byte // MJPEG: a picture with tables
}

// newDecoder returns a decoder for pictures of a size, of which it uses the part crop; empty means
// the largest square in the middle.
func newDecoder(pixels Pixels, width, height, bytesPerLine int, crop image.Rectangle, c colours) (*decoder, error) {
	full := image.Rect(0, 0, width, height)
	if crop.Empty() {
		side := min(width, height)
		crop = image.Rect(0, 0, side, side).Add(image.Pt((width-side)/2, (height-side)/2))
	}
	switch {
	case width < 2 || height < 1 || width > maxSide || height > maxSide:
		return nil, fmt.Errorf("%w: pictures of %dx%d", ErrFormat, width, height)
	case pixels != YUYV && pixels != MJPEG:
		return nil, fmt.Errorf("%w: pictures in the format %v", ErrFormat, pixels)
	case pixels == YUYV && (bytesPerLine < 2*width || width%2 != 0):
		return nil, fmt.Errorf("%w: lines of %d bytes for %d pixels", ErrFormat, bytesPerLine, width)
	case !crop.In(full):
		return nil, fmt.Errorf("%w: the part %v of pictures of %dx%d", ErrFormat, crop, width, height)
	}
	return &decoder{
		pixels: pixels, width: width, height: height, bytesPerLine: bytesPerLine, crop: crop, matrix: newMatrix(c),
		rgb: make([]uint8, 3*crop.Dx()*crop.Dy()),
	}, nil
}

// maxSide bounds the pictures of a camera, in pixels.
const maxSide = 8192

// decode writes the 64x64 pixels of a picture into dst. Errors wrap ErrFrame. YUYV allocates
// nothing.
func (d *decoder) decode(dst []uint8, picture []byte) error {
	var err error
	switch d.pixels {
	case YUYV:
		err = d.fromYUYV(picture)
	case MJPEG:
		err = d.fromMJPEG(picture)
	}
	if err != nil {
		return err
	}
	render.AreaAverage(dst, Side, Side, d.rgb, d.crop.Dx(), d.crop.Dy())
	return nil
}

// matrix turns luminance and colour differences into red, green and blue, in 1/65536:
//
//	r = y·(Y - floor) + rv·(V - 128)
//	g = y·(Y - floor) - gu·(U - 128) - gv·(V - 128)
//	b = y·(Y - floor) + bu·(U - 128)
type matrix struct{ floor, y, rv, gu, gv, bu int32 }

// newMatrix works the numbers out of the weights of red and blue in luminance (BT.601, section
// 2.5.1; BT.709, section 3).
func newMatrix(c colours) matrix {
	red, blue := 0.299, 0.114
	if c.bt709 {
		red, blue = 0.2126, 0.0722
	}
	floor, luminance, difference := int32(16), 255.0/219, 255.0/224
	if c.full {
		floor, luminance, difference = 0, 1, 1
	}
	green := 1 - red - blue
	fixed := func(x float64) int32 { return int32(x*65536 + 0.5) }
	return matrix{
		floor: floor, y: fixed(luminance), rv: fixed(2 * (1 - red) * difference),
		bu: fixed(2 * (1 - blue) * difference), gu: fixed(2 * (1 - blue) * blue / green * difference),
		gv: fixed(2 * (1 - red) * red / green * difference),
	}
}

// byteOf rounds 1/65536 to a byte.
func byteOf(x int32) uint8 { return uint8(max(0, min(255, (x+1<<15)>>16))) }

// fromYUYV fills d.rgb: two pixels are Y0 U Y1 V.
func (d *decoder) fromYUYV(picture []byte) error {
	if need := d.bytesPerLine*(d.height-1) + 2*d.width; len(picture) < need {
		return fmt.Errorf("%w: %d bytes, want %d", ErrFrame, len(picture), need)
	}
	m, out := &d.matrix, 0
	for y := d.crop.Min.Y; y < d.crop.Max.Y; y++ {
		line := picture[y*d.bytesPerLine:][:2*d.width]
		for x := d.crop.Min.X; x < d.crop.Max.X; x++ {
			pair := line[x>>1<<2:][:4]
			luminance := m.y * (int32(line[2*x]) - m.floor)
			u, v := int32(pair[1])-128, int32(pair[3])-128
			rgb := d.rgb[out:][:3]
			rgb[0] = byteOf(luminance + m.rv*v)
			rgb[1] = byteOf(luminance - m.gu*u - m.gv*v)
			rgb[2] = byteOf(luminance + m.bu*u)
			out += 3
		}
	}
	return nil
}

// fromMJPEG fills d.rgb.
func (d *decoder) fromMJPEG(picture []byte) error {
	picture, err := d.completeTables(picture)
	if err != nil {
		return err
	}
	size, err := jpeg.DecodeConfig(bytes.NewReader(picture)) // before memory is taken for what it says
	if err != nil {
		return fmt.Errorf("%w: %w", ErrFrame, err)
	}
	if size.Width != d.width || size.Height != d.height {
		return fmt.Errorf("%w: %dx%d pixels, want %dx%d", ErrFrame, size.Width, size.Height, d.width, d.height)
	}
	decoded, err := jpeg.Decode(bytes.NewReader(picture))
	if err != nil {
		return fmt.Errorf("%w: %w", ErrFrame, err)
	}
	out := 0
	for y := d.crop.Min.Y; y < d.crop.Max.Y; y++ {
		for x := d.crop.Min.X; x < d.crop.Max.X; x++ {
			rgb := d.rgb[out:][:3]
			switch p := decoded.(type) {
			case *image.YCbCr:
				c := p.COffset(x, y)
				rgb[0], rgb[1], rgb[2] = color.YCbCrToRGB(p.Y[p.YOffset(x, y)], p.Cb[c], p.Cr[c])
			case *image.Gray:
				g := p.GrayAt(x, y).Y
				rgb[0], rgb[1], rgb[2] = g, g, g
			default:
				return fmt.Errorf("%w: a JPEG of an unusual kind", ErrFrame)
			}
			out += 3
		}
	}
	return nil
}

// standardTables is a JPEG segment with the typical Huffman tables of ITU-T T.81, annex K.3 (tables
// K.3 to K.6), which MJPEG lets cameras leave out: marker, length, then for luminance and
// chrominance each the table for DC and the one for AC, as class and number, how many codes there
// are of each length from 1 to 16, and what they stand for.
var standardTables, _ = hex.DecodeString("ffc401a2" +
	"00" + "00010501010101010100000000000000" + "000102030405060708090a0b" +
	"10" + "0002010303020403050504040000017d" +
	"01020300041105122131410613516107227114328191a1082342b1c11552d1f02433627282090a161718191a25262728292a34353637" +
	"38393a434445464748494a535455565758595a636465666768696a737475767778797a838485868788898a92939495969798999aa2a3" +
	"a4a5a6a7a8a9aab2b3b4b5b6b7b8b9bac2c3c4c5c6c7c8c9cad2d3d4d5d6d7d8d9dae1e2e3e4e5e6e7e8e9eaf1f2f3f4f5f6f7f8f9fa" +
	"01" + "00030101010101010101010000000000" + "000102030405060708090a0b" +
	"11" + "00020102040403040705040400010277" +
	"000102031104052131061241510761711322328108144291a1b1c109233352f0156272d10a162434e125f11718191a262728292a3536" +
	"3738393a434445464748494a535455565758595a636465666768696a737475767778797a82838485868788898a92939495969798999a" +
	"a2a3a4a5a6a7a8a9aab2b3b4b5b6b7b8b9bac2c3c4c5c6c7c8c9cad2d3d4d5d6d7d8d9dae2e3e4e5e6e7e8e9eaf2f3f4f5f6f7f8f9fa")

// The markers of JPEG in use.
const (
	markerStart  = 0xd8 // of the picture
	markerScan   = 0xda
	markerTables = 0xc4 // Huffman
)

// completeTables returns picture, a JPEG file, with Huffman tables in it: itself, or a copy with
// the standard ones before its scan, which is valid until the next call.
func (d *decoder) completeTables(picture []byte) ([]byte, error) {
	if !bytes.HasPrefix(picture, []byte{0xff, markerStart}) {
		return nil, fmt.Errorf("%w: it does not begin like a JPEG", ErrFrame)
	}
	for at := 2; at+4 <= len(picture); {
		marker := picture[at+1]
		switch {
		case picture[at] != 0xff:
			return nil, fmt.Errorf("%w: no marker where one must be, at byte %d", ErrFrame, at)
		case marker == 0xff: // fill
			at++
			continue
		case marker == markerTables:
			return picture, nil
		case marker == markerScan:
			d.completed = append(append(append(d.completed[:0], picture[:at]...), standardTables...), picture[at:]...)
			return d.completed, nil
		}
		at += 2 + int(binary.BigEndian.Uint16(picture[at+2:]))
	}
	return nil, fmt.Errorf("%w: it ends before its scan", ErrFrame)
}
