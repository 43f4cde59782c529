package render

import (
	"math"
	"testing"
)

func TestGamma(t *testing.T) {
	for i, got := range gamma.linear {
		want := float64(i) / 255 / 12.92
		if c := float64(i) / 255; c > 0.04045 {
			want = math.Pow((c+0.055)/1.055, 2.4)
		}
		if math.Abs(got-want) > 1e-12 {
			t.Errorf("byte %d is light %.15g, want %.15g", i, got, want)
		}
		if back := gamma.encode(got); int(back) != i {
			t.Errorf("byte %d comes back as %d", i, back)
		}
	}
	for _, c := range []struct {
		light float64
		want  uint8
	}{{-1, 0}, {0, 0}, {0.2140, 127}, {0.5, 188}, {1, 255}, {7, 255}} { // 0.5: sRGB 187.5
		if got := gamma.encode(c.light); got != c.want {
			t.Errorf("light %g is byte %d, want %d", c.light, got, c.want)
		}
	}
}

// TestPalette checks colours where the light is known: full, half and ambient.
func TestPalette(t *testing.T) {
	s := DefaultScene()
	s.Light.Ambient, s.Light.Diffuse = 0.25, 0.75
	s.Arm.Hand = Colour{200, 100, 50}
	var p palette
	p.set(s, 0.5)
	bytes := func(c uint32) Colour { return Colour{uint8(c), uint8(c >> 8), uint8(c >> 16)} }
	want := func(c Colour, light float64) (w Colour) {
		for i, v := range c {
			linear := light * math.Pow((float64(v)/255+0.055)/1.055, 2.4)
			w[i] = uint8(math.Round(255 * (1.055*math.Pow(linear, 1/2.4) - 0.055)))
		}
		return w
	}
	for _, c := range []struct {
		name string
		got  uint32
		want Colour
	}{
		{"sky", p[indexSky], s.Sky},
		{"table", p[indexTable], want(s.Table, 0.25+0.75*0.5)},
		{"table in shadow", p[indexTable|shadowBit], want(s.Table, 0.25)},
		{"target", p[indexTarget], want(s.Target.Colour, 0.625)},
		{"target in shadow", p[indexTarget|shadowBit], want(s.Target.Colour, 0.25)},
		{"hand facing the lamp", p[materialHand*levels+levels-1], s.Arm.Hand},
		{"hand in half light", p[materialHand*levels+(levels-1)/2], want(s.Arm.Hand, 63.0/127)},
	} {
		for i, got := range bytes(c.got) { // the encoding rounds light, not bytes: they may differ by one
			if d := int(got) - int(c.want[i]); d < -1 || d > 1 {
				t.Errorf("%s is %v, want %v", c.name, bytes(c.got), c.want)
				break
			}
		}
	}
}
