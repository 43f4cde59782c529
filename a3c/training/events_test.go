package training

import (
	"bytes"
	"image/png"
	"strings"
	"testing"

	"colonnade/a3c"
)

func TestScalars(t *testing.T) {
	m := a3c.Metrics{Score: 30, Entropy: []float64{1, 0.5}, WindowEpisodes: 2, Stages: a3c.Stages{Render: 8_000_000}}
	got := map[string]float64{}
	for _, s := range (row{m, 1 << 20}).scalars(400) {
		if _, twice := got[s.Tag]; twice {
			t.Errorf("tag %s twice", s.Tag)
		}
		got[s.Tag] = s.Value
	}
	for tag, want := range map[string]float64{
		"episodes/score": 30, "entropy/factor1": 1, "entropy/factor2": 0.5, "entropy/mean": 0.75,
		"stages/render": 20, "stages/physics": 0, "speed/resident_bytes": 1 << 20,
	} {
		if v, ok := got[tag]; !ok || v != want {
			t.Errorf("%s is %v (there: %v), want %v", tag, v, ok, want)
		}
	}
	for tag := range got {
		if strings.HasPrefix(tag, "teacher/") {
			t.Errorf("%s of a run without a teacher", tag)
		}
	}
	m.Teacher = &a3c.TeacherMetrics{Agreement: 0.875, Share: 0.25, Score: 31.5, Alone: 4, Late: 3}
	clear(got)
	for _, s := range (row{m, 0}).scalars(400) {
		got[s.Tag] = s.Value
	}
	for tag, want := range map[string]float64{"teacher/agreement": 0.875, "teacher/share": 0.25,
		"teacher/student_score": 31.5, "teacher/late_actions": 3} {
		if v, ok := got[tag]; !ok || v != want {
			t.Errorf("%s is %v (there: %v), want %v", tag, v, ok, want)
		}
	}
	m.WindowEpisodes = 0
	for _, s := range (row{m, 0}).scalars(0) {
		if s.Tag == "episodes/score" || strings.HasPrefix(s.Tag, "stages/") {
			t.Errorf("%s of a window without episodes or steps", s.Tag)
		}
	}
}

// TestFrames: the pictures of the first environments, over all workers, as they
// are.
func TestFrames(t *testing.T) {
	const height, width, channels, length = 3, 5, 3, 45
	s := &a3c.Snapshot{}
	value := func(frame, i int) uint8 { return uint8(50*frame + i) }
	for w := range 2 {
		var pixels []uint8
		for e := range 3 {
			for i := range length {
				pixels = append(pixels, value(3*w+e, i))
			}
		}
		s.State = append(s.State, a3c.WorkerState{Pixels: pixels})
	}
	picture, ok, err := frames(&png.Encoder{}, [3]int{height, width, channels}, s)
	if err != nil || !ok {
		t.Fatal(ok, err)
	}
	m, err := png.Decode(bytes.NewReader(picture.PNG))
	if err != nil {
		t.Fatal(err)
	}
	if b := m.Bounds(); b.Dx() != picture.Width || b.Dy() != picture.Height || b.Dx() != 4*width+3*frameGap || b.Dy() != height {
		t.Fatalf("the picture is %v, said to be %dx%d", b, picture.Width, picture.Height)
	}
	for frame := range 4 {
		for p := range height * width {
			r, g, b, _ := m.At(frame*(width+frameGap)+p%width, p/width).RGBA()
			for c, v := range []uint32{r, g, b} {
				if uint8(v>>8) != value(frame, p*channels+c) {
					t.Fatalf("frame %d, pixel %d, channel %d is %d, want %d", frame, p, c, v>>8, value(frame, p*channels+c))
				}
			}
		}
	}
	if _, ok, err := frames(&png.Encoder{}, [3]int{}, s); ok || err != nil {
		t.Errorf("a network without pictures: %v, %v", ok, err)
	}
}
