package view

import (
	"bytes"
	"image"
	"image/color"
	"image/gif"
	"image/png"
	"testing"
	"time"
)

const panelWidth = 64*inset + 2*margin // pixels of width

func scene(side int, hue uint8) Moment {
	picture := image.NewRGBA(image.Rect(0, 0, 320, 240))
	for i := range picture.Pix {
		picture.Pix[i] = 0xff
		if i%4 == 0 {
			picture.Pix[i] = hue
		}
	}
	observation := make([]uint8, 3*side*side)
	for i := range observation {
		observation[i] = 40
	}
	observation[0], observation[1], observation[2] = 200, 0, 0
	return Moment{Picture: picture, Observation: observation, Side: side, Episode: 1, Step: 2, Steps: 50, Reward: 1, Return: 2, Value: 3.5}
}

func TestFrameShowsPictureObservationAndText(t *testing.T) {
	frame := Frame(scene(64, 16))
	if got := frame.Rect.Size(); got != image.Pt(320+panelWidth, 240) {
		t.Fatalf("size %v", got)
	}
	if got := frame.RGBAAt(5, 100); got != (color.RGBA{16, 0xff, 0xff, 0xff}) {
		t.Errorf("picture: %v", got)
	}
	x, y := 320+margin, margin
	for _, p := range []image.Point{{x, y}, {x + 1, y + 1}} {
		if got := frame.RGBAAt(p.X, p.Y); got != (color.RGBA{200, 0, 0, 0xff}) {
			t.Errorf("observation's first pixel at %v: %v", p, got)
		}
	}
	if got := frame.RGBAAt(x+2, y); got != (color.RGBA{40, 40, 40, 0xff}) {
		t.Errorf("observation's second pixel: %v", got)
	}
	if got := frame.RGBAAt(x-1, y+10); got != reward {
		t.Errorf("the border must show the reward: %v", got)
	}
	inked := 0
	for y := margin + 64*inset + 4; y < 240; y++ {
		for x := 320; x < 320+panelWidth; x++ {
			if frame.RGBAAt(x, y) == ink {
				inked++
			}
		}
	}
	if inked < 200 {
		t.Errorf("only %d pixels of text", inked)
	}
}

func TestGIFReadsBack(t *testing.T) {
	frames := []*image.RGBA{Frame(scene(64, 16)), Frame(scene(64, 240))}
	var b bytes.Buffer
	if err := WriteGIF(&b, frames, 100*time.Millisecond); err != nil {
		t.Fatal(err)
	}
	out, err := gif.DecodeAll(&b)
	if err != nil {
		t.Fatal(err)
	}
	if len(out.Image) != 2 || out.Delay[0] != 10 {
		t.Fatalf("%d frames, delay %v", len(out.Image), out.Delay)
	}
	// Few colours: they survive exactly.
	for i, hue := range []uint8{16, 240} {
		if got := color.RGBAModel.Convert(out.Image[i].At(5, 100)); got != (color.RGBA{hue, 0xff, 0xff, 0xff}) {
			t.Errorf("frame %d: %v", i, got)
		}
	}
}

func TestAnimatedPNGReadsBack(t *testing.T) {
	frames := []*image.RGBA{Frame(scene(64, 16)), Frame(scene(64, 240)), Frame(scene(64, 99))}
	var b bytes.Buffer
	if err := WriteAPNG(&b, frames, 100*time.Millisecond); err != nil {
		t.Fatal(err)
	}
	if got := bytes.Count(b.Bytes(), []byte("fcTL")); got != 3 {
		t.Errorf("%d frame controls, want 3", got)
	}
	if got := bytes.Count(b.Bytes(), []byte("fdAT")); got != 2 {
		t.Errorf("%d later frames, want 2", got)
	}
	first, err := png.Decode(bytes.NewReader(b.Bytes())) // checks every CRC up to the image
	if err != nil {
		t.Fatal(err)
	}
	if got := color.RGBAModel.Convert(first.At(5, 100)); got != (color.RGBA{16, 0xff, 0xff, 0xff}) {
		t.Errorf("first frame: %v", got)
	}
}

// TestBeside: two films in one, the shorter one standing still at its end.
func TestBeside(t *testing.T) {
	left := []*image.RGBA{Frame(scene(64, 16)), Frame(scene(64, 32))}
	right := []*image.RGBA{Frame(scene(64, 48))}
	both := Beside("left", left, "right", right)
	if len(both) != 2 || both[0].Rect.Dx() != 2*(320+panelWidth)+gutter || both[0].Rect.Dy() != 240+heading {
		t.Fatalf("%d frames of %v", len(both), both[0].Rect)
	}
	for i, want := range []uint8{16, 32} {
		if got := both[i].RGBAAt(5, heading+100).R; got != want {
			t.Errorf("frame %d, left: %d, want %d", i, got, want)
		}
		if got := both[i].RGBAAt(320+panelWidth+gutter+5, heading+100).R; got != 48 {
			t.Errorf("frame %d, right: %d, want 48", i, got)
		}
	}
	if Beside("left", left, "right", nil) != nil {
		t.Error("half a film")
	}
}

func TestNoFrames(t *testing.T) {
	if WriteGIF(&bytes.Buffer{}, nil, 0) == nil || WriteAPNG(&bytes.Buffer{}, nil, 0) == nil {
		t.Error("an animation without frames must be an error")
	}
}
