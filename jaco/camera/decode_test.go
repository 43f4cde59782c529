package camera

import (
	"bytes"
	"errors"
	"image"
	"image/color"
	"image/jpeg"
	"testing"

	"colonnade/sim/render"
)

func newTestDecoder(t testing.TB, pixels Pixels, width, height int, crop image.Rectangle, c colours) *decoder {
	t.Helper()
	d, err := newDecoder(pixels, width, height, 2*width, crop, c)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// uniform returns a YUYV picture of one colour.
func uniform(width, height int, y, u, v uint8) []byte {
	return bytes.Repeat([]byte{y, u, y, v}, width*height/2)
}

// The corners of the colour cube as the recommendations have them in 8 bits.
func TestYUYVColours(t *testing.T) {
	for _, c := range []struct {
		name    string
		colours colours
		y, u, v uint8
		want    [3]uint8
	}{
		{"black", colours{}, 16, 128, 128, [3]uint8{0, 0, 0}},
		{"white", colours{}, 235, 128, 128, [3]uint8{255, 255, 255}},
		{"blacker than black", colours{}, 0, 128, 128, [3]uint8{0, 0, 0}},
		{"whiter than white", colours{}, 255, 128, 128, [3]uint8{255, 255, 255}},
		{"red, BT.601", colours{}, 81, 90, 240, [3]uint8{254, 0, 0}},
		{"green, BT.601", colours{}, 145, 54, 34, [3]uint8{0, 255, 1}},
		{"blue, BT.601", colours{}, 41, 240, 110, [3]uint8{0, 0, 255}},
		{"red, BT.709", colours{bt709: true}, 63, 102, 240, [3]uint8{255, 1, 0}},
		{"white, full", colours{full: true}, 255, 128, 128, [3]uint8{255, 255, 255}},
		{"grey, full", colours{full: true}, 77, 128, 128, [3]uint8{77, 77, 77}},
	} {
		d := newTestDecoder(t, YUYV, 64, 64, image.Rectangle{}, c.colours)
		dst := make([]uint8, FrameSize)
		if err := d.decode(dst, uniform(64, 64, c.y, c.u, c.v)); err != nil {
			t.Fatal(err)
		}
		if got := [3]uint8(dst[300:]); got != c.want {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}

// Full-range BT.601 is JPEG's: the library's numbers, to 1.
func TestYUYVLikeJPEG(t *testing.T) {
	d := newTestDecoder(t, YUYV, 2, 1, image.Rect(0, 0, 1, 1), colours{full: true})
	for y := 0; y < 256; y += 5 {
		for u := 0; u < 256; u += 15 {
			for v := 0; v < 256; v += 15 {
				if err := d.fromYUYV([]byte{uint8(y), uint8(u), 0, uint8(v)}); err != nil {
					t.Fatal(err)
				}
				r, g, b := color.YCbCrToRGB(uint8(y), uint8(u), uint8(v))
				for i, want := range []uint8{r, g, b} {
					if delta := int(d.rgb[i]) - int(want); delta < -1 || delta > 1 {
						t.Fatalf("(%d %d %d) gives %v, want %v", y, u, v, d.rgb, []uint8{r, g, b})
					}
				}
			}
		}
	}
}

// The part that Crop names is what is seen, scaled by the area average; lines may be longer than
// their pixels.
func TestCrop(t *testing.T) {
	const width, height, line = 200, 100, 2*200 + 32
	picture := make([]byte, line*height)
	for y := range height {
		for x := range width {
			picture[y*line+2*x], picture[y*line+2*x+1] = uint8(16+x/2+y), 128
		}
	}
	for _, crop := range []image.Rectangle{{}, image.Rect(3, 5, 130, 90), image.Rect(0, 0, width, height),
		image.Rect(199, 99, 200, 100)} {
		d, err := newDecoder(YUYV, width, height, line, crop, colours{full: true})
		if err != nil {
			t.Fatal(err)
		}
		want := crop
		if crop.Empty() {
			want = image.Rect(50, 0, 150, 100)
		}
		var rgb []uint8
		for y := want.Min.Y; y < want.Max.Y; y++ {
			for x := want.Min.X; x < want.Max.X; x++ {
				grey := uint8(16 + x/2 + y)
				rgb = append(rgb, grey, grey, grey)
			}
		}
		got, expected := make([]uint8, FrameSize), make([]uint8, FrameSize)
		render.AreaAverage(expected, Side, Side, rgb, want.Dx(), want.Dy())
		if err := d.decode(got, picture); err != nil || !bytes.Equal(got, expected) {
			t.Errorf("crop %v: %v, the picture differs: %v", crop, err, !bytes.Equal(got, expected))
		}
	}
}

// scene is a picture with something in it.
func scene(width, height int) *image.RGBA {
	p := image.NewRGBA(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width {
			p.SetRGBA(x, y, color.RGBA{uint8(255 * x / width), uint8(255 * y / height), 90, 255})
		}
	}
	return p
}

func encode(t testing.TB, p image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, p, &jpeg.Options{Quality: 95}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// withoutTables takes the Huffman tables out of a JPEG file.
func withoutTables(t testing.TB, p []byte) []byte {
	t.Helper()
	at := bytes.Index(p, standardTables)
	if at < 0 {
		t.Fatal("the library's JPEG does not have the standard tables")
	}
	return append(append([]byte{}, p[:at]...), p[at+len(standardTables):]...)
}

func TestMJPEG(t *testing.T) {
	source := scene(160, 120)
	whole := encode(t, source)
	d := newTestDecoder(t, MJPEG, 160, 120, image.Rectangle{}, colours{})
	got, bare := make([]uint8, FrameSize), make([]uint8, FrameSize)
	if err := d.decode(got, whole); err != nil {
		t.Fatal(err)
	}
	var rgb []uint8
	for y := range 120 {
		for x := range 120 {
			c := source.RGBAAt(x+20, y)
			rgb = append(rgb, c.R, c.G, c.B)
		}
	}
	want := make([]uint8, FrameSize)
	render.AreaAverage(want, Side, Side, rgb, 120, 120)
	for i := range got {
		if delta := int(got[i]) - int(want[i]); delta < -6 || delta > 6 {
			t.Fatalf("byte %d is %d, want about %d", i, got[i], want[i])
		}
	}
	for range 2 { // the second in the memory of the first
		input := withoutTables(t, whole)
		before := bytes.Clone(input)
		if err := d.decode(bare, input); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(bare, got) {
			t.Error("without its tables the picture is another one")
		}
		if !bytes.Equal(input, before) {
			t.Error("the driver's memory was written to")
		}
	}
	grey := image.NewGray(image.Rect(0, 0, 160, 120))
	grey.SetGray(80, 60, color.Gray{255})
	if err := d.decode(got, encode(t, grey)); err != nil {
		t.Errorf("a grey picture: %v", err)
	}
}

func TestBadPictures(t *testing.T) {
	whole := encode(t, scene(160, 120))
	for name, p := range map[string][]byte{
		"nothing":       nil,
		"garbage":       []byte("not a picture"),
		"another size":  encode(t, scene(320, 240)),
		"only a start":  {0xff, 0xd8},
		"no marker":     {0xff, 0xd8, 1, 2, 3, 4},
		"cut in header": whole[:100],
		"cut in scan":   whole[:len(whole)/2],
	} {
		d := newTestDecoder(t, MJPEG, 160, 120, image.Rectangle{}, colours{})
		if err := d.decode(make([]uint8, FrameSize), p); !errors.Is(err, ErrFrame) {
			t.Errorf("%s: %v", name, err)
		}
	}
	d := newTestDecoder(t, YUYV, 160, 120, image.Rectangle{}, colours{})
	if err := d.decode(make([]uint8, FrameSize), make([]byte, 2*160*120-1)); !errors.Is(err, ErrFrame) {
		t.Errorf("a short picture: %v", err)
	}
}

func TestDecoderRefuses(t *testing.T) {
	for _, c := range []struct {
		pixels              Pixels
		width, height, line int
		crop                image.Rectangle
	}{
		{YUYV, 0, 10, 0, image.Rectangle{}},
		{YUYV, 640, 1 << 20, 1280, image.Rectangle{}},
		{YUYV, 640, 480, 1279, image.Rectangle{}},
		{YUYV, 639, 480, 1278, image.Rectangle{}},
		{YUYV, 640, 480, 1280, image.Rect(0, 0, 641, 480)},
		{'R' | 'G'<<8 | 'B'<<16 | '3'<<24, 640, 480, 1920, image.Rectangle{}},
	} {
		if _, err := newDecoder(c.pixels, c.width, c.height, c.line, c.crop, colours{}); !errors.Is(err, ErrFormat) {
			t.Errorf("%+v: %v", c, err)
		}
	}
	if got := Pixels('R' | 'G'<<8 | 'B'<<16).String(); got != "RGB?" {
		t.Errorf("a format without its fourth letter is called %q", got)
	}
}

func TestYUYVAllocatesNothing(t *testing.T) {
	d := newTestDecoder(t, YUYV, 640, 480, image.Rectangle{}, colours{})
	dst, picture := make([]uint8, FrameSize), uniform(640, 480, 100, 90, 80)
	if n := testing.AllocsPerRun(3, func() { d.decode(dst, picture) }); n > 0 {
		t.Errorf("a picture allocates %g times", n)
	}
}

// Whatever comes from the camera is a picture or an ErrFrame.
func FuzzDecode(f *testing.F) {
	whole := encode(f, scene(32, 16))
	f.Add(whole)
	f.Add(withoutTables(f, whole))
	f.Add(uniform(32, 16, 1, 2, 3))
	f.Add([]byte{0xff, 0xd8, 0xff, 0xff, 0xff, 0xc4, 0, 0})
	dst := make([]uint8, FrameSize)
	f.Fuzz(func(t *testing.T, p []byte) {
		for _, pixels := range []Pixels{YUYV, MJPEG} {
			d := newTestDecoder(t, pixels, 32, 16, image.Rectangle{}, colours{})
			if err := d.decode(dst, p); err != nil && !errors.Is(err, ErrFrame) {
				t.Fatal(err)
			}
		}
	})
}

func BenchmarkDecode(b *testing.B) {
	dst := make([]uint8, FrameSize)
	for name, c := range map[string]struct {
		pixels  Pixels
		picture []byte
	}{
		"pixels=YUYV":  {YUYV, uniform(640, 480, 100, 90, 80)},
		"pixels=MJPEG": {MJPEG, encode(b, scene(640, 480))},
	} {
		b.Run(name+"/size=640x480", func(b *testing.B) {
			d := newTestDecoder(b, c.pixels, 640, 480, image.Rectangle{}, colours{})
			b.ReportAllocs()
			for b.Loop() {
				if err := d.decode(dst, c.picture); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
