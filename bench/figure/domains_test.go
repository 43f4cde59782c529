package figure

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"math/rand/v2"
	"testing"

	"colonnade/sim/domain"
)

func load(t *testing.T, name string) *domain.Domain {
	t.Helper()
	d, err := domain.Load(name)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// TestPreviewShowsFrames checks that the sheet's upper left corner is a frame as the renderer draws
// it, enlarged.
func TestPreviewShowsFrames(t *testing.T) {
	d := load(t, "robot")
	picture, err := Preview(d, 3)
	if err != nil {
		t.Fatal(err)
	}
	states, err := starts(1, 3)
	if err != nil {
		t.Fatal(err)
	}
	c, err := newCamera(side, side, 1)
	if err != nil {
		t.Fatal(err)
	}
	var w domain.World
	d.Draw(nil, &w)
	frame, err := c.shoot(&w, &states[0], 3)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; 3*i < len(frame); i++ {
		want := color.RGBA{frame[3*i], frame[3*i+1], frame[3*i+2], 255}
		for k := range enlarge * enlarge {
			x, y := gap+i%side*enlarge+k%enlarge, caption+i/side*enlarge+k/enlarge
			if got := picture.RGBAAt(x, y); got != want {
				t.Fatalf("sheet has %v at %d, %d, the frame %v", got, x, y, want)
			}
		}
	}
}

// TestComparePairs checks that a frame and the one below it show the same state: with the same
// world in both, the same picture.
func TestComparePairs(t *testing.T) {
	d := load(t, "sim")
	picture, err := Compare(d, d, 5)
	if err != nil {
		t.Fatal(err)
	}
	for y := range side * enlarge {
		for x := range sheetColumns * cell {
			if a, b := picture.RGBAAt(x, caption+y), picture.RGBAAt(x, caption+cell-gap/2+y); a != b {
				t.Fatalf("at %d, %d the upper frame has %v, the lower %v", x, y, a, b)
			}
		}
	}
}

// TestWritePNG checks that few colours are kept and many replaced by near ones.
func TestWritePNG(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	for _, c := range []struct{ colours, off int }{{1, 0}, {200, 0}, {100000, 40}} {
		picture := image.NewRGBA(image.Rect(0, 0, 300, 200))
		for i := 0; i < len(picture.Pix); i += 4 {
			k := rng.IntN(c.colours)
			picture.Pix[i], picture.Pix[i+1], picture.Pix[i+2], picture.Pix[i+3] = uint8(k*36), uint8(k*8), uint8(k>>3),
				255
		}
		var encoded bytes.Buffer
		if err := WritePNG(&encoded, picture); err != nil {
			t.Fatal(err)
		}
		back, err := png.Decode(&encoded)
		if err != nil {
			t.Fatal(err)
		}
		most := 0
		for y := range 200 {
			for x := range 300 {
				r, g, b, _ := back.At(x, y).RGBA()
				want := picture.RGBAAt(x, y)
				for _, d := range [...]int{int(r>>8) - int(want.R), int(g>>8) - int(want.G), int(b>>8) - int(want.B)} {
					most = max(most, d, -d)
				}
			}
		}
		if most > c.off+4 { // 6 bits a channel keep 4 levels together
			t.Errorf("%d colours: one is off by %d", c.colours, most)
		}
	}
}
