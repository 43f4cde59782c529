package view

import (
	"bytes"
	"image/png"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"strings"
	"testing"
)

func table() Area {
	return Area{Title: "score over targets", MinX: -0.2, MaxX: 0.2, MinY: -0.6, MaxY: -0.3, MaxScore: 50}
}

// episodes score high on the right, nothing on the left, and run into violations at the far edge.
func episodes(n int) []Location {
	rng := rand.New(rand.NewPCG(1, 2))
	var locations []Location
	for range n {
		p := Location{X: 0.4*rng.Float64() - 0.2, Y: 0.3*rng.Float64() - 0.6}
		if p.X > 0 {
			p.Score = 45
		}
		p.Violation = p.Y < -0.57
		locations = append(locations, p)
	}
	return locations
}

// TestMap: the picture shows high scores where they were, in the scale's colours, and the same
// bytes twice.
func TestMap(t *testing.T) {
	var a, b bytes.Buffer
	for _, w := range []*bytes.Buffer{&a, &b} {
		if err := WriteMap(w, PNG, table(), episodes(200)); err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(a.Bytes(), b.Bytes()) {
		t.Error("the same episodes, other bytes")
	}
	img, err := png.Decode(bytes.NewReader(a.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	// Near the middle of the left and of the right half, away from the edges: shares of yellow and
	// blue.
	size := img.Bounds()
	yellow := func(fromX, toX float64) (share float64) {
		count := 0
		for y := size.Dy() / 3; y < size.Dy()/2; y++ {
			for x := int(fromX * float64(size.Dx())); x < int(toX*float64(size.Dx())); x++ {
				r, _, b, _ := img.At(x, y).RGBA()
				if count++; r > b+0x4000 {
					share++
				}
			}
		}
		return share / float64(count)
	}
	if left, right := yellow(0.2, 0.4), yellow(0.6, 0.75); left > 0.2 || right < 0.8 {
		t.Errorf("yellow: %.2f of the left, %.2f of the right", left, right)
	}
	if path := os.Getenv("COLONNADE_MAP"); path != "" { // to look at
		if err := os.WriteFile(path, a.Bytes(), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	a.Reset()
	if err := WriteMap(&a, SVG, table(), episodes(3)); err != nil ||
		!strings.Contains(a.String(), "score over targets") || !strings.Contains(a.String(), ">50<") {
		t.Errorf("as SVG: %v", err)
	}
}

// TestSmooth: a cell is the mean of its neighbourhood, of the nearest episode where there is none.
func TestSmooth(t *testing.T) {
	c := smooth(table(), []Location{{X: -0.195, Y: -0.6, Score: 10}, {X: -0.195, Y: -0.6, Score: 20},
		{X: 0.19, Y: -0.3, Score: 40}})
	if c.columns != mapCells || c.rows != mapCells*3/4 {
		t.Fatalf("%d x %d cells", c.columns, c.rows)
	}
	if first, last := c.mean[0], c.mean[len(c.mean)-1]; math.Abs(first-15) > 1e-6 || math.Abs(last-40) > 1e-6 {
		t.Errorf("corners %g and %g, want 15 and 40", first, last)
	}
	far := smooth(Area{MinX: 1000, MaxX: 1001, MinY: 0, MaxY: 1, MaxScore: 1}, []Location{{Score: 7}})
	for _, v := range far.mean {
		if math.Abs(v-7) > 1e-9 {
			t.Fatalf("far from all episodes: %g", v)
		}
	}
}

func TestMapRefuses(t *testing.T) {
	flat := table()
	flat.MaxY = flat.MinY
	worthless := table()
	worthless.MaxScore = 0
	for name, err := range map[string]error{
		"flat":      WriteMap(io.Discard, SVG, flat, episodes(1)),
		"worthless": WriteMap(io.Discard, SVG, worthless, episodes(1)),
		"empty":     WriteMap(io.Discard, SVG, table(), nil),
	} {
		if err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

// TestScale: lightness only grows, and colours differ along the blue-yellow axis.
func TestScale(t *testing.T) {
	before := -1.0
	for i := range 101 {
		c := scoreColor(float64(i) / 100)
		light := 0.2126*float64(c.R) + 0.7152*float64(c.G) + 0.0722*float64(c.B)
		if light <= before {
			t.Errorf("at %d %%: lightness %g after %g", i, light, before)
		}
		before = light
	}
	if scoreColor(-1) != scale[0] || scoreColor(2) != scale[len(scale)-1] {
		t.Error("beyond the ends the scale goes on")
	}
}

func TestResponses(t *testing.T) {
	var b bytes.Buffer
	strengths := []string{"none", "0.5", "1", "cut"}
	var all []Response
	for range 8 {
		all = append(all, Response{"column1.lstm -> output", []float64{30, 10, 1}})
	}
	if err := WriteResponses(&b, SVG, Axes{Title: "a", X: "noise", Y: "score"}, strengths, 38, all); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"noise", "none", "cut", "column1.lstm"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("the chart does not say %q", want)
		}
	}
	if err := WriteResponses(io.Discard, SVG, Axes{}, strengths[:2], 38, all); err == nil {
		t.Error("more values than strengths: no error")
	}
}

func TestFormatOf(t *testing.T) {
	for path, want := range map[string]Format{"a.svg": SVG, "b/c.PNG": PNG} {
		if f, ok := FormatOf(path); !ok || f != want {
			t.Errorf("%s: %v, %v", path, f, ok)
		}
	}
	if _, ok := FormatOf("a.gif"); ok {
		t.Error("a.gif is a format")
	}
}
